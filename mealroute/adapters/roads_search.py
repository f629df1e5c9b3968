"""Fastest ways between snapped points: the graph is cut at the points, then searched by Dijkstra from each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from mealroute.adapters.roads_graph import RoadGraph
from mealroute.adapters.roads_snap import Snapped

METRE_BITS = 24
SOURCES_AT_ONCE = 256
"""Bounds memory: 256 sources × 30,000 nodes are 60 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class CutGraph:
    """The graph with a node at every snapped place.

    An arc's weight is milliseconds · 2²⁴ + decimetres. Both are whole and their sums stay below 2⁵³, so that one search
    finds the fastest way, of equally fast ones the shortest, and gives its exact length as well.
    """

    arcs: csr_matrix
    places: NDArray[np.int64]
    edge: NDArray[np.int64]
    from_dm: NDArray[np.int64]
    to_dm: NDArray[np.int64]


def cut(graph: RoadGraph, snapped: Snapped) -> CutGraph:
    """Add a node for each distinct place inside an edge; ``places`` gives the node of each point."""
    inside = (snapped.along_dm > 0) & (snapped.along_dm < graph.length_dm[snapped.edge])
    keys = np.column_stack([snapped.edge[inside], snapped.along_dm[inside]])
    cuts, which = np.unique(keys, axis=0, return_inverse=True)
    places = np.where(snapped.along_dm == 0, graph.tail[snapped.edge], graph.head[snapped.edge]).astype(np.int64)
    places[inside] = graph.junctions + which.reshape(-1)
    nodes = graph.junctions + len(cuts)
    # Every edge is a row of marks: its tail, its cuts in order, its head. Neighbouring marks make a pair of arcs.
    edges = np.arange(graph.edges)
    edge = np.concatenate([edges, cuts[:, 0], edges])
    mark = np.concatenate([np.zeros(graph.edges, np.int64), cuts[:, 1], graph.length_dm])
    node = np.concatenate([graph.tail, graph.junctions + np.arange(len(cuts)), graph.head]).astype(np.int64)
    order = np.lexsort((mark, edge))
    edge, mark, node = edge[order], mark[order], node[order]
    paired = edge[:-1] == edge[1:]
    edge, a, b = edge[:-1][paired], node[:-1][paired], node[1:][paired]
    start, end = mark[:-1][paired], mark[1:][paired]
    ahead = _weights(graph.forward_ms[edge], graph.length_dm[edge], start, end)
    back = _weights(graph.backward_ms[edge], graph.length_dm[edge], start, end)
    return _assemble(
        np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([ahead, back]), np.concatenate([edge, edge]),
        np.concatenate([start, end]), np.concatenate([end, start]), nodes, places,
    )  # fmt: skip


def _weights(
    ms: NDArray[np.int64], length: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.int64]:
    """-1 where closed. Differences of rounded positions, so that the parts of an edge add up to the whole."""
    parts = np.rint(ms * (end / length)).astype(np.int64) - np.rint(ms * (start / length)).astype(np.int64)
    return np.where(ms < 0, -1, (parts << METRE_BITS) + np.maximum(1, end - start))


def _assemble(
    tail: NDArray[np.int64], head: NDArray[np.int64], weight: NDArray[np.int64], edge: NDArray[np.int64],
    start: NDArray[np.int64], end: NDArray[np.int64], nodes: int, places: NDArray[np.int64],
) -> CutGraph:  # fmt: skip
    """Open arcs only, the best of parallel ones (a sparse matrix would add them up), in row order."""
    order = np.lexsort((weight, head, tail))
    order = order[(weight[order] >= 0) & (tail[order] != head[order])]
    key = tail[order] * nodes + head[order]
    order = order[np.flatnonzero(np.diff(key, prepend=-1))]
    rows = np.concatenate([[0], np.cumsum(np.bincount(tail[order], minlength=nodes))]).astype(np.int32)
    arcs = csr_matrix((weight[order].astype(np.float64), head[order].astype(np.int32), rows), shape=(nodes, nodes))
    return CutGraph(arcs, places, edge[order], start[order], end[order])


def many_to_many(
    cut_graph: CutGraph, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Milliseconds and decimetres from the points of ``rows`` to those of ``columns``; points at one place are searched once.

    Fewer columns than rows are searched backwards. Sums of whole numbers below 2⁵³ are exact either way round.
    """
    from_places, row_of = np.unique(cut_graph.places[rows], return_inverse=True)
    to_places, column_of = np.unique(cut_graph.places[columns], return_inverse=True)
    if len(to_places) < len(from_places):
        best = _between(cut_graph.arcs.T.tocsr(), to_places, from_places).T
    else:
        best = _between(cut_graph.arcs, from_places, to_places)
    best = best[np.ix_(row_of.reshape(-1), column_of.reshape(-1))]
    return best >> METRE_BITS, best & ((1 << METRE_BITS) - 1)


def _between(arcs: csr_matrix, sources: NDArray[np.int64], targets: NDArray[np.int64]) -> NDArray[np.int64]:
    best = np.empty((len(sources), len(targets)), np.int64)
    for start in range(0, len(sources), SOURCES_AT_ONCE):
        some = sources[start : start + SOURCES_AT_ONCE]
        best[start : start + len(some)] = dijkstra(arcs, indices=some)[:, targets].astype(np.int64)
    return best


def routes(cut_graph: CutGraph, legs: list[tuple[int, int]]) -> list[list[int]]:
    """For each (from point, to point) the arcs travelled, as positions in the arrays of the cut graph."""
    wanted = [(int(cut_graph.places[a]), int(cut_graph.places[b])) for a, b in legs]
    sources = sorted({a for a, _b in wanted})
    found: list[list[int]] = [[] for _leg in legs]
    for start in range(0, len(sources), SOURCES_AT_ONCE):
        batch = sources[start : start + SOURCES_AT_ONCE]
        _cost, before = dijkstra(cut_graph.arcs, indices=batch, return_predecessors=True)
        row_of = {source: row for row, source in enumerate(batch)}
        for number, (a, b) in enumerate(wanted):
            if a in row_of:
                found[number] = _walk_back(cut_graph, before[row_of[a]], a, b)
    return found


def _walk_back(cut_graph: CutGraph, before: NDArray[np.int32], source: int, target: int) -> list[int]:
    indptr, indices = cut_graph.arcs.indptr, cut_graph.arcs.indices
    arcs: list[int] = []
    node = target
    while node != source:
        previous = int(before[node])
        low, high = indptr[previous], indptr[previous + 1]
        arcs.append(int(low + np.searchsorted(indices[low:high], node)))
        node = previous
    return arcs[::-1]
