"""The rulebook as pages: rules in sentences, versions side by side, what somebody would get, drafts checked and tried."""

from web.rulebook import drafts, entitlement, trying
from web.rulebook.views import bp

__all__ = ["bp", "drafts", "entitlement", "trying"]
"""The modules add their routes to the one blueprint."""
