"""Where something is, and how far apart two places are on the sphere."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of WGS-84 (IUGG): spherical distances err by at most 0.5 %."""


@dataclass(frozen=True, slots=True, order=True)
class LonLat:
    """A point in WGS-84 degrees, longitude first as in GeoJSON and VROOM.

    Other datums are converted in ``adapters.coordinates`` before a LonLat is made; a stored point names the datum
    that it came in beside it.
    """

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):  # neither holds for what is not a number
            raise ValueError(f"longitude must be within ±180 and latitude within ±90 degrees, got {self}")


def haversine_m(a: LonLat, b: LonLat) -> float:
    """Great-circle distance in metres."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half_lat = sin((lat_b - lat_a) / 2)
    half_lon = sin(radians(b.lon - a.lon) / 2)
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half_lat**2 + cos(lat_a) * cos(lat_b) * half_lon**2)))
