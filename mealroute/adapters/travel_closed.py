"""Travel on a day on which roads are closed: what leads through a closed road goes round it, everything else stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from mealroute.adapters import roads_search
from mealroute.adapters.roads import KERB_M, RoadNetwork
from mealroute.adapters.roads_graph import RoadGraph
from mealroute.adapters.roads_profiles import DEFAULT_PROFILES, profile_named
from mealroute.adapters.roads_shapes import leg_shape
from mealroute.adapters.roads_snap import Snapped, Snapper
from mealroute.adapters.travel import Leg, Travel, TravelMatrix
from mealroute.core.geo import EARTH_RADIUS_M, LonLat

ROUND: Final = 1.6
"""Round a circle is this much longer than through it (π ÷ 2, rounded up), where only straight lines are known."""
MANY: Final = 0.25
"""A point that so many others reach through the closure is searched backwards once instead of from each of them."""
ROUNDING_MS: Final = 2000
"""Stored times are whole seconds, rounded up, with the walk in them: so much slack when asking whether a way may lead through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Nothing drives within ``radius_m`` of a place. Who lives there is reached on foot from the nearest open road."""

    lon: float
    lat: float
    radius_m: float

    def holds(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        x = np.radians(lon - self.lon) * EARTH_RADIUS_M * np.cos(np.radians(self.lat))
        y = np.radians(lat - self.lat) * EARTH_RADIUS_M
        inside: NDArray[np.bool_] = np.hypot(x, y) <= self.radius_m
        return inside


class ClosedTravel:
    """A provider less the closed roads. With a road network the ways round are real ones; without, longer straight lines."""

    def __init__(self, travel: Travel, closed: Sequence[Closed], network: RoadNetwork | None = None) -> None:
        self._travel, self._closed, self._network = travel, tuple(closed), network
        self._open: dict[str, _OpenRoads] = {}

    def network_id(self, profile: str) -> str:
        what = hashlib.sha256(repr(self._closed).encode()).hexdigest()[:8]
        return f"{self._travel.network_id(profile)}-closed-{what}"

    def matrix(self, points: Sequence[LonLat], profile: str) -> TravelMatrix:
        """The provider's times; only pairs whose way may lead through a closed road are searched again."""
        usual = self._travel.matrix(points, profile)
        if self._network is None:
            return self._straight(usual, points)
        if profile not in self._open:
            self._open[profile] = _OpenRoads(self._network, self._closed, profile)
        return replace(self._open[profile].around(usual, points), network=self.network_id(profile))

    def path(self, points: Sequence[LonLat], profile: str) -> tuple[Leg, ...]:
        """The lines to draw; round the closure where the roads are known."""
        if self._network is None or len(points) < 2 or not self._network.covers(points, profile).all():
            return self._travel.path(points, profile)
        if profile not in self._open:
            self._open[profile] = _OpenRoads(self._network, self._closed, profile)
        return self._open[profile].path(points)

    def _straight(self, usual: TravelMatrix, points: Sequence[LonLat]) -> TravelMatrix:
        through = np.zeros(usual.durations.shape, np.bool_)
        for each in self._closed:
            through |= _crosses(points, each)
        factor = np.where(through & ~np.eye(len(points), dtype=np.bool_), ROUND, 1.0)
        return replace(
            usual, durations=np.ceil(usual.durations * factor).astype(np.int32),
            distances=np.rint(usual.distances * factor).astype(np.int32), network="closed",
        )  # fmt: skip


def _crosses(points: Sequence[LonLat], closed: Closed) -> NDArray[np.bool_]:
    """For each pair whether the straight line between them comes nearer to the middle than the radius."""
    x = np.radians([p.lon - closed.lon for p in points]) * EARTH_RADIUS_M * np.cos(np.radians(closed.lat))
    y = np.radians([p.lat - closed.lat for p in points]) * EARTH_RADIUS_M
    dx, dy = x[None] - x[:, None], y[None] - y[:, None]
    square = np.maximum(dx * dx + dy * dy, 1e-9)
    share = np.clip(-(x[:, None] * dx + y[:, None] * dy) / square, 0.0, 1.0)
    near: NDArray[np.bool_] = np.hypot(x[:, None] + share * dx, y[:, None] + share * dy) <= closed.radius_m
    return near


class _OpenRoads:
    """The roads of one profile that are still open, and the closed ones with the times that they had."""

    def __init__(self, network: RoadNetwork, closed: Sequence[Closed], profile: str) -> None:
        self.network, self.profile = network, profile_named(profile, DEFAULT_PROFILES)
        self.whole = network.graph(profile)
        touched = np.zeros(len(self.whole.shape_lon), np.bool_)
        for each in closed:
            touched |= each.holds(self.whole.shape_lon, self.whole.shape_lat)
        counts = np.add.reduceat(touched.astype(np.int64), self.whole.shape_start[:-1])
        self.gone = np.flatnonzero(counts > 0)
        self.graph = _reachable(_less(self.whole, self.gone))
        self.snapper = Snapper(self.graph)

    def around(self, usual: TravelMatrix, points: Sequence[LonLat]) -> TravelMatrix:
        known = np.flatnonzero(~usual.estimated.any(axis=1) | ~usual.estimated.all(axis=1))
        if not len(self.gone) or len(known) < 2:
            return usual
        here = [points[i] for i in known.tolist()]
        snapped = self.snapper.snap(here)
        pick = np.ix_(known, known)
        affected = self._through(here, usual.durations[pick]) & ~usual.estimated[pick]
        moved = np.abs(snapped.off_m - usual.snap_m[known]) > 0.5
        affected |= (moved[:, None] | moved[None, :]) & ~np.eye(len(known), dtype=np.bool_)
        ms, dm = self._searched(snapped, affected)
        walk_m = np.where(snapped.off_m > KERB_M, snapped.off_m, 0.0)
        walk_ms = np.rint(walk_m / self.profile.last_leg_kmh * 3600)
        seconds = np.ceil((ms + walk_ms[:, None] + walk_ms) / 1000).astype(np.int32)
        metres = np.rint(dm / 10 + walk_m[:, None] + walk_m).astype(np.int32)
        durations, distances = usual.durations.copy(), usual.distances.copy()
        rows, columns = known[np.nonzero(affected)[0]], known[np.nonzero(affected)[1]]
        # never quicker than with every road open: the searches differ by rounding alone
        durations[rows, columns] = np.maximum(durations[rows, columns], seconds[affected])
        distances[rows, columns] = metres[affected]
        return replace(usual, durations=durations, distances=distances)

    def path(self, points: Sequence[LonLat]) -> tuple[Leg, ...]:
        cut_graph = roads_search.cut(self.graph, self.snapper.snap(points))
        found = roads_search.routes(cut_graph, [(i, i + 1) for i in range(len(points) - 1)])
        return tuple(
            leg_shape(self.graph, cut_graph, arcs, points[i], points[i + 1]) for i, arcs in enumerate(found)
        )  # fmt: skip

    def _through(self, points: Sequence[LonLat], seconds: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Pairs whose fastest way may lead through: one that does passes a junction at the edge of the closure."""
        cut_graph = roads_search.cut(self.whole, self.network.snap(points, self.profile.name))
        limit = seconds.astype(np.int64) * 1000 + ROUNDING_MS
        ends = np.unique(np.concatenate([self.whole.tail[self.gone], self.whole.head[self.gone]]))
        still = np.unique(np.concatenate([self.graph.tail, self.graph.head]))
        border = np.intersect1d(ends, still)
        if not len(border):
            border = ends
        shift = float(1 << roads_search.METRE_BITS)
        ahead = dijkstra(cut_graph.arcs, indices=border)[:, cut_graph.places] / shift
        back = dijkstra(cut_graph.arcs.T.tocsr(), indices=border)[:, cut_graph.places] / shift
        found = np.zeros(seconds.shape, np.bool_)
        for there, on in zip(back, ahead, strict=True):
            found |= there[:, None] + on[None, :] <= limit
        return found

    def _searched(self, snapped: Snapped, affected: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Milliseconds and decimetres of the affected pairs on open roads; searched forwards or backwards, whichever is less work."""
        cut_graph = roads_search.cut(self.graph, snapped)
        best = np.zeros(affected.shape)
        places = cut_graph.places
        columns = np.flatnonzero(affected.mean(axis=0) > MANY)
        rest = affected.copy()
        rest[:, columns] = False
        rows = np.flatnonzero(rest.any(axis=1))
        if len(columns):
            best[:, columns] = _from_each(cut_graph.arcs.T.tocsr(), places, columns).T
        if len(rows):
            best[rows] = _from_each(cut_graph.arcs, places, rows)
        whole = best.astype(np.int64)
        return whole >> roads_search.METRE_BITS, whole & ((1 << roads_search.METRE_BITS) - 1)


def _from_each(arcs: csr_matrix, places: NDArray[np.int64], points: NDArray[np.intp]) -> NDArray[np.float64]:
    distinct, which = np.unique(places[points], return_inverse=True)
    ways: NDArray[np.float64] = dijkstra(arcs, indices=distinct)[:, places][which.reshape(-1)]
    return ways


def _less(graph: RoadGraph, gone: NDArray[np.intp]) -> RoadGraph:
    """The graph without some edges."""
    keep = np.ones(graph.edges, np.bool_)
    keep[gone] = False
    return _only(graph, keep)


def _only(graph: RoadGraph, keep: NDArray[np.bool_]) -> RoadGraph:
    sizes = np.diff(graph.shape_start)
    shapes = np.repeat(keep, sizes)
    return replace(
        graph, tail=graph.tail[keep], head=graph.head[keep], forward_ms=graph.forward_ms[keep], backward_ms=graph.backward_ms[keep],
        length_dm=graph.length_dm[keep], shape_start=np.concatenate([[0], np.cumsum(sizes[keep])]).astype(np.int32),
        shape_lon=graph.shape_lon[shapes], shape_lat=graph.shape_lat[shapes],
    )  # fmt: skip


def _reachable(graph: RoadGraph) -> RoadGraph:
    """The largest part in which every junction still reaches every other."""
    forward, backward = graph.forward_ms >= 0, graph.backward_ms >= 0
    tail = np.concatenate([graph.tail[forward], graph.head[backward]])
    head = np.concatenate([graph.head[forward], graph.tail[backward]])
    joined = csr_matrix((np.ones(len(tail)), (tail, head)), shape=(graph.junctions, graph.junctions))
    _count, label = connected_components(joined, directed=True, connection="strong")
    largest = np.bincount(label[np.concatenate([graph.tail, graph.head])]).argmax()
    return _only(graph, (label[graph.tail] == largest) & (label[graph.head] == largest))
