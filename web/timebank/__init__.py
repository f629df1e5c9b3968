"""Volunteers' hours and the service record of everybody who drives."""

from web.timebank import couriers  # noqa: F401 -- its routes
from web.timebank.views import bp

__all__ = ["bp"]
