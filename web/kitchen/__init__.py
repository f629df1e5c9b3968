"""What to cook and pack, and the papers of the day."""

from web.kitchen.views import bp

__all__ = ["bp"]
