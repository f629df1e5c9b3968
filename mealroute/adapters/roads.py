"""Travel on an imported road network: the embedded default, without any server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mealroute.adapters import roads_search
from mealroute.adapters.roads_compile import compile_graph
from mealroute.adapters.roads_graph import FORMAT, RoadGraph
from mealroute.adapters.roads_lines import RoadLine, lines_of
from mealroute.adapters.roads_osm import OsmRoads, file_digest, read_roads
from mealroute.adapters.roads_profiles import DEFAULT_PROFILES, RoadProfile, profile_named
from mealroute.adapters.roads_shapes import leg_shape
from mealroute.adapters.roads_snap import Snapped, Snapper
from mealroute.adapters.travel import Leg, PointOffRoad, TravelBlock, TravelMatrix
from mealroute.core.geo import LonLat

KERB_M = 25.0
"""A point this near to its road is at the kerb: parking and walking in are the stop's setup, not travel."""


class RoadNetwork:
    """Fastest ways on the roads of one OpenStreetMap file. Compiled graphs are kept in ``cache_dir``.

    What lies between the road and a point further off than the kerb is walked, there and back, at the profile's last-leg pace.
    """

    def __init__(self, file: Path, cache_dir: Path | None = None, profiles: Path = DEFAULT_PROFILES) -> None:
        self._file, self._cache_dir, self._profiles = file, cache_dir, profiles
        self._digest = file_digest(file)
        self._roads: OsmRoads | None = None
        self._graphs: dict[str, tuple[RoadGraph, Snapper]] = {}

    def network_id(self, profile: str) -> str:
        return f"{FORMAT}-{self._digest}-{profile}-{self._profile(profile).digest}"

    def graph(self, profile: str) -> RoadGraph:
        """The compiled roads of a profile."""
        return self._compiled(profile)[0]

    def snap(self, points: Sequence[LonLat], profile: str) -> Snapped:
        """The nearest usable road of each point, however far away."""
        return self._compiled(profile)[1].snap(points)

    def covers(self, points: Sequence[LonLat], profile: str) -> NDArray[np.bool_]:
        return self.snap(points, profile).off_m <= self._profile(profile).max_snap_m

    def matrix(self, points: Sequence[LonLat], profile: str) -> TravelMatrix:
        """Travel times and distances between all pairs of points along roads.

        Raises PointOffRoad if a point lies further than the profile's ``max_snap_m`` from any usable road.
        """
        return self.between(points, points, profile).square()

    def between(self, origins: Sequence[LonLat], destinations: Sequence[LonLat], profile: str) -> TravelBlock:
        """Times and distances of some pairs, searched from the fewer of the two sides. Raises PointOffRoad like ``matrix``."""
        points = list(dict.fromkeys((*origins, *destinations)))
        at = {point: number for number, point in enumerate(points)}
        rows, columns = (np.array([at[point] for point in side], np.intp) for side in (origins, destinations))
        snapped = self._near(points, profile)
        ms, dm = roads_search.many_to_many(roads_search.cut(self._compiled(profile)[0], snapped), rows, columns)
        walk_m = np.where(snapped.off_m > KERB_M, snapped.off_m, 0.0)
        walk_ms = np.rint(walk_m / self._profile(profile).last_leg_kmh * 3600)
        here = rows[:, None] == columns
        seconds = np.ceil((ms + walk_ms[rows][:, None] + walk_ms[columns]) / 1000)
        metres = np.rint(dm / 10 + walk_m[rows][:, None] + walk_m[columns])
        return TravelBlock(
            durations=np.where(here, 0, seconds).astype(np.int32),
            distances=np.where(here, 0, metres).astype(np.int32),
            estimated=np.zeros(here.shape, np.bool_),
            snap_m=snapped.off_m[rows].astype(np.float32),
            network=self.network_id(profile),
        )

    def path(self, points: Sequence[LonLat], profile: str) -> tuple[Leg, ...]:
        """The lines along roads between consecutive points, each from point to point.

        Raises PointOffRoad like ``matrix``.
        """
        if len(points) < 2:
            return ()
        graph = self._compiled(profile)[0]
        cut_graph = roads_search.cut(graph, self._near(points, profile))
        found = roads_search.routes(cut_graph, [(i, i + 1) for i in range(len(points) - 1)])
        return tuple(leg_shape(graph, cut_graph, arcs, points[i], points[i + 1]) for i, arcs in enumerate(found))

    def lines(self, highways: frozenset[str] | None = None) -> tuple[RoadLine, ...]:
        """Every road as a line to draw, whatever the profile; ``highways`` limits the classes."""
        return lines_of(self._read(), highways)

    def _near(self, points: Sequence[LonLat], profile: str) -> Snapped:
        snapped = self.snap(points, profile)
        limit = self._profile(profile).max_snap_m
        far = np.flatnonzero(snapped.off_m > limit)
        if len(far):
            raise PointOffRoad(far.tolist(), points, profile, limit)
        return snapped

    def _profile(self, name: str) -> RoadProfile:
        return profile_named(name, self._profiles)

    def _read(self) -> OsmRoads:
        if self._roads is None:
            self._roads = read_roads(self._file)
        return self._roads

    def _compiled(self, profile: str) -> tuple[RoadGraph, Snapper]:
        if profile not in self._graphs:
            stored = None if self._cache_dir is None else self._cache_dir / f"{self.network_id(profile)}.npz"
            graph = RoadGraph.load(stored) if stored else None
            if graph is None:
                graph = compile_graph(self._read(), self._profile(profile))
                if stored:
                    graph.save(stored)
            self._graphs[profile] = graph, Snapper(graph)
        return self._graphs[profile]
