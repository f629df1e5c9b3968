"""The month: identities, differences, explanations, its four steps, files."""

from web.settlement import steps
from web.settlement.views import bp

__all__ = ["bp", "steps"]
