"""The run as it happens: open cases first, then the routes."""

from web.live import board, giving, messages, views
from web.live.blueprint import bp

__all__ = ["board", "bp", "giving", "messages", "views"]
