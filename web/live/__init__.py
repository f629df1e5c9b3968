"""The run as it happens: open cases first, then the routes."""

from web.live import board, views  # noqa: F401 -- the views put themselves on the blueprint
from web.live.blueprint import bp

__all__ = ["bp"]
