"""The evidence of a meal's doors, for the desk: what is missing, far, late, or said differently by two phones."""

from web.doors.views import bp

__all__ = ["bp"]
