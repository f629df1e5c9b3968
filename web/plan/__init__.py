"""The plan: search, look, bend, choose, publish."""

from web.plan import edits, happened, late, places, searches, standing_in, views
from web.plan.blueprint import bp

__all__ = ["bp", "edits", "happened", "late", "places", "searches", "standing_in", "views"]
