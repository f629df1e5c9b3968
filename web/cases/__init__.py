"""People who were not seen: the open cases, one case with its ladder, what was done about it."""

from web.cases.views import bp

__all__ = ["bp"]
