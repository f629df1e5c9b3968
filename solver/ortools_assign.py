"""CP-SAT: which depot (kitchen) serves which stop, and which driver drives which route.

Both run as tasks of ``process``: importing CP-SAT takes a second, and native code may crash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from ortools.sat.python import cp_model

from solver.duties import Driver, Duty
from solver.problem import Problem, Stop, Vehicle

__all__ = ["Driver", "Duty", "depots", "drivers"]

_FULL: Final = 0.75
"""Share of the vehicles' time that can be spoken for: routes never fit without gaps."""
_OVERTIME_PRICE: Final = 20
_LONG_TRIP: Final = 25
"""Stops that share a way out and back, at most."""
_NEAR: Final = 3
_ENDLESS: Final = 10**8
_PARTS: Final = 100
"""The model counts cost in hundredths, for CP-SAT wants whole numbers."""


def depots(problem: Problem, time_limit_s: float | None, seed: int, report: Callable[[object], None]) -> dict[int, int]:
    """Where each stop is loaded: stop id -> location of a start. Stops that nobody can take are absent.

    Kept: capacity per amount of each depot, its skills, what the vehicles there can carry in all their trips, and
    locks. Weighed: each stop's share of the way out and back, the vehicles that it takes to do the work, and work
    beyond their time. Where not every stop can be had, must-serve stops come first, then priorities, then numbers.
    """
    report("assigning")
    homes = _Allocation(problem, everyone=True).solve(time_limit_s, seed)
    return homes if homes is not None else _Allocation(problem, everyone=False).solve(time_limit_s, seed) or {}


class _Allocation:
    def __init__(self, problem: Problem, *, everyone: bool) -> None:
        self.problem = problem
        self.model: Any = cp_model.CpModel()
        self.taken: dict[tuple[int, int], Any] = {}
        self.cost: list[Any] = []
        places = sorted({vehicle.start for vehicle in problem.vehicles if vehicle.start is not None})
        fleets = {place: [v for v in problem.vehicles if v.start == place] for place in places}
        near = _ways_between(problem)
        rank = _ranks(problem)
        owner = {stop: vehicle for vehicle in problem.vehicles for stop in vehicle.locked}
        work: dict[int, list[Any]] = {place: [] for place in places}
        for stop in problem.stops:
            choices = []
            for place in places:
                able = [v for v in fleets[place] if _able(problem, stop, v) and owner.get(stop.id, v) is v]
                if not able:
                    continue
                variable = self.model.new_bool_var("")
                self.taken[stop.id, place] = variable
                choices.append(variable)
                way, price = min(self._travel(stop, vehicle, near[stop.id]) for vehicle in able)
                work[place].append(variable * (stop.setup + stop.service + way))
                self.cost.append(variable * (price if everyone else price - rank[stop.id]))
            if everyone and choices:
                self.model.add_exactly_one(choices)
            elif choices:
                self.model.add_at_most_one(choices)
        for place in places:
            self._limit_amounts(place, fleets[place])
            self._man(fleets[place], sum(work[place]))

    def solve(self, time_limit_s: float | None, seed: int) -> dict[int, int] | None:
        """The allocation found in the time, or None without one."""
        self.model.minimize(sum(self.cost))
        solver = _solver(time_limit_s, seed)
        if solver.solve(self.model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return None
        return {stop: place for (stop, place), variable in self.taken.items() if solver.value(variable)}

    def _travel(self, stop: Stop, vehicle: Vehicle, near: int) -> tuple[int, int]:
        """Seconds of travel that a stop adds to a vehicle's day, and what they cost."""
        durations = self.problem.travel(vehicle).durations
        there, back = (int(durations[vehicle.start, stop.location]), int(durations[stop.location, vehicle.start]))
        trip = min((c // d for c, d in zip(vehicle.capacity, stop.delivery, strict=True) if d), default=_LONG_TRIP)
        way = near + (there + back) // max(1, min(trip, _LONG_TRIP))
        return way, _PARTS * vehicle.costs.per_hour * way // 3600

    def _limit_amounts(self, place: int, fleet: list[Vehicle]) -> None:
        depot = self.problem.depot_at(place)
        here = [(self.problem.stop(stop), variable) for (stop, at), variable in self.taken.items() if at == place]
        for k in range(self.problem.dimensions):
            carried = sum(vehicle.capacity[k] * vehicle.max_trips for vehicle in fleet)
            if depot is not None and depot.capacity is not None:
                carried = min(carried, depot.capacity[k])
            if sum(stop.delivery[k] for stop, _ in here) > carried:
                self.model.add(sum(stop.delivery[k] * variable for stop, variable in here) <= carried)

    def _man(self, fleet: list[Vehicle], work: Any) -> None:
        """Vehicles enough for the work, at their fixed cost; what they cannot do is dear overtime."""
        alike = Counter((_usable_s(vehicle), vehicle.costs.fixed) for vehicle in fleet)
        hands = []
        for (seconds, fixed), most in sorted(alike.items()):
            number = self.model.new_int_var(0, most, "")
            hands.append(number * seconds)
            self.cost.append(_PARTS * fixed * number)
        over = self.model.new_int_var(0, _ENDLESS, "")
        self.model.add(work <= sum(hands) + over)
        self.cost.append(_PARTS * _OVERTIME_PRICE * over)


def _usable_s(vehicle: Vehicle) -> int:
    span = vehicle.shift.latest - vehicle.shift.earliest
    if vehicle.max_duration is not None:
        span = min(span, vehicle.max_duration)
    return min(_ENDLESS, int(_FULL * span))


def _ways_between(problem: Problem) -> dict[int, int]:
    """For each stop the travel from a stop beside it: the mean of the nearest other ones, by the first matrix."""
    durations = next(iter(problem.matrices.values())).durations
    places = np.array([stop.location for stop in problem.stops])
    ways: dict[int, int] = {}
    for number, stop in enumerate(problem.stops):
        others = np.delete(durations[places, stop.location], number)
        nearest = np.sort(others)[:_NEAR]
        ways[stop.id] = int(nearest.mean()) if len(nearest) else 0
    return ways


def _able(problem: Problem, stop: Stop, vehicle: Vehicle) -> bool:
    depot = problem.depot_at(vehicle.start)
    offered = depot.skills if depot is not None else frozenset()
    if not (stop.skills <= vehicle.skills and stop.depot_skills <= offered):
        return False
    return all(d <= c for d, c in zip(stop.delivery, vehicle.capacity, strict=True))


def _ranks(problem: Problem) -> dict[int, int]:
    """What serving a stop is worth, so that sums compare as the objective does; far more than any cost."""
    way = 10**7
    n = len(problem.stops) + 1
    most = 1 + sum(stop.priority for stop in problem.stops)
    return {stop.id: way * (1 + n * stop.priority + (n * most if stop.must_serve else 0)) for stop in problem.stops}


def _solver(time_limit_s: float | None, seed: int) -> Any:
    solver: Any = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.relative_gap_limit = 0.005
    if time_limit_s is None:
        solver.parameters.max_deterministic_time = 5.0
    else:
        solver.parameters.max_time_in_seconds = max(0.05, time_limit_s)
    return solver


def drivers(
    duties: tuple[Duty, ...],
    people: tuple[Driver, ...],
    time_limit_s: float | None,
    seed: int,
    report: Callable[[object], None],
) -> dict[int, int]:
    """Who drives what: duty id -> driver id. As many duties as possible, then familiar faces less what wears people out.

    A driver may have several duties that do not overlap, no more than their ``most``; each lies within the shift and asks only
    what they can, or names who is able.
    """
    report("assigning")
    model: Any = cp_model.CpModel()
    chosen: dict[tuple[int, int], Any] = {}
    gain: list[Any] = []
    most = 1 + len(duties) * sum(
        max(person.familiar.values(), default=0) + person.tired + max(person.worn.values(), default=0)
        for person in people
    )
    for duty in duties:
        options = []
        for person in people:
            if _may_drive(person, duty):
                variable = model.new_bool_var("")
                chosen[duty.id, person.id] = variable
                options.append(variable)
                debit = person.tired + person.worn.get(duty.id, 0)
                gain.append(variable * (most + person.familiar.get(duty.id, 0) - debit))
        model.add_at_most_one(options)
    for person in people:
        mine = [(duty, chosen[duty.id, person.id]) for duty in duties if (duty.id, person.id) in chosen]
        if person.most is not None:
            model.add(sum(variable for _duty, variable in mine) <= person.most)
        model.add_no_overlap(
            [
                model.new_optional_fixed_size_interval_var(
                    d.span.earliest, max(1, d.span.latest - d.span.earliest), v, ""
                )
                for d, v in mine
            ]
        )
    model.maximize(sum(gain))
    solver = _solver(time_limit_s, seed)
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return {}
    return {duty: person for (duty, person), variable in chosen.items() if solver.value(variable)}


def _may_drive(person: Driver, duty: Duty) -> bool:
    if duty.able is not None:
        return person.id in duty.able
    inside = person.shift.earliest <= duty.span.earliest and duty.span.latest <= person.shift.latest
    return inside and duty.skills <= person.skills
