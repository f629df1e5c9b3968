"""A problem as nodes and integer tables, which is how OR-Tools' routing model wants it.

Nodes are the stops first (in the order of the problem), then the reload copies, then the places where vehicles begin
and end. A vehicle without start or end begins or ends at a place that is no time and no way from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd

import numpy as np
import numpy.typing as npt

from solver.cost import UNITS_PER_COST
from solver.options import Sequences
from solver.problem import Problem, Stop, TimeWindow, Vehicle

Table = npt.NDArray[np.int64]

_SPARE_RELOADS = 6
"""Reload copies beyond those that a first plan uses, and half as many again: more copies only slow the search."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """Which node is what. ``place`` is the matrix index of each node; ``nowhere`` stands for a missing one."""

    stops: tuple[Stop, ...]
    reloads: tuple[int, ...]
    place: npt.NDArray[np.int64]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    nowhere: int

    @property
    def count(self) -> int:
        return len(self.place)

    @property
    def first_reload(self) -> int:
        return len(self.stops)

    @property
    def first_terminal(self) -> int:
        return len(self.stops) + len(self.reloads)


def make_nodes(problem: Problem, first: Sequences) -> Nodes:
    """Lay out the nodes; how many reload copies there are depends on how many the first plan needs."""
    nowhere = next(iter(problem.matrices.values())).size
    reloads = _reload_places(problem, first)
    terminals: dict[int, int] = {}
    ends_at: list[tuple[int, int]] = []
    begin = len(problem.stops) + len(reloads)
    for vehicle in problem.vehicles:
        start = nowhere if vehicle.start is None else vehicle.start
        end = nowhere if vehicle.end is None else vehicle.end
        for place in (start, end):
            terminals.setdefault(place, begin + len(terminals))
        ends_at.append((terminals[start], terminals[end]))
    places = [stop.location for stop in problem.stops] + reloads + list(terminals)
    return Nodes(
        stops=problem.stops,
        reloads=tuple(reloads),
        place=np.array(places, dtype=np.int64),
        starts=tuple(start for start, _ in ends_at),
        ends=tuple(end for _, end in ends_at),
        nowhere=nowhere,
    )


def _reload_places(problem: Problem, first: Sequences) -> list[int]:
    places: list[int] = []
    for location in sorted({v.start for v in problem.vehicles if v.max_trips > 1 and v.start is not None}):
        here = [vehicle for vehicle in problem.vehicles if vehicle.start == location]
        allowed = sum(min(vehicle.max_trips - 1, len(problem.stops)) for vehicle in here)
        used = sum(max(0, len(first.get(vehicle.id, ())) - 1) for vehicle in here)
        wanted = used + used // 2 + _SPARE_RELOADS if first else len(problem.stops)
        places += [location] * max(used, min(allowed, wanted, len(problem.stops)))
    return places


class Tables:
    """Arc tables (node × node) of one kind of vehicle: profile, speed, loading time and what its travel costs."""

    def __init__(self, problem: Problem, nodes: Nodes, vehicle: Vehicle) -> None:
        matrix = problem.travel(vehicle)
        self.travel = _spread(matrix.durations, nodes)
        self.distance = _spread(matrix.distances, nodes) if matrix.distances is not None else None
        for table in (self.travel, self.distance):
            if table is not None:  # from begin to end at once: the vehicle stays where it is, and no limit is its own
                table[nodes.first_terminal :, nodes.first_terminal :] = 0
        self._nodes = nodes
        self._load = vehicle.load_duration
        self._costs = vehicle.costs

    def ride(self) -> Table:
        """From the begin of service at a node (end of loading at a depot) to that at the next: service, way, setup."""
        nodes = self._nodes
        service = np.zeros(nodes.count, dtype=np.int64)
        service[: len(nodes.stops)] = [stop.service for stop in nodes.stops]
        setup = np.zeros(nodes.count, dtype=np.int64)
        setup[: len(nodes.stops)] = [stop.setup for stop in nodes.stops]
        result: Table = service[:, None] + self.travel + setup[None, :] * elsewhere(nodes)
        return result

    def time(self) -> Table:
        """As `ride`, but a depot's clock is read at the begin of its loading."""
        loads = np.arange(self._nodes.count) >= self._nodes.first_reload
        result: Table = self.ride() + (loads * self._load)[:, None]
        result[self._nodes.first_terminal :, self._nodes.first_terminal :] = 0
        return result

    def cost(self, unit: int) -> Table:
        """Cost of each way, in multiples of ``unit`` exact units, rounded to the nearest."""
        cost = 1000 * self._costs.per_hour * self.travel
        if self.distance is not None:
            cost = cost + 3600 * self._costs.per_km * self.distance
        result: Table = (cost + unit // 2) // unit
        return result


def _spread(matrix: npt.NDArray[np.int32], nodes: Nodes) -> Table:
    """A location matrix as a node matrix; ``nowhere`` is zero away from everywhere."""
    wide = np.zeros((nodes.nowhere + 1, nodes.nowhere + 1), dtype=np.int64)
    wide[:-1, :-1] = matrix
    result: Table = wide[np.ix_(nodes.place, nodes.place)]
    return result


def cost_unit(problem: Problem) -> int:
    """The largest unit in which every cost of the problem is whole."""
    unit = UNITS_PER_COST
    for vehicle in problem.vehicles:
        unit = gcd(unit, 1000 * vehicle.costs.per_hour, 3600 * vehicle.costs.per_km, 1000 * vehicle.overwork_price)
    return unit


def penalties(problem: Problem, cost_bound: int) -> tuple[int, ...]:
    """What leaving each stop out costs, so that the sum orders plans as the objective does.

    Must-serve stops outweigh all priorities, priorities all numbers of stops, one stop any cost up to ``cost_bound``.
    """
    each = cost_bound + 1
    per_priority = each * (len(problem.stops) + 1)
    must = per_priority * sum(stop.priority for stop in problem.stops) + per_priority
    return tuple(each + per_priority * stop.priority + must * stop.must_serve for stop in problem.stops)


def span(problem: Problem) -> tuple[int, int]:
    """The moments between which everything happens: the first begin of a shift, and a time by which all has ended.

    The model's clock runs from 0 at the first to the second. That is kept short because its domains are bit sets, and
    because propagation may creep along second by second before it sees that a plan cannot be.
    """
    begins = [vehicle.shift.earliest for vehicle in problem.vehicles]
    events = [*begins, *(stop.release for stop in problem.stops)]
    events += [window.earliest for stop in problem.stops for window in stop.time_windows]
    events += [window.earliest for v in problem.vehicles for pause in v.breaks for window in pause.time_windows]
    way = max(int(problem.travel(vehicle).durations.max()) for vehicle in problem.vehicles)
    loading = max(vehicle.load_duration for vehicle in problem.vehicles)
    each = sum(stop.setup + stop.service + 2 * way + loading for stop in problem.stops)
    pauses = sum(pause.service for vehicle in problem.vehicles for pause in vehicle.breaks)
    last_shift = max(vehicle.shift.latest for vehicle in problem.vehicles)
    return min(begins), min(last_shift, max(events) + each + pauses + way + loading)


def clocked(windows: Iterable[TimeWindow], begin: int, end: int) -> list[tuple[int, int]]:
    """Windows on the model's clock, cut to its range; no windows mean any time. Empty if none is left."""
    all_ = [(w.earliest, w.latest) for w in windows] or [(begin, end)]
    return [(max(0, first - begin), min(last, end) - begin) for first, last in all_ if first <= end and last >= begin]


def elsewhere(nodes: Nodes) -> npt.NDArray[np.bool_]:
    """Whether the way from one node to another leads to another place, so that setup applies."""
    result: npt.NDArray[np.bool_] = nodes.place[:, None] != nodes.place[None, :]
    return result
