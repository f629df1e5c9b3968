"""A fingerprint of the travel times behind a plan."""

import hashlib
from collections.abc import Mapping, Sequence

from mealroute.adapters.travel import TravelMatrix
from mealroute.core.geo import LonLat


def matrix_digest(points: Sequence[LonLat], travel: Mapping[str, TravelMatrix]) -> str:
    """Names the points and every time and distance between them, so that an export can prove it rebuilt the same."""
    seal = hashlib.sha256(repr([(point.lon, point.lat) for point in points]).encode())
    for profile, matrix in sorted(travel.items()):
        seal.update(profile.encode())
        seal.update(matrix.durations.tobytes())
        seal.update(matrix.distances.tobytes())
    return seal.hexdigest()
