"""A bad day: who has no meal, and the call that each gets instead."""

from web.fallback.views import bp

__all__ = ["bp"]
