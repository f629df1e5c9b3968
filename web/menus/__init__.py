"""The menu of a week, and the week ahead: who clashes with it and what they get instead."""

from web.menus.views import bp

__all__ = ["bp"]
