"""Sheets in from a browser: the same imports as on the command line."""

from web.imports.views import bp

__all__ = ["bp"]
