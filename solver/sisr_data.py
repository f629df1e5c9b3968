"""A problem as plain lists and tables for the ruin-and-recreate search: stops and vehicles by position, not by id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from solver.cost import UNITS_PER_COST
from solver.problem import Problem, Vehicle

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FAR: Final = 1 << 50
"""Later than any moment; still far from the end of a 64-bit number when a few are added."""

_NEIGHBOURS: Final = 100


@dataclass(slots=True)
class Kind:
    """Vehicles alike in profile, speed and price of travel share their tables; lists for single look-ups."""

    durations: list[list[int]]
    cost: Floats


class Data:
    """Everything that does not change during a search. ``nowhere`` is the place of a missing start or end."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        stops, vehicles = problem.stops, problem.vehicles
        self.count = len(stops)
        self.nowhere = next(iter(problem.matrices.values())).size
        self.places = self.nowhere + 1
        self.number_of = {stop.id: i for i, stop in enumerate(stops)}

        self.place = [stop.location for stop in stops]
        self.setup = [stop.setup for stop in stops]
        self.service = [stop.service for stop in stops]
        self.release = [stop.release for stop in stops]
        # several windows: their hull; routes with such a stop are judged again by ``schedule``
        self.earliest = [stop.time_windows[0].earliest if stop.time_windows else 0 for stop in stops]
        self.latest = [stop.time_windows[-1].latest if stop.time_windows else FAR for stop in stops]
        self.delivery = [stop.delivery for stop in stops]
        self.pickup = [stop.pickup for stop in stops]
        self.dimensions = problem.dimensions
        self.has_pickups = any(any(stop.pickup) for stop in stops)
        self.weight = _weights(problem)

        self.start = [self.nowhere if v.start is None else v.start for v in vehicles]
        self.end = [self.nowhere if v.end is None else v.end for v in vehicles]
        self.capacity = [vehicle.capacity for vehicle in vehicles]
        self.load_time = [vehicle.load_duration for vehicle in vehicles]
        self.fixed = [float(vehicle.costs.fixed) for vehicle in vehicles]
        self.limits_ways = any(v.max_travel_time is not None or v.max_distance is not None for v in vehicles)
        self.ride = [_ride_limits(problem, vehicle) for vehicle in vehicles]

        self._make_kinds()
        self._make_rights()
        self._make_exact()
        self._make_neighbours()

    def _make_kinds(self) -> None:
        numbers: dict[tuple[object, ...], int] = {}
        self.kinds: list[Kind] = []
        self.kind_of: list[int] = []
        for vehicle in self.problem.vehicles:
            key = (vehicle.profile, vehicle.speed_factor, vehicle.costs.per_hour, vehicle.costs.per_km)
            if key not in numbers:
                numbers[key] = len(self.kinds)
                self.kinds.append(self._kind(vehicle))
            self.kind_of.append(numbers[key])
        costs = np.stack([kind.cost for kind in self.kinds])
        # cost_to[place] and cost_from[place] run over (kind, other place): one `take` prices all positions of a plan
        self.cost_to = [np.ascontiguousarray(costs[:, :, place]).ravel() for place in range(self.places)]
        self.cost_from = [np.ascontiguousarray(costs[:, place, :]).ravel() for place in range(self.places)]
        self.costs_flat = np.ascontiguousarray(costs).ravel()

    def _kind(self, vehicle: Vehicle) -> Kind:
        matrix = self.problem.travel(vehicle)
        durations = np.zeros((self.places, self.places), dtype=np.int64)
        durations[:-1, :-1] = matrix.durations
        units = 1000.0 * vehicle.costs.per_hour * durations
        if matrix.distances is not None and vehicle.costs.per_km:
            units[:-1, :-1] += 3600.0 * vehicle.costs.per_km * matrix.distances
        return Kind(durations.tolist(), units / UNITS_PER_COST)

    def _make_rights(self) -> None:
        """Which vehicles may serve a stop (None: all), what familiarity each has with it, and the locks."""
        problem = self.problem
        owner = {stop: v for v, vehicle in enumerate(problem.vehicles) for stop in vehicle.locked}
        offered = [depot.skills if (depot := problem.depot_at(v.start)) else frozenset() for v in problem.vehicles]
        self.allowed: list[npt.NDArray[np.bool_] | None] = []
        self.credit: list[Floats | None] = []
        for stop in problem.stops:
            may = np.array(
                [
                    stop.skills <= vehicle.skills and stop.depot_skills <= skills and owner.get(stop.id, v) == v
                    for v, (vehicle, skills) in enumerate(zip(problem.vehicles, offered, strict=True))
                ]
            )
            self.allowed.append(None if may.all() else may)
            credits = [float(stop.familiarity.get(vehicle.id, 0)) for vehicle in problem.vehicles]
            self.credit.append(np.array(credits) if any(credits) else None)
        self.has_credit = any(credit is not None for credit in self.credit)
        self.depot_of = [-1] * len(problem.vehicles)
        self.depot_capacity: list[tuple[int, ...]] = []
        for depot in problem.depots:
            if depot.capacity is not None:
                for v, vehicle in enumerate(problem.vehicles):
                    if vehicle.start == depot.location:
                        self.depot_of[v] = len(self.depot_capacity)
                self.depot_capacity.append(depot.capacity)

    def _make_exact(self) -> None:
        """Vehicles and stops for which the quick test only says "perhaps": ``schedule`` has the last word."""
        self.exact_vehicle = [
            bool(v.breaks)
            or bool(v.locked)
            or v.max_tasks is not None
            or v.max_travel_time is not None
            or v.max_distance is not None
            or (v.max_duration is not None and v.max_duration < v.shift.latest - v.shift.earliest)
            for v in self.problem.vehicles
        ]
        self.exact_stop = [len(stop.time_windows) > 1 for stop in self.problem.stops]

    def _make_neighbours(self) -> None:
        """For each stop the stops near it, nearest first: the mean of both ways, of the first kind of vehicle."""
        if not self.count:
            self.near: list[list[int]] = []
            return
        place = np.array(self.place)
        table = np.array(self.kinds[0].durations, dtype=np.int32)
        table = table + table.T
        wanted = min(self.count, max(_NEIGHBOURS, self.count // 4))
        self.near = []
        for at in self.place:
            ways = table[at][place]
            order = np.argsort(ways, kind="stable")[:wanted]
            self.near.append(order.tolist())


def _ride_limits(problem: Problem, vehicle: Vehicle) -> list[int]:
    limits = (problem.ride_limit(stop, vehicle) for stop in problem.stops)
    return [FAR if limit is None else limit for limit in limits]


def _weights(problem: Problem) -> list[int]:
    """What a stop left out weighs, so that sums compare as the objective: must-serve, then priorities, then numbers."""
    n = len(problem.stops) + 1
    most = 1 + n * sum(stop.priority for stop in problem.stops) + n
    return [1 + n * stop.priority + most * stop.must_serve for stop in problem.stops]
