"""Turns roads into the graph of one profile: usable directions, the largest connected part, chains made into edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from mealroute.adapters.roads_access import speeds
from mealroute.adapters.roads_graph import RoadGraph
from mealroute.adapters.roads_osm import OsmRoads
from mealroute.adapters.roads_profiles import RoadProfile
from mealroute.adapters.travel import profile_label
from mealroute.core.errors import MealrouteError
from mealroute.core.geo import EARTH_RADIUS_M
from mealroute.core.i18n import _


@dataclass(frozen=True, slots=True, eq=False)
class _Segments:
    """Straight pieces between neighbouring nodes, with the speed (km/h, 0 = closed) in each direction."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    forward: NDArray[np.float64]
    backward: NDArray[np.float64]

    def take(self, which: NDArray[np.bool_]) -> _Segments:
        return _Segments(self.tail[which], self.head[which], self.forward[which], self.backward[which])


def compile_graph(roads: OsmRoads, profile: RoadProfile) -> RoadGraph:
    """The graph on which every place reaches every other; islands and one-way traps are left out.

    Raises MealrouteError ``no-roads-for-profile`` if nothing may be used.
    """
    lon, lat, segments = _usable(roads, profile)
    segments = _largest_part(segments, len(lon))
    if len(segments.tail) == 0:
        raise MealrouteError(
            "no-roads-for-profile",
            _("The road network has no roads for %(profile)s.", profile=profile_label(profile.name)),
            _("Load a network with streets, or correct data/roads/profiles.yaml."),
        )
    return _edges(lon, lat, segments)


def _usable(roads: OsmRoads, profile: RoadProfile) -> tuple[NDArray[np.float64], NDArray[np.float64], _Segments]:
    """Segments open in at least one direction. A node with a barrier is doubled for each way: nothing passes it."""
    members, lon, lat = roads.members.astype(np.int64), roads.lon, roads.lat
    blocked = [node for node, tags in roads.node_tags.items() if tags.get("barrier") in profile.blocked_by]
    if blocked:
        touching = np.flatnonzero(np.isin(members, blocked))
        copies = members[touching]
        members = members.copy()
        members[touching] = len(lon) + np.arange(len(touching))
        lon, lat = np.concatenate([lon, lon[copies]]), np.concatenate([lat, lat[copies]])
    by_way = np.array([speeds(tags, profile) for tags in roads.tags], np.float64)
    way_of = np.repeat(np.arange(len(roads.tags)), np.diff(roads.starts))
    inside = way_of[:-1] == way_of[1:]
    # The copy of a blocked node joins the two segments of its own way again, so each segment gets its own copy.
    tail, head, way = members[:-1][inside], members[1:][inside], way_of[:-1][inside]
    if blocked:
        again = np.flatnonzero(tail >= len(roads.lon))
        originals = tail[again]
        tail = tail.copy()
        tail[again] = len(lon) + np.arange(len(again))
        lon, lat = np.concatenate([lon, lon[originals]]), np.concatenate([lat, lat[originals]])
    segments = _Segments(tail, head, by_way[way, 0], by_way[way, 1])
    return lon, lat, segments.take(((segments.forward > 0) | (segments.backward > 0)) & (tail != head))


def _largest_part(segments: _Segments, nodes: int) -> _Segments:
    """Only what lies in the largest strongly connected component, counted in nodes."""
    ahead, back = segments.forward > 0, segments.backward > 0
    tails = np.concatenate([segments.tail[ahead], segments.head[back]])
    heads = np.concatenate([segments.head[ahead], segments.tail[back]])
    arcs = coo_matrix((np.ones(len(tails), np.int8), (tails, heads)), shape=(nodes, nodes))
    _count, label = connected_components(arcs, directed=True, connection="strong")
    largest = np.bincount(label).argmax()
    return segments.take((label[segments.tail] == largest) & (label[segments.head] == largest))


def _edges(lon: NDArray[np.float64], lat: NDArray[np.float64], segments: _Segments) -> RoadGraph:
    """Chains of equal segments become one edge with a shape."""
    chains = _chains(segments)
    ends = np.array([(chain[0], chain[-1]) for chain, _speeds in chains], np.int64)
    junctions, renumbered = np.unique(ends, return_inverse=True)
    renumbered = renumbered.reshape(ends.shape)
    flat = np.array([node for chain, _speeds in chains for node in chain], np.int64)
    starts = np.concatenate([[0], np.cumsum([len(chain) for chain, _speeds in chains])])
    shape_lon, shape_lat = lon[flat], lat[flat]
    steps = _lengths_m(shape_lon, shape_lat)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    # Between two chains lies one false step, from the end of one to the start of the next; it is never inside a chain.
    metres = along[starts[1:] - 1] - along[starts[:-1]]
    kmh = np.array([pair for _chain, pair in chains], np.float64)
    with np.errstate(divide="ignore"):
        milliseconds = np.where(kmh > 0, np.rint(metres[:, None] * 3600 / kmh), -1.0).astype(np.int64)
    return RoadGraph(
        lon=lon[junctions], lat=lat[junctions],
        tail=renumbered[:, 0].astype(np.int32), head=renumbered[:, 1].astype(np.int32),
        forward_ms=milliseconds[:, 0], backward_ms=milliseconds[:, 1],
        length_dm=np.maximum(1, np.rint(metres * 10)).astype(np.int64),
        shape_start=starts.astype(np.int32), shape_lon=shape_lon, shape_lat=shape_lat,
    )  # fmt: skip


def _lengths_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle lengths between consecutive points."""
    phi, lam = np.radians(lat), np.radians(lon)
    half = np.sin(np.diff(phi) / 2) ** 2 + np.cos(phi[:-1]) * np.cos(phi[1:]) * np.sin(np.diff(lam) / 2) ** 2
    lengths: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1, np.sqrt(half)))
    return lengths


Chain = tuple[list[int], tuple[float, float]]


def _chains(segments: _Segments) -> list[Chain]:
    """Maximal chains through nodes where exactly two segments of the same speeds meet, each with (there, back) speeds."""
    tails, heads = segments.tail.tolist(), segments.head.tolist()
    there, back = segments.forward.tolist(), segments.backward.tolist()
    touching: dict[int, list[int]] = {}
    for segment, (tail, head) in enumerate(zip(tails, heads, strict=True)):
        touching.setdefault(tail, []).append(segment)
        touching.setdefault(head, []).append(segment)

    def leaving(segment: int, node: int) -> tuple[int, tuple[float, float]]:
        """The other end, and the speeds away from and back to ``node``."""
        if tails[segment] == node:
            return heads[segment], (there[segment], back[segment])
        return tails[segment], (back[segment], there[segment])

    def passes(node: int) -> bool:
        around = touching[node]
        if len(around) != 2:
            return False
        (a, (a_out, a_in)), (b, (b_out, b_in)) = leaving(around[0], node), leaving(around[1], node)
        return a != b and a_in == b_out and a_out == b_in

    through = {node for node in touching if passes(node)}
    used = [False] * len(tails)
    chains: list[Chain] = []

    def follow(start: int, segment: int) -> None:
        node, pair = leaving(segment, start)
        used[segment] = True
        nodes = [start, node]
        while node in through and node != start:
            segment = _other(touching[node], segment)
            used[segment] = True
            node, _pair = leaving(segment, node)
            nodes.append(node)
        chains.append((nodes, pair))

    for node, around in touching.items():
        if node not in through:
            for segment in around:
                if not used[segment]:
                    follow(node, segment)
    for segment, tail in enumerate(tails):  # rings without any junction
        if not used[segment]:
            follow(tail, segment)
    return chains


def _other(pair: Sequence[int], one: int) -> int:
    return pair[1] if pair[0] == one else pair[0]
