"""Cash that drivers and counters took: received by a cashier, what is missing, what is open."""

from web.cash.views import bp

__all__ = ["bp"]
