"""The orders of a day and the book."""

from web.orders.views import bp

__all__ = ["bp"]
