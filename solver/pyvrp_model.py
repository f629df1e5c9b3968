"""PyVRP's model of a problem, and the way between its routes and sequences.

Every stop and every pair of a start and a loading time is a location of its own. Loading is part of the ways that leave
a depot, so that a trip is released when its loading begins; setup is part of the ways or of the service (see `Setup`).
What a way costs is its distance, in whole `cost_unit`, so that costs are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pyvrp import Activity, ActivityType, Client, Depot, Location, ProblemData, Route, Solution, VehicleType

from solver.cost import UNITS_PER_COST
from solver.options import Sequences, Trips
from solver.ortools_nodes import cost_unit, span
from solver.problem import LARGEST, Problem, Stop, Vehicle
from solver.pyvrp_limits import Measure, Setup, able, measure, prizes, setups, table_key

Table = npt.NDArray[np.int64]
Ends = dict[tuple[int | None, int], int]

_RATE = {Measure.SECONDS: 1000, Measure.METRES: 3600}
"""Exact units of cost of one second at one an hour, of one metre at one a kilometre."""


@dataclass(frozen=True, slots=True)
class Required:
    """Which stops a solution must serve: all, the must-serve ones, or none; the others bring a prize."""

    all: bool
    must: bool

    def holds(self, stop: Stop) -> bool:
        return self.all or (self.must and stop.must_serve)


class Model:
    """The data that PyVRP searches, its types of vehicles and what each of them stands for."""

    def __init__(self, problem: Problem, required: Required) -> None:
        self.problem = problem
        self.unit = cost_unit(problem)
        self._setups = setups(problem)
        begin, self._over = span(problem)
        self._too_long = 2 * (self._over - min(begin, self._over)) + 1
        self._limits_tasks = any(vehicle.max_tasks is not None for vehicle in problem.vehicles)
        self._ends: Ends = {}
        for vehicle in problem.vehicles:
            for end in (_start(vehicle), _end(vehicle)):
                self._ends.setdefault(end, len(self._ends))
        self._tables: dict[tuple[object, ...], int] = {}
        durations: list[Any] = []
        distances: list[Any] = []
        self._types: dict[tuple[object, ...], list[Vehicle]] = {}
        for vehicle in problem.vehicles:
            key = table_key(problem, vehicle)
            if key not in self._tables:
                self._tables[key] = len(durations)
                durations.append(self._durations(vehicle))
                distances.append(self._distances(vehicle))
            self._types.setdefault(self._type_key(vehicle), []).append(vehicle)
        self.fleets = [tuple(vehicle.id for vehicle in alike) for alike in self._types.values()]
        self.able = [able(problem, alike[0]) for alike in self._types.values()]
        self.data: Any = ProblemData(
            [Location(0, 0) for _ in range(len(problem.stops) + len(self._ends))],
            self._clients(required),
            [Depot(len(problem.stops) + number) for number in range(len(self._ends))],
            [self._vehicle_type(alike) for alike in self._types.values()],
            distances,
            durations,
        )
        ways = [self._spread(problem.travel(alike[0]).durations).mean() for alike in self._types.values()]
        costs = [kind.unit_distance_cost * distances[kind.profile].mean() for kind in self.data.vehicle_types()]
        self.largest_prize: int = max((client.prize for client in self.data.clients()), default=0)
        self.cost_of_second: float = max(1.0, float(np.mean(costs)) / max(1.0, float(np.mean(ways))))

    # -- there --------------------------------------------------------------------------------------------------------

    def _type_key(self, vehicle: Vehicle) -> tuple[object, ...]:
        return (
            self._tables[table_key(self.problem, vehicle)],
            vehicle.start,
            vehicle.end,
            vehicle.capacity,
            vehicle.shift,
            vehicle.max_tasks,
            vehicle.max_travel_time,
            vehicle.max_distance,
            vehicle.costs,
            vehicle.max_trips,
            vehicle.load_duration,
            vehicle.max_duration,
        )

    def _spread(self, matrix: npt.NDArray[np.int32]) -> Table:
        """A matrix of the problem's locations as one of the model's; nowhere is at no distance from anywhere."""
        nowhere = matrix.shape[0]
        wide = np.zeros((nowhere + 1, nowhere + 1), dtype=np.int64)
        wide[:-1, :-1] = matrix
        places = [stop.location for stop in self.problem.stops]
        places += [nowhere if place is None else place for place, _ in self._ends]
        result: Table = wide[np.ix_(places, places)]
        np.fill_diagonal(result, 0)
        return result

    def _durations(self, vehicle: Vehicle) -> Table:
        table = self._spread(self.problem.travel(vehicle).durations)
        count = len(self.problem.stops)
        at = np.array(
            [stop.location for stop in self.problem.stops] + [-1 if place is None else place for place, _ in self._ends]
        )
        for column, (stop, way) in enumerate(zip(self.problem.stops, self._told(), strict=True)):
            if way:
                table[at != stop.location, column] += stop.setup
        for row, (_, loading) in enumerate(self._ends, start=count):
            table[row, :] += loading
        for column, may in enumerate(able(self.problem, vehicle)):
            if not may:  # no shift is long enough for a visit that may not be
                table[:, column] = self._too_long
        np.fill_diagonal(table, 0)
        return table

    def _told(self) -> list[bool]:
        """Whether each stop's setup is in the ways: where a narrowed window would be empty, it is in the service."""
        return [
            how is Setup.WAY
            or (how is Setup.NARROW and stop.time_windows[0].earliest + stop.setup <= stop.time_windows[0].latest)
            for stop, how in zip(self.problem.stops, self._setups, strict=True)
        ]

    def _distances(self, vehicle: Vehicle) -> Table:
        matrix, kind = self.problem.travel(vehicle), measure(vehicle)
        if kind is Measure.SECONDS:
            table = self._spread(matrix.durations)
        else:
            assert matrix.distances is not None
            table = self._spread(matrix.distances)
        if kind is Measure.COST:
            table = 3600 * vehicle.costs.per_km * table
            table = (table + 1000 * vehicle.costs.per_hour * self._spread(matrix.durations)) // self.unit
        return table

    def _clients(self, required: Required) -> list[Any]:
        problem, in_way = self.problem, self._told()
        worth = prizes(problem) if not required.all else (0,) * len(problem.stops)
        clients = []
        for number, stop in enumerate(problem.stops):
            must = required.holds(stop)
            earliest, latest = 0, LARGEST
            if stop.time_windows:
                earliest = stop.time_windows[0].earliest + (stop.setup if in_way[number] else 0)
                latest = stop.time_windows[0].latest
            extra = [1] if self._limits_tasks else []
            clients.append(
                Client(
                    number,
                    [*stop.delivery, *extra],
                    [*stop.pickup, *(0 for _ in extra)],
                    stop.service + (0 if in_way[number] else stop.setup),
                    earliest,
                    latest,
                    stop.release,
                    0 if must else worth[number],
                    must,
                )
            )
        return clients

    def _vehicle_type(self, alike: list[Vehicle]) -> Any:
        vehicle, kind = alike[0], measure(alike[0])
        count = len(self.problem.stops)
        limits: dict[str, Any] = {}
        if vehicle.max_duration is not None:
            limits["shift_duration"] = vehicle.max_duration
        farthest = vehicle.max_travel_time if kind is Measure.SECONDS else vehicle.max_distance
        if kind is not Measure.COST and farthest is not None:
            limits["max_distance"] = farthest
        price = 1
        if kind is not Measure.COST:
            rate = vehicle.costs.per_hour if kind is Measure.SECONDS else vehicle.costs.per_km
            price = _RATE[kind] * rate // self.unit
        tasks = [count if vehicle.max_tasks is None else min(count, vehicle.max_tasks)] if self._limits_tasks else []
        reloads = min(vehicle.max_trips, max(1, count)) - 1
        start = self._ends[_start(vehicle)]
        return VehicleType(
            len(alike),
            [*vehicle.capacity, *tasks],
            start,
            self._ends[_end(vehicle)],
            UNITS_PER_COST * vehicle.costs.fixed // self.unit,
            vehicle.shift.earliest,
            max(vehicle.shift.earliest, min(vehicle.shift.latest, self._over)),
            unit_distance_cost=price,
            profile=self._tables[table_key(self.problem, vehicle)],
            reload_depots=[start] if reloads else [],
            max_reloads=reloads,
            **limits,
        )

    # -- back and forth -----------------------------------------------------------------------------------------------

    def solution(self, first: Sequences) -> Any:
        """Sequences as a solution; each vehicle keeps its type."""
        number = {stop.id: index for index, stop in enumerate(self.problem.stops)}
        routes = []
        for kind, (ids, alike) in enumerate(zip(self.fleets, self._types.values(), strict=True)):
            reload = Activity(ActivityType.DEPOT, self._ends[_start(alike[0])])
            for vehicle in ids:
                activities: list[Any] = []
                for trip in first.get(vehicle, ()):
                    if trip:
                        activities += [reload] if activities else []
                        activities += [Activity(ActivityType.CLIENT, number[stop]) for stop in trip]
                if activities:
                    routes.append(Route(self.data, activities, kind))
        return Solution(self.data, routes)

    def sequences(self, solution: Any) -> Sequences:
        """A solution as sequences; a visit that may not be falls away."""
        free = [list(ids) for ids in self.fleets]
        found: dict[int, Trips] = {}
        for route in solution.routes():
            kind = route.vehicle_type()
            trips: list[list[int]] = [[]]
            for activity in route:
                if activity.is_depot():
                    trips.append([])
                elif self.able[kind][activity.idx]:
                    trips[-1].append(self.problem.stops[activity.idx].id)
            if any(trips):
                found[free[kind].pop(0)] = tuple(tuple(trip) for trip in trips if trip)
        return found


def _start(vehicle: Vehicle) -> tuple[int | None, int]:
    return vehicle.start, vehicle.load_duration


def _end(vehicle: Vehicle) -> tuple[int | None, int]:
    return (vehicle.end, vehicle.load_duration if vehicle.end == vehicle.start else 0)
