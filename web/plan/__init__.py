"""The plan: search, look, choose, publish."""

from web.plan.views import bp

__all__ = ["bp"]
