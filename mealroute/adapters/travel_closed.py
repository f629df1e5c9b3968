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
from mealroute.adapters.travel import Leg, Travel, TravelBlock, TravelMatrix
from mealroute.core.geo import EARTH_RADIUS_M, LonLat

ROUND: Final = 1.6
"""Round a circle is this much longer than through it (π ÷ 2, rounded up), where only straight lines are known."""
MANY: Final = 0.25
"""A point that so many others reach through the closure is searched backwards once instead of from each of them."""
MOVED_M: Final = 0.5
"""A point is reached from another road once its nearest one lies this much further off."""
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
        return self.between(points, points, profile).square()

    def between(self, origins: Sequence[LonLat], destinations: Sequence[LonLat], profile: str) -> TravelBlock:
        usual = self._travel.between(origins, destinations, profile)
        if self._network is None:
            return self._straight(usual, origins, destinations)
        if profile not in self._open:
            self._open[profile] = _OpenRoads(self._network, self._closed, profile)
        return replace(self._open[profile].around(usual, origins, destinations), network=self.network_id(profile))

    def path(self, points: Sequence[LonLat], profile: str) -> tuple[Leg, ...]:
        """The lines to draw; round the closure where the roads are known."""
        if self._network is None or len(points) < 2 or not self._network.covers(points, profile).all():
            return self._travel.path(points, profile)
        if profile not in self._open:
            self._open[profile] = _OpenRoads(self._network, self._closed, profile)
        return self._open[profile].path(points)

    def _straight(self, usual: TravelBlock, origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> TravelBlock:
        through = np.zeros(usual.durations.shape, np.bool_)
        for each in self._closed:
            through |= _crosses(origins, destinations, each)
        factor = np.where(through, ROUND, 1.0)
        return replace(
            usual, durations=np.ceil(usual.durations * factor).astype(np.int32),
            distances=np.rint(usual.distances * factor).astype(np.int32), network="closed",
        )  # fmt: skip


def _crosses(origins: Sequence[LonLat], destinations: Sequence[LonLat], closed: Closed) -> NDArray[np.bool_]:
    """For each pair whether the straight line between them comes nearer to the middle than the radius."""
    (x, y), (to_x, to_y) = _plane(origins, closed), _plane(destinations, closed)
    dx, dy = to_x - x[:, None], to_y - y[:, None]
    square = np.maximum(dx * dx + dy * dy, 1e-9)
    share = np.clip(-(x[:, None] * dx + y[:, None] * dy) / square, 0.0, 1.0)
    near: NDArray[np.bool_] = np.hypot(x[:, None] + share * dx, y[:, None] + share * dy) <= closed.radius_m
    return near


def _plane(points: Sequence[LonLat], closed: Closed) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres east and north of the middle of the closure."""
    x = np.radians([p.lon - closed.lon for p in points]) * EARTH_RADIUS_M * np.cos(np.radians(closed.lat))
    return x, np.radians([p.lat - closed.lat for p in points]) * EARTH_RADIUS_M


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

    def around(self, usual: TravelBlock, origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> TravelBlock:
        """Pairs that no road stands behind, and places with themselves, stay as they are."""
        if not len(self.gone) or not usual.durations.size:
            return usual
        points = list(dict.fromkeys((*origins, *destinations)))
        at = {point: number for number, point in enumerate(points)}
        rows, columns = (np.array([at[point] for point in side], np.intp) for side in (origins, destinations))
        was, snapped = self.network.snap(points, self.profile.name), self.snapper.snap(points)
        moved = np.abs(snapped.off_m - was.off_m) > MOVED_M
        affected = self._through(was, rows, columns, usual.durations) | moved[rows][:, None] | moved[columns]
        affected &= ~usual.estimated & (rows[:, None] != columns)
        if not affected.any():
            return usual
        ms, dm = self._searched(snapped, rows, columns, affected)
        walk_m = np.where(snapped.off_m > KERB_M, snapped.off_m, 0.0)
        walk_ms = np.rint(walk_m / self.profile.last_leg_kmh * 3600)
        seconds = np.ceil((ms + walk_ms[rows][:, None] + walk_ms[columns]) / 1000).astype(np.int32)
        metres = np.rint(dm / 10 + walk_m[rows][:, None] + walk_m[columns]).astype(np.int32)
        # never quicker than with every road open: the searches differ by rounding alone
        durations = np.where(affected, np.maximum(usual.durations, seconds), usual.durations)
        return replace(usual, durations=durations, distances=np.where(affected, metres, usual.distances))

    def path(self, points: Sequence[LonLat]) -> tuple[Leg, ...]:
        cut_graph = roads_search.cut(self.graph, self.snapper.snap(points))
        found = roads_search.routes(cut_graph, [(i, i + 1) for i in range(len(points) - 1)])
        return tuple(
            leg_shape(self.graph, cut_graph, arcs, points[i], points[i + 1]) for i, arcs in enumerate(found)
        )  # fmt: skip

    def _through(
        self, was: Snapped, rows: NDArray[np.intp], columns: NDArray[np.intp], seconds: NDArray[np.int32]
    ) -> NDArray[np.bool_]:
        """Pairs whose fastest way may lead through: one that does passes a junction at the edge of the closure."""
        cut_graph = roads_search.cut(self.whole, was)
        limit = seconds.astype(np.int64) * 1000 + ROUNDING_MS
        ends = np.unique(np.concatenate([self.whole.tail[self.gone], self.whole.head[self.gone]]))
        still = np.unique(np.concatenate([self.graph.tail, self.graph.head]))
        border = np.intersect1d(ends, still)
        if not len(border):
            border = ends
        shift = float(1 << roads_search.METRE_BITS)
        ahead = dijkstra(cut_graph.arcs, indices=border)[:, cut_graph.places[columns]] / shift
        back = dijkstra(cut_graph.arcs.T.tocsr(), indices=border)[:, cut_graph.places[rows]] / shift
        found = np.zeros(seconds.shape, np.bool_)
        for there, on in zip(back, ahead, strict=True):
            found |= there[:, None] + on[None, :] <= limit
        return found

    def _searched(
        self, snapped: Snapped, rows: NDArray[np.intp], columns: NDArray[np.intp], affected: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Milliseconds and decimetres of the affected pairs on open roads, 0 of others that no search met."""
        cut_graph = roads_search.cut(self.graph, snapped)
        ms, dm = np.zeros(affected.shape, np.int64), np.zeros(affected.shape, np.int64)
        forward, backward = _sides(affected)
        for part in (np.ix_(np.arange(len(rows)), backward), np.ix_(forward, np.arange(len(columns)))):
            i, j = part[0][:, 0], part[1][0]
            if len(i) and len(j):
                ms[part], dm[part] = roads_search.many_to_many(cut_graph, rows[i], columns[j])
        return ms, dm


def _sides(affected: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows to search forwards and columns to search backwards: together they meet every affected pair, with the fewest searches of three ways."""
    none = np.zeros(0, np.intp)
    rows, columns = np.flatnonzero(affected.any(axis=1)), np.flatnonzero(affected.any(axis=0))
    many = np.flatnonzero(affected.mean(axis=0) > MANY)
    rest = np.delete(affected, many, axis=1)
    ways = [(rows, none), (none, columns), (np.flatnonzero(rest.any(axis=1)), many)]
    return min(ways, key=lambda way: len(way[0]) + len(way[1]))


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
