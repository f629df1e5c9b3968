"""Complaints: taken down at a desk, read as a list, taken further by named persons; and what residents say by phone."""

from web.complaints.views import bp

__all__ = ["bp"]
