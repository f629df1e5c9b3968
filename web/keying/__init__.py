"""Keying printed sheets back in: numbers only, one row a stop, checked against the sheet."""

from web.keying.views import bp

__all__ = ["bp"]
