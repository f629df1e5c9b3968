"""CP-SAT: which depot (kitchen) serves which stop, and which driver drives which route.

Both run as tasks of ``process``: importing CP-SAT takes a second, and native code may crash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ortools.sat.python import cp_model

from solver.problem import Problem, Stop, TimeWindow, Vehicle

_FULL: Final = 0.85
"""Share of the vehicles' time that may be spoken for before more costs extra: routes never fit without gaps."""
_OVERTIME_PRICE: Final = 20
_WAY_BETWEEN_S: Final = 60
"""Travel that a stop adds on its own, beyond the way out: there are always neighbours."""


def depots(problem: Problem, time_limit_s: float | None, seed: int, report: Callable[[object], None]) -> dict[int, int]:
    """Where each stop is loaded: stop id -> location of a start. Stops that nobody can take are absent.

    Kept: capacity per amount of each depot, its skills, what the vehicles there can carry in all their trips, and
    locks. Weighed: the way out, and work beyond what the vehicles' time suggests. Must-serve stops come first, then
    priorities, then as many as possible, as in the objective.
    """
    report("assigning")
    places = sorted({vehicle.start for vehicle in problem.vehicles if vehicle.start is not None})
    fleets = {place: [v for v in problem.vehicles if v.start == place] for place in places}
    model: Any = cp_model.CpModel()
    owner = {stop: vehicle for vehicle in problem.vehicles for stop in vehicle.locked}
    taken: dict[tuple[int, int], Any] = {}
    cost: list[Any] = []
    rank = _ranks(problem)
    for stop in problem.stops:
        choices = []
        for place in places:
            able = [v for v in fleets[place] if _able(problem, stop, v) and owner.get(stop.id, v) is v]
            if able:
                variable = model.new_bool_var("")
                taken[stop.id, place] = variable
                choices.append(variable)
                cost.append(variable * (min(_way_out(problem, stop, v) for v in able) - rank[stop.id]))
        model.add_at_most_one(choices)
    for place in places:
        here = [(problem.stop(stop), variable) for (stop, at), variable in taken.items() if at == place]
        _limit_amounts(model, problem, place, fleets[place], here)
        work = sum(
            v.shift.latest - v.shift.earliest if v.max_duration is None else v.max_duration for v in fleets[place]
        )
        over = model.new_int_var(0, 10**9, "")
        model.add(sum(_work(stop) * variable for stop, variable in here) <= min(10**9, int(_FULL * work)) + over)
        cost.append(_OVERTIME_PRICE * over)
    model.minimize(sum(cost))
    solver = _solver(time_limit_s, seed)
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return {}
    return {stop: place for (stop, place), variable in taken.items() if solver.value(variable)}


def _limit_amounts(
    model: Any, problem: Problem, place: int, fleet: list[Vehicle], here: list[tuple[Stop, Any]]
) -> None:
    depot = problem.depot_at(place)
    for k in range(problem.dimensions):
        load = sum(stop.delivery[k] * variable for stop, variable in here)
        carried = sum(vehicle.capacity[k] * vehicle.max_trips for vehicle in fleet)
        if depot is not None and depot.capacity is not None:
            carried = min(carried, depot.capacity[k])
        if sum(stop.delivery[k] for stop, _ in here) > carried:
            model.add(load <= carried)


def _able(problem: Problem, stop: Stop, vehicle: Vehicle) -> bool:
    depot = problem.depot_at(vehicle.start)
    offered = depot.skills if depot is not None else frozenset()
    if not (stop.skills <= vehicle.skills and stop.depot_skills <= offered):
        return False
    return all(d <= c for d, c in zip(stop.delivery, vehicle.capacity, strict=True))


def _way_out(problem: Problem, stop: Stop, vehicle: Vehicle) -> int:
    return int(problem.travel(vehicle).durations[vehicle.start, stop.location])


def _work(stop: Stop) -> int:
    return stop.setup + stop.service + _WAY_BETWEEN_S


def _ranks(problem: Problem) -> dict[int, int]:
    """What serving a stop is worth, so that sums compare as the objective does; far more than any way."""
    way = 1 + max(int(matrix.durations.max()) for matrix in problem.matrices.values())
    way = min(way, 10**5)
    n = len(problem.stops) + 1
    most = 1 + sum(stop.priority for stop in problem.stops)
    return {stop.id: way * (1 + n * stop.priority + (n * most if stop.must_serve else 0)) for stop in problem.stops}


def _solver(time_limit_s: float | None, seed: int) -> Any:
    solver: Any = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.relative_gap_limit = 0.001
    if time_limit_s is None:
        solver.parameters.max_deterministic_time = 5.0
    else:
        solver.parameters.max_time_in_seconds = max(0.05, time_limit_s)
    return solver


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A route that needs a driver: from the first loading to the end, and what its driver must be able to do."""

    id: int
    span: TimeWindow
    skills: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """Someone who may drive within their shift. ``familiar``: seconds of credit by duty. ``tired``: recent load."""

    id: int
    shift: TimeWindow
    skills: frozenset[int] = frozenset()
    familiar: Mapping[int, int] = field(default_factory=dict)
    tired: int = 0


def drivers(
    duties: tuple[Duty, ...],
    people: tuple[Driver, ...],
    time_limit_s: float | None,
    seed: int,
    report: Callable[[object], None],
) -> dict[int, int]:
    """Who drives what: duty id -> driver id. As many duties as possible, then familiar faces, then those less tired.

    A driver may have several duties that do not overlap; each lies within the shift and asks only what they can.
    """
    report("assigning")
    model: Any = cp_model.CpModel()
    chosen: dict[tuple[int, int], Any] = {}
    gain: list[Any] = []
    most = 1 + sum(max(person.familiar.values(), default=0) + person.tired for person in people) * max(1, len(duties))
    for duty in duties:
        options = []
        for person in people:
            inside = person.shift.earliest <= duty.span.earliest and duty.span.latest <= person.shift.latest
            if inside and duty.skills <= person.skills:
                variable = model.new_bool_var("")
                chosen[duty.id, person.id] = variable
                options.append(variable)
                gain.append(variable * (most + person.familiar.get(duty.id, 0) - person.tired))
        model.add_at_most_one(options)
    for person in people:
        mine = [(duty, chosen[duty.id, person.id]) for duty in duties if (duty.id, person.id) in chosen]
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
