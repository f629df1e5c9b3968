"""The day at a glance: six steps with their equations, and what is still open."""

from web.today.views import bp

__all__ = ["bp"]
