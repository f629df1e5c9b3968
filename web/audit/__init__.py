"""The audit trail, for those who check."""

from web.audit.views import bp

__all__ = ["bp"]
