"""No silent day: who was last seen when, the calls and knocks of the day, the 24-hour book."""

from web.lastseen.views import bp

__all__ = ["bp"]
