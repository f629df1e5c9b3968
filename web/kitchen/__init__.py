"""What the kitchen cooks, packs, measures and gets back."""

from web.kitchen import bench, boxes, log, returned
from web.kitchen.views import bp

__all__ = ["bench", "boxes", "bp", "log", "returned"]
