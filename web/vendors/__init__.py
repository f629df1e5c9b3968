"""Who cooks, hands over and drives: plain lists."""

from web.vendors.views import bp

__all__ = ["bp"]
