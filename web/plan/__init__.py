"""The plan: search, look, bend, choose, publish."""

from web.plan import edits, happened, late, places, searches, views
from web.plan.blueprint import bp

__all__ = ["bp", "edits", "happened", "late", "places", "searches", "views"]
