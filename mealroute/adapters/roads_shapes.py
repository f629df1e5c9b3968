"""The line of a way travelled, from its arcs back to the shapes of the roads."""

from __future__ import annotations

import numpy as np

from mealroute.adapters.roads_graph import RoadGraph
from mealroute.adapters.roads_search import CutGraph
from mealroute.adapters.travel import Leg
from mealroute.core.geo import LonLat

DECIMALS = 6
"""0.1 m: what a map can show."""


def leg_shape(graph: RoadGraph, cut_graph: CutGraph, arcs: list[int], start: LonLat, end: LonLat) -> Leg:
    """From the start point, along the arcs, to the end point; consecutive equal positions once."""
    line = [(start.lon, start.lat)]
    for arc in arcs:
        line += _part(graph, int(cut_graph.edge[arc]), int(cut_graph.from_dm[arc]), int(cut_graph.to_dm[arc]))
    line.append((end.lon, end.lat))
    rounded = [(round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in line]
    kept = [here for i, here in enumerate(rounded) if i == 0 or here != rounded[i - 1]]
    if len(kept) == 1:
        kept = kept * 2
    return tuple(LonLat(lon, lat) for lon, lat in kept)


def _part(graph: RoadGraph, edge: int, from_dm: int, to_dm: int) -> list[tuple[float, float]]:
    """The part of an edge between two places on it, in the direction of travel."""
    lon, lat = graph.shape(edge)
    steps = np.hypot(np.diff(lon) * np.cos(np.radians(lat[0])), np.diff(lat))
    along = np.concatenate([[0.0], np.cumsum(steps)])
    along *= float(graph.length_dm[edge]) / max(along[-1], 1e-12)
    low, high = min(from_dm, to_dm), max(from_dm, to_dm)
    between = (along > low) & (along < high)
    marks = np.concatenate([[low], along[between], [high]])
    part = list(zip(np.interp(marks, along, lon).tolist(), np.interp(marks, along, lat).tolist(), strict=True))
    return part if from_dm <= to_dm else part[::-1]
