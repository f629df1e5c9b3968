"""The plan: search, look, bend, choose, publish."""

from web.plan import edits, late, places, searches, views
from web.plan.blueprint import bp

__all__ = ["bp", "edits", "late", "places", "searches", "views"]
