"""A marked estimate where no road network covers a point: the great circle × 1.3 at the profile's own speed.

Measured against real networks the factor errs by 9 % in a flat city but underestimates a quarter of mountain pairs
by more than 30 %: never present these figures as travel times without the mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mealroute.adapters.roads_profiles import DEFAULT_PROFILES, profile_named
from mealroute.adapters.travel import Leg, TravelMatrix
from mealroute.core.geo import EARTH_RADIUS_M, LonLat

DETOUR_FACTOR = 1.3


class StraightLine:
    """Estimates for any points; every pair but the diagonal is marked as estimated."""

    def __init__(self, profiles: Path = DEFAULT_PROFILES) -> None:
        self._profiles = profiles

    def network_id(self, profile: str) -> str:
        return f"straight-line-{profile_named(profile, self._profiles).digest}"

    def matrix(self, points: Sequence[LonLat], profile: str) -> TravelMatrix:
        metres = great_circles_m(points) * DETOUR_FACTOR
        seconds = metres / (profile_named(profile, self._profiles).straight_line_kmh / 3.6)
        estimated = metres > 0
        return TravelMatrix(
            durations=np.ceil(seconds).astype(np.int32),
            distances=np.rint(metres).astype(np.int32),
            estimated=estimated,
            snap_m=np.full(len(points), np.nan, np.float32),
            network=self.network_id(profile),
        )

    def path(self, points: Sequence[LonLat], profile: str) -> tuple[Leg, ...]:
        del profile  # the same line for everybody
        return tuple(pairwise(points))


def great_circles_m(points: Sequence[LonLat]) -> NDArray[np.float64]:
    """Great-circle distances between all pairs, metres, n × n."""
    lon = np.radians([point.lon for point in points])
    lat = np.radians([point.lat for point in points])
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half += np.cos(lat)[:, None] * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    distances: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return distances
