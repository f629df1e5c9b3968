"""Vendors' figures: their own pages of yesterday, the month and the scorecard, and the district's list of cards."""

from web.vendorscore import district
from web.vendorscore.views import bp

__all__ = ["bp", "district"]
