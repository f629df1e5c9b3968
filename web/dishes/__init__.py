"""Dishes: what is in them, for whom they are made, what they cost from when on."""

from web.dishes.views import bp

__all__ = ["bp"]
