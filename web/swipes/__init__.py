"""Meals recorded by counters' machines and card platforms: files in, what does not fit, explanations."""

from web.swipes.views import bp

__all__ = ["bp"]
