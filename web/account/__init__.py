"""Signing in and out, and what a person sets for themselves."""

from web.account.views import bp

__all__ = ["bp"]
