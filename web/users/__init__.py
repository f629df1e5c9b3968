"""Accounts, for the administrator."""

from web.users.views import bp

__all__ = ["bp"]
