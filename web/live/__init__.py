"""The run as it happens: open cases first, then the routes."""

from web.live.views import bp

__all__ = ["bp"]
