"""The week ahead: who clashes with the menu, and what somebody decides for them."""

from web.ahead.views import bp

__all__ = ["bp"]
