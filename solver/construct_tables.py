"""A problem as arrays, for judging thousands of insertions at once: what never changes while a plan is built."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from solver.problem import LARGEST, Matrix, Problem, Stop, Vehicle
from solver.schedule_fit import twin

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FAR: Final = 2**44
"""Stands for no limit: larger than any sum of times, small enough to add up without overflow."""


@dataclass(frozen=True, slots=True)
class StopRow:
    """One stop in plain numbers: the hull of its windows, FAR for no limit, -1 for the vehicle's ride limit."""

    id: int
    place: int
    setup: int
    service: int
    earliest: int
    latest: int
    ride: int
    release: int
    delivery: tuple[int, ...]
    pickup: tuple[int, ...]
    exact: bool  # several windows: the hull is not enough


@dataclass(slots=True)
class Tables:
    """Stops and vehicles by position in the problem; ``nowhere`` is a place at no distance, for open routes."""

    problem: Problem
    stops: list[StopRow] = field(init=False)
    index: dict[int, int] = field(init=False)  # stop id -> position
    vehicle_index: dict[int, int] = field(init=False)
    nowhere: int = field(init=False)
    kind: list[int] = field(init=False)  # per vehicle: which travel table
    ways: list[memoryview] = field(init=False)  # per kind: travel seconds, quick to read one by one
    seconds: npt.NDArray[np.int32] = field(init=False)  # kinds × places × places
    metres: npt.NDArray[np.int32] | None = field(init=False)
    allowed: Bools = field(init=False)  # stops × vehicles: skills, depot skills, locks, and small enough when alone
    familiar: dict[int, dict[int, int]] = field(init=False)  # stop -> vehicle -> seconds
    twins: list[Hashable] = field(init=False)  # unused vehicles with equal twins are interchangeable
    exact: list[bool] = field(init=False)  # per vehicle: the quick test is necessary, not sufficient
    has_exact: bool = field(init=False)
    has_pickups: bool = field(init=False)

    def __post_init__(self) -> None:
        problem = self.problem
        size = max(matrix.size for matrix in problem.matrices.values())
        self.nowhere = size
        self.stops = [_stop_row(stop) for stop in problem.stops]
        self.index = {stop.id: i for i, stop in enumerate(problem.stops)}
        self.vehicle_index = {vehicle.id: i for i, vehicle in enumerate(problem.vehicles)}
        self._travel(size)
        self.familiar = {
            i: {self.vehicle_index[v]: s for v, s in stop.familiarity.items()}
            for i, stop in enumerate(problem.stops)
            if stop.familiarity
        }
        self.allowed = self._allowed()
        named = {v for credits in self.familiar.values() for v in credits}
        self.twins = [v.id if i in named or v.locked else twin(v) for i, v in enumerate(problem.vehicles)]
        self.exact = [bool(v.breaks) or (v.max_trips > 1 and _binding(v)) for v in problem.vehicles]
        self.has_exact = any(stop.exact for stop in self.stops)
        self.has_pickups = any(any(stop.pickup) for stop in problem.stops)

    def _travel(self, size: int) -> None:
        problem = self.problem
        kinds: dict[int, int] = {}
        tables: list[Matrix] = []
        self.kind = []
        for vehicle in problem.vehicles:
            matrix = problem.travel(vehicle)
            if id(matrix) not in kinds:
                kinds[id(matrix)] = len(tables)
                tables.append(matrix)
            self.kind.append(kinds[id(matrix)])
        self.seconds = np.zeros((len(tables), size + 1, size + 1), dtype=np.int32)
        measured = any(v.costs.per_km or v.max_distance is not None for v in problem.vehicles)
        self.metres = np.zeros_like(self.seconds) if measured else None
        for number, matrix in enumerate(tables):
            self.seconds[number, : matrix.size, : matrix.size] = matrix.durations
            if self.metres is not None and matrix.distances is not None:
                self.metres[number, : matrix.size, : matrix.size] = matrix.distances
        self.ways = [memoryview(table) for table in self.seconds]

    def _allowed(self) -> Bools:
        problem = self.problem
        alike: dict[Hashable, list[bool]] = {}
        rows = []
        for stop in problem.stops:
            key = (stop.skills, stop.depot_skills, stop.delivery, stop.pickup, problem.owner(stop.id))
            if key not in alike:
                alike[key] = [self._may(stop, vehicle) for vehicle in problem.vehicles]
            rows.append(alike[key])
        return np.array(rows, dtype=bool).reshape(len(problem.stops), len(problem.vehicles))

    def _may(self, stop: Stop, vehicle: Vehicle) -> bool:
        depot = self.problem.depot_at(vehicle.start)
        offered = depot.skills if depot is not None else frozenset()
        return (
            stop.skills <= vehicle.skills
            and stop.depot_skills <= offered
            and self.problem.owner(stop.id) in {None, vehicle.id}
            and all(n <= most for n, most in zip(stop.delivery, vehicle.capacity, strict=True))
            and all(n <= most for n, most in zip(stop.pickup, vehicle.capacity, strict=True))
        )


def _stop_row(stop: Stop) -> StopRow:
    windows = stop.time_windows
    return StopRow(
        id=stop.id,
        place=stop.location,
        setup=stop.setup,
        service=stop.service,
        earliest=windows[0].earliest if windows else 0,
        latest=windows[-1].latest if windows else FAR,
        ride=stop.max_ride if stop.max_ride is not None else -1,
        release=stop.release,
        delivery=stop.delivery,
        pickup=stop.pickup,
        exact=len(windows) > 1,
    )


def _binding(vehicle: Vehicle) -> bool:
    """Whether max_duration says more than the shift does."""
    if vehicle.max_duration is None:
        return False
    return vehicle.shift.latest == LARGEST or vehicle.max_duration < vehicle.shift.latest - vehicle.shift.earliest
