"""The month: identities, differences, explanations, closing, files."""

from web.settlement.views import bp

__all__ = ["bp"]
