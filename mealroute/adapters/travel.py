"""Travel times between points, whoever provides them: a road network, OSRM, or a marked straight-line estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mealroute.core.errors import MealrouteError
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _, _l

Leg = tuple[LonLat, ...]
"""The line on the map from one point to the next, both ends included."""


class Profile(StrEnum):
    """The ways of travelling that data/roads/profiles.yaml describes."""

    EBIKE = "ebike"
    VAN = "van"
    FOOT = "foot"


LABELS = {Profile.EBIKE: _l("e-bike"), Profile.VAN: _l("van"), Profile.FOOT: _l("on foot")}


def profile_label(profile: str) -> str:
    """How people call a profile; an installation's own profiles keep their names."""
    return _(LABELS[Profile(profile)]) if profile in LABELS else profile


@dataclass(frozen=True, slots=True, eq=False)
class TravelBlock:
    """Travel from n origins to m destinations, in the units of ``TravelMatrix``: arrays n × m, ``snap_m`` of the n origins.

    A pair's figures depend on its two points alone, so that a block is the same part of whichever matrix holds both.
    """

    durations: NDArray[np.int32]
    distances: NDArray[np.int32]
    estimated: NDArray[np.bool_]
    snap_m: NDArray[np.float32]
    network: str

    def square(self) -> TravelMatrix:
        """The block of points to themselves as a matrix."""
        return TravelMatrix(self.durations, self.distances, self.estimated, self.snap_m, self.network)


@dataclass(frozen=True, slots=True, eq=False)
class TravelMatrix:
    """Travel between all pairs of n points.

    ``durations[i][j]`` is the way from point i to point j in whole seconds, rounded up so that a plan is never
    optimistic; ``distances`` are metres. Both int32, n × n, zero diagonal, not symmetric. ``estimated`` marks the
    pairs that no road stands behind. ``snap_m`` is how far each point lies from the road that it was joined to,
    NaN where it was joined to none.
    """

    durations: NDArray[np.int32]
    distances: NDArray[np.int32]
    estimated: NDArray[np.bool_]
    snap_m: NDArray[np.float32]
    network: str

    def __post_init__(self) -> None:
        n = len(self.snap_m)
        for name in ("durations", "distances", "estimated"):
            if getattr(self, name).shape != (n, n):
                raise ValueError(f"{name} must be {n} × {n}, got {getattr(self, name).shape}")

    def __len__(self) -> int:
        return len(self.snap_m)

    @property
    def estimated_pairs(self) -> int:
        """How many pairs are estimates."""
        return int(self.estimated.sum())

    def take(self, rows: Sequence[int]) -> TravelMatrix:
        """The matrix of some of the points, in the order given; a point may be taken twice."""
        index = np.asarray(rows, dtype=np.intp)
        pick = np.ix_(index, index)
        return TravelMatrix(
            self.durations[pick], self.distances[pick], self.estimated[pick], self.snap_m[index], self.network
        )


class Travel(Protocol):
    """What planning asks of any provider."""

    def network_id(self, profile: str) -> str:
        """Names the data and the figures behind the answers; a change of either changes it."""
        ...

    def matrix(self, points: Sequence[LonLat], profile: str) -> TravelMatrix:
        """Times and distances between all pairs. Raises PointOffRoad where the provider can't place a point."""
        ...

    def between(self, origins: Sequence[LonLat], destinations: Sequence[LonLat], profile: str) -> TravelBlock:
        """The same figures for some pairs alone. Raises as ``matrix`` does."""
        ...

    def path(self, points: Sequence[LonLat], profile: str) -> tuple[Leg, ...]:
        """The lines to draw between consecutive points: n points give n - 1 legs."""
        ...


class Network(Travel, Protocol):
    """A provider that knows which points it can place: the first choice of ``CompositeTravel``."""

    def covers(self, points: Sequence[LonLat], profile: str) -> NDArray[np.bool_]:
        """Which points lie close enough to a usable road."""
        ...


class PointOffRoad(MealrouteError):
    """A point lies too far from any usable road. Names the point, never the resident."""

    def __init__(self, indices: Sequence[int], points: Sequence[LonLat], profile: str, max_snap_m: float) -> None:
        first = points[indices[0]]
        super().__init__(
            "point-off-road",
            _(
                "%(n)d points lie more than %(metres)d m from any road for %(profile)s, the first at %(lon).5f, %(lat).5f.",
                n=len(indices),
                metres=max_snap_m,
                profile=profile_label(profile),
                lon=first.lon,
                lat=first.lat,
            ),
            _("Correct the point on the map, or load a road network that covers it."),
            indices=tuple(indices),
        )


class TravelUnavailable(MealrouteError):
    """A routing server does not answer, or answers nonsense."""

    status = 503
