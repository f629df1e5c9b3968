"""What the kitchen cooks, packs, measures and gets back."""

from web.kitchen import bench, log
from web.kitchen.views import bp

__all__ = ["bench", "bp", "log"]
