"""The plan: search, look, bend, choose, publish."""

from web.plan import edits, places, views
from web.plan.blueprint import bp

__all__ = ["bp", "edits", "places", "views"]
