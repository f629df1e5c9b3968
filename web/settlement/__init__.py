"""The month: identities, differences, explanations, its four steps, files."""

from web.settlement import awards, budget, chain, steps, working
from web.settlement.views import bp

__all__ = ["awards", "bp", "budget", "chain", "steps", "working"]
