"""Chinese map datums: WGS-84 ⇄ GCJ-02 (AMap, Tencent, the law's map datum) ⇄ BD-09 (Baidu).

GCJ-02 shifts a point by 300–700 m by a formula that is public only through a leak; the constants below are the ones
that every implementation shares (see https://en.wikipedia.org/wiki/Restrictions_on_geographic_data_in_China).
The forward formula has no closed inverse: ours iterates to a fixed point and is exact to 1e-9 degrees.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from math import atan2, cos, hypot, pi, radians, sin, sqrt
from urllib.parse import quote

from mealroute.core.geo import LonLat

KRASOVSKY_A = 6_378_245.0
KRASOVSKY_EE = 0.006_693_421_622_965_943
BAIDU_STEP = pi * 3000 / 180
INVERSE_TOLERANCE_DEG = 1e-12
MAX_ITERATIONS = 60


class Datum(StrEnum):
    """The system that a pair of figures was given in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(lon: float, lat: float, datum: Datum) -> LonLat:
    """The WGS-84 point for figures given in another datum."""
    match datum:
        case Datum.WGS84:
            return LonLat(lon, lat)
        case Datum.GCJ02:
            return LonLat(*_inverse(_gcj02_from_wgs84, lon, lat))
        case Datum.BD09:
            return LonLat(*_inverse(_gcj02_from_wgs84, *_inverse(_bd09_from_gcj02, lon, lat)))


def from_wgs84(point: LonLat, datum: Datum) -> tuple[float, float]:
    """Longitude and latitude of a WGS-84 point as another datum writes them."""
    match datum:
        case Datum.WGS84:
            return point.lon, point.lat
        case Datum.GCJ02:
            return _gcj02_from_wgs84(point.lon, point.lat)
        case Datum.BD09:
            return _bd09_from_gcj02(*_gcj02_from_wgs84(point.lon, point.lat))


def amap_navigation_url(point: LonLat, name: str, mode: str = "ride") -> str:
    """Link that opens AMap's navigation to a WGS-84 point; AMap reads GCJ-02.

    The name goes to a third party, so pass a building or a stop number, never a resident's name.
    """
    lon, lat = from_wgs84(point, Datum.GCJ02)
    return f"https://uri.amap.com/navigation?to={lon:.6f},{lat:.6f},{quote(name, safe='')}&mode={quote(mode, safe='')}"


def _inside_shifted_area(lon: float, lat: float) -> bool:
    """The rectangle in which the services apply the shift; outside it the datums are equal."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def _gcj02_from_wgs84(lon: float, lat: float) -> tuple[float, float]:
    if not _inside_shifted_area(lon, lat):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    ripple = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    flattening = 1 - KRASOVSKY_EE * sin(radians(lat)) ** 2
    north *= 180 / (KRASOVSKY_A * (1 - KRASOVSKY_EE) / (flattening * sqrt(flattening)) * pi)
    east *= 180 / (KRASOVSKY_A / sqrt(flattening) * cos(radians(lat)) * pi)
    return lon + east, lat + north


def _bd09_from_gcj02(lon: float, lat: float) -> tuple[float, float]:
    radius = hypot(lon, lat) + 0.000_02 * sin(lat * BAIDU_STEP)
    angle = atan2(lat, lon) + 0.000_003 * cos(lon * BAIDU_STEP)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006


def _inverse(forward: Callable[[float, float], tuple[float, float]], lon: float, lat: float) -> tuple[float, float]:
    """The point that ``forward`` maps to (lon, lat): subtract the error until it vanishes.

    Both shifts change slowly (their slope is below 0.01), so each round gains two digits.
    """
    guess_lon, guess_lat = lon, lat
    for _round in range(MAX_ITERATIONS):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        error_lon, error_lat = there_lon - lon, there_lat - lat
        guess_lon, guess_lat = guess_lon - error_lon, guess_lat - error_lat
        if max(abs(error_lon), abs(error_lat)) < INVERSE_TOLERANCE_DEG:
            break
    return guess_lon, guess_lat
