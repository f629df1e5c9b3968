"""Residents: find, look, pause, place on the map."""

from web.residents.views import bp

__all__ = ["bp"]
