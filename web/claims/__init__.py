"""Claim lines with their evidence, statements of residents and stations."""

from web.claims.views import bp

__all__ = ["bp"]
