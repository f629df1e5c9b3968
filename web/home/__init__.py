"""The way in: the first page of each role and the jump to another day."""

from web.home.views import bp

__all__ = ["bp"]
