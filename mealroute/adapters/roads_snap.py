"""Joins points to the nearest place on the nearest usable road, not just to the nearest junction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from mealroute.adapters.roads_graph import RoadGraph
from mealroute.core.geo import EARTH_RADIUS_M, LonLat

SAMPLE_STEP_M = 40.0
AT_JUNCTION_DM = 5
"""Places within half a metre of an edge's end are that end: one node instead of two."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """Per point: its edge, how far along it (decimetres from the tail), and how far off it the point lies (metres)."""

    edge: NDArray[np.int64]
    along_dm: NDArray[np.int64]
    off_m: NDArray[np.float64]


class Snapper:
    """A KD-tree over samples of all edges; candidates from it are then measured exactly.

    Works in a plane around the network's middle: over a city the error is below 0.5 %.
    """

    def __init__(self, graph: RoadGraph) -> None:
        self._graph = graph
        self._middle_lon, self._middle_lat = float(graph.lon.mean()), float(graph.lat.mean())
        x, y = self._plane(graph.shape_lon, graph.shape_lat)
        edge_of = np.repeat(np.arange(graph.edges), np.diff(graph.shape_start))
        inside = edge_of[:-1] == edge_of[1:]
        self._x, self._y = x[:-1][inside], y[:-1][inside]
        self._dx, self._dy = np.diff(x)[inside], np.diff(y)[inside]
        self._edge = edge_of[:-1][inside]
        self._length = np.hypot(self._dx, self._dy)
        before = np.concatenate([[0.0], np.cumsum(self._length)])[:-1]
        first = np.flatnonzero(np.diff(self._edge, prepend=-1))
        self._before = before - before[first][self._edge]
        self._total = np.bincount(self._edge, self._length, graph.edges)
        self._build_tree()

    def _plane(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        x = np.radians(lon - self._middle_lon) * EARTH_RADIUS_M * np.cos(np.radians(self._middle_lat))
        return x, np.radians(lat - self._middle_lat) * EARTH_RADIUS_M

    def _build_tree(self) -> None:
        """Sample i lies in the middle of the i-th of equal parts of at most ``SAMPLE_STEP_M``."""
        parts = np.maximum(1, np.ceil(self._length / SAMPLE_STEP_M)).astype(np.int64)
        self._sample_piece = np.repeat(np.arange(len(parts)), parts)
        number = np.arange(len(self._sample_piece)) - np.repeat(np.cumsum(parts) - parts, parts)
        share = (number + 0.5) / parts[self._sample_piece]
        piece = self._sample_piece
        self._tree = cKDTree(
            np.column_stack([self._x[piece] + share * self._dx[piece], self._y[piece] + share * self._dy[piece]])
        )

    def snap(self, points: Sequence[LonLat]) -> Snapped:
        """The nearest place on a road for each point, however far; of equally near ones the first in file order."""
        if not points:
            return Snapped(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        x, y = self._plane(np.array([p.lon for p in points]), np.array([p.lat for p in points]))
        nearest, _sample = self._tree.query(np.column_stack([x, y]))
        # Any piece with a place nearer than the nearest sample has a sample within half a step more.
        found = list(self._tree.query_ball_point(np.column_stack([x, y]), nearest + SAMPLE_STEP_M / 2 + 0.01))
        counts = np.array([len(samples) for samples in found])
        owner = np.repeat(np.arange(len(points)), counts)
        piece = self._sample_piece[np.concatenate([np.asarray(samples, np.int64) for samples in found])]
        share = self._shares(piece, x[owner], y[owner])
        off = np.hypot(
            self._x[piece] + share * self._dx[piece] - x[owner], self._y[piece] + share * self._dy[piece] - y[owner]
        )
        order = np.lexsort((piece, np.round(off, 3), owner))
        best = order[np.flatnonzero(np.diff(owner[order], prepend=-1))]
        edge = self._edge[piece[best]]
        metres = self._before[piece[best]] + share[best] * self._length[piece[best]]
        length = self._graph.length_dm[edge]
        # Measured in the plane, stated on the sphere: scaled so that an edge's end is its end.
        along = np.rint(metres / np.maximum(self._total[edge], 1e-9) * length).astype(np.int64)
        along = np.where(along <= AT_JUNCTION_DM, 0, np.where(along >= length - AT_JUNCTION_DM, length, along))
        return Snapped(edge, along, off[best])

    def _shares(self, piece: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where on each piece the nearest place lies, 0 at its start and 1 at its end."""
        dx, dy = self._dx[piece], self._dy[piece]
        square = np.maximum(dx * dx + dy * dy, 1e-12)
        share = ((x - self._x[piece]) * dx + (y - self._y[piece]) * dy) / square
        clipped: NDArray[np.float64] = np.clip(share, 0.0, 1.0)
        return clipped
