"""What would let a stop in: found by dropping one rule at a time on the real plan and trying, never by guessing.

For each stop that is left out (or late) the plan is asked again with one rule loosened: a wider window, a longer ride, boxes that hold more, a longer
shift, one more trip, a kitchen that cooks more or anything, a vehicle without the skill. What is named has been tried with exact times on the plan as it is,
everybody else staying where they are: `relaxed` gives the problem in which it fits, `fits` the route.

Loosened stops are put beside the real ones as copies that are only ever asked about, so that one state of the plan answers for all of them.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Final

import numpy as np

from solver.construct import start_from
from solver.construct_state import Place, State
from solver.options import Sequences, Trips
from solver.plan import Kind, Route, Visit
from solver.problem import LARGEST, Depot, Problem, Step, Stop, TimeWindow, Vehicle
from solver.schedule import time_route

STEPS_S: Final = (300, 600, 1200, 1800, 3600, 7200)
"""Windows, rides and shifts are loosened this far, step by step; the amount named is what the route found needs."""
TRIED: Final = 8
"""Vehicles looked at for one loosened rule, the cheapest places first; the least amount of them is named."""


class Rule(StrEnum):
    """What can be dropped. ``NONE``: the stop fits as it is."""

    NONE = "none"
    WINDOW = "time_window"
    RIDE = "max_ride"
    SHIFT = "shift"
    CAPACITY = "capacity"
    TRIPS = "max_trips"
    TASKS = "max_tasks"
    DEPOT_CAPACITY = "depot_capacity"
    RELEASE = "release"
    SKILLS = "skills"
    DEPOT_SKILLS = "depot_skills"
    LOCK = "locked"


ORDER: Final = tuple(Rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """Dropping ``rule`` by ``amount`` lets the stop in on ``vehicle``, which then begins there at ``begin``.

    ``amount``: seconds for window, ride, shift and release; the largest excess of any amount for capacities; one for trips and tasks;
    0 where a rule is dropped whole. ``trips`` are the vehicle's with the stop in them.
    """

    stop: int
    rule: Rule
    vehicle: int
    begin: int
    amount: int
    trips: Trips


def relaxations(
    problem: Problem, plan: Sequences, stops: Iterable[int], *, deadline: float | None = None
) -> dict[int, tuple[Relaxation, ...]]:
    """For each stop every single rule whose loosening lets it in, the least first; empty where no single rule is enough.

    ``plan``: trips by vehicle; a stop asked about that is on a route is taken off it first. ``deadline`` is on ``time.monotonic()``: stops
    and rules not tried by then are missing.
    """
    wanted = [stop for stop in dict.fromkeys(stops) if problem.has_stop(stop)]
    if not wanted:
        return {}
    search = _Search(problem, _less(plan, set(wanted)), wanted, deadline)
    return {stop: tuple(sorted(search.of(stop), key=_weight)) for stop in wanted}


def relaxed(problem: Problem, found: Relaxation) -> Problem:
    """The problem with that one rule loosened by that amount, for that stop or that vehicle alone."""
    stop, vehicle = problem.stop(found.stop), problem.vehicle(found.vehicle)
    limit = problem.ride_limit(stop, vehicle)
    depots = problem.depots
    match found.rule:
        case Rule.WINDOW:
            stop = _wider(stop, found.amount)
        case Rule.RIDE if limit is not None:
            stop = replace(stop, max_ride=limit + found.amount)
        case Rule.RELEASE:
            stop = replace(stop, release=max(0, stop.release - found.amount))
        case Rule.SKILLS:
            stop = replace(stop, skills=frozenset())
        case Rule.DEPOT_SKILLS:
            stop = replace(stop, depot_skills=frozenset())
        case Rule.SHIFT:
            vehicle = _longer(vehicle, found.amount)
        case Rule.CAPACITY:
            vehicle = replace(vehicle, capacity=tuple(most + found.amount for most in vehicle.capacity))
        case Rule.TRIPS:
            vehicle = replace(vehicle, max_trips=vehicle.max_trips + found.amount)
        case Rule.TASKS if vehicle.max_tasks is not None:
            vehicle = replace(vehicle, max_tasks=vehicle.max_tasks + found.amount)
        case Rule.DEPOT_CAPACITY:
            depots = tuple(_fuller(d, found.amount) if d.location == vehicle.start else d for d in depots)
        case _:
            pass
    steps = vehicle.steps
    if found.rule is Rule.LOCK:
        return _with(problem, stop, {v.id: _unlocked(v, stop.id) for v in problem.vehicles}, depots)
    return _with(problem, stop, {vehicle.id: replace(vehicle, steps=steps)}, depots)


def fits(problem: Problem, found: Relaxation) -> Route | None:
    """The route that serves the stop once the rule is loosened, with exact times; None would mean that the relaxation is untrue."""
    looser = relaxed(problem, found)
    answer = time_route(looser, looser.vehicle(found.vehicle), found.trips)
    return answer if isinstance(answer, Route) else None


class _Search:
    def __init__(self, problem: Problem, plan: Sequences, wanted: Sequence[int], deadline: float | None) -> None:
        self.problem, self.plan, self.deadline = problem, plan, deadline
        self.next_id = 1 + max(stop.id for stop in problem.stops)
        self.copies: dict[int, tuple[int, Rule, int]] = {}
        self.asked: dict[int, list[tuple[Rule, int, int]]] = {}
        self.known: dict[object, State] = {}
        made = [copy for stop in wanted for copy in self._copies_of(problem.stop(stop))]
        self.all = (*problem.stops, *made)

    def of(self, stop_id: int) -> list[Relaxation]:
        """Every rule that alone lets the stop in."""
        stop = self.problem.stop(stop_id)
        plain = self._first(stop_id, Rule.NONE, ())
        if plain is not None:
            return [plain]
        found = []
        for rule in (Rule.WINDOW, Rule.RIDE, Rule.RELEASE, Rule.SKILLS, Rule.DEPOT_SKILLS, Rule.LOCK):
            steps = [copy for kind, _step, copy in self.asked[stop_id] if kind is rule]
            found.append(self._first(stop_id, rule, steps))
        found += [self._amounts(stop), self._shift(stop_id), self._trips(stop_id), self._tasks(stop_id)]
        return [one for one in found if one is not None]

    # -- copies that are asked about ------------------------------------------------------------------------------

    def _copies_of(self, stop: Stop) -> list[Stop]:
        self.asked[stop.id] = []
        loose: list[tuple[Rule, int, Stop]] = [(Rule.NONE, 0, stop)]
        if stop.time_windows:
            loose += [(Rule.WINDOW, step, _wider(stop, step)) for step in STEPS_S]
        limits = [limit for v in self.problem.vehicles if (limit := self.problem.ride_limit(stop, v)) is not None]
        if limits:
            loose += [(Rule.RIDE, step, replace(stop, max_ride=min(LARGEST, max(limits) + step))) for step in STEPS_S]
        if stop.release:
            loose.append((Rule.RELEASE, 0, replace(stop, release=0)))
        if stop.skills:
            loose.append((Rule.SKILLS, 0, replace(stop, skills=frozenset())))
        if stop.depot_skills:
            loose.append((Rule.DEPOT_SKILLS, 0, replace(stop, depot_skills=frozenset())))
        if self.problem.owner(stop.id) is not None:
            loose.append((Rule.LOCK, 0, stop))
        if any(stop.delivery):
            loose.append((Rule.CAPACITY, 0, replace(stop, delivery=(0,) * len(stop.delivery))))
        made = []
        for rule, step, changed in loose:
            made.append(replace(changed, id=self.next_id))
            self.copies[self.next_id] = (stop.id, rule, step)
            self.asked[stop.id].append((rule, step, self.next_id))
            self.next_id += 1
        return made

    def _state(self, name: object, vehicles: Callable[[Vehicle], Vehicle] = lambda vehicle: vehicle) -> State:
        """The plan as it is, perhaps with looser vehicles; made once for each kind."""
        if name not in self.known:
            fleet = tuple(replace(vehicles(vehicle), steps=self._steps(vehicle)) for vehicle in self.problem.vehicles)
            problem = Problem(
                stops=self.all, vehicles=fleet, matrices=self.problem.matrices, depots=self.problem.depots
            )
            state = State(problem)
            start_from(state, self.plan)
            self.known[name] = state
        return self.known[name]

    def _steps(self, vehicle: Vehicle) -> tuple[Step, ...]:
        """Locks of what is on the route; one that is not must not slip in where a limit is looser."""
        there = {stop for trip in self.plan.get(vehicle.id, ()) for stop in trip}
        return tuple(step for step in vehicle.steps if step.locked and step.stop in there)

    # -- rules of the stop ------------------------------------------------------------------------------------------

    def _first(self, stop_id: int, rule: Rule, copies: Sequence[int]) -> Relaxation | None:
        """The first step at which a place is found, and of the places tried there the least loosening."""
        if rule is Rule.NONE:
            copies = [copy for kind, _step, copy in self.asked[stop_id] if kind is Rule.NONE]
        state = self._state("")
        for copy in copies:
            options = [one for place in self._places(state, copy, rule) if (one := self._made(state, copy, place))]
            if options:
                return min(options, key=_weight)
        return None

    def _places(self, state: State, copy: int, rule: Rule = Rule.NONE) -> Iterable[Place]:
        index = state.tables.index[copy]
        owner = self.problem.owner(self.copies[copy][0])
        banned = np.zeros(len(state.problem.vehicles), np.bool_)
        if owner is not None and rule is not Rule.LOCK:
            banned[:] = True
            banned[state.tables.vehicle_index[owner]] = False
        for _try in range(TRIED):
            if self.deadline is not None and time.monotonic() >= self.deadline:
                return
            place = state.best(index, banned=banned)
            if place is None:
                return
            yield place
            banned[place.vehicle] = True

    def _made(
        self, state: State, copy: int, place: Place, rule: Rule | None = None, amount: int | None = None
    ) -> Relaxation | None:
        """The relaxation of a place with the amount that its exact times need; None where the times say that it is another rule."""
        stop_id, kind, _step = self.copies[copy]
        stop = self.problem.stop(stop_id)
        vehicle = state.problem.vehicles[place.vehicle]
        trips = [[state.problem.stops[i].id for i in trip] for trip in state.trips[place.vehicle]]
        if place.new_trip:
            trips.insert(place.trip, [copy])
        else:
            trips[place.trip].insert(place.position, copy)
        answer = time_route(state.problem, vehicle, trips)
        if not isinstance(answer, Route):
            return None
        visit, loading = _visit(answer, copy)
        real = tuple(tuple(stop_id if s == copy else s for s in trip) for trip in trips)
        own = self.problem.vehicle(vehicle.id)
        if {s for trip in real for s in trip} != {stop_id, *(s for trip in self.plan.get(own.id, ()) for s in trip)}:
            return None  # the plan itself cannot be driven there: what is true of a part of it is not true of it
        needed = _amount(self.problem, rule or kind, stop, own, answer, visit, loading) if amount is None else amount
        found = Relaxation(
            stop=stop_id, rule=rule or kind, vehicle=vehicle.id, begin=visit.begin, amount=needed, trips=real
        )  # fmt: skip
        return found if fits(self.problem, found) is not None else None

    # -- amounts, shifts, trips -------------------------------------------------------------------------------------

    def _amounts(self, stop: Stop) -> Relaxation | None:
        """Boxes or the kitchen: which of the two is too small where the stop would go, and by how much."""
        copies = [copy for kind, _step, copy in self.asked[stop.id] if kind is Rule.CAPACITY]
        state = self._state("")
        options = []
        for copy in copies:
            for place in self._places(state, copy):
                vehicle = state.problem.vehicles[place.vehicle]
                aboard = [] if place.new_trip else state.trips[place.vehicle][place.trip]
                load = [
                    stop.delivery[k] + sum(state.problem.stops[i].delivery[k] for i in aboard)
                    for k in range(self.problem.dimensions)
                ]
                over = max(0, *(n - most for n, most in zip(load, vehicle.capacity, strict=True)))
                short = self._short(stop, vehicle)
                if (over > 0) == (short > 0):  # neither: times alone differ; both: one rule is not enough
                    continue
                rule = Rule.CAPACITY if over else Rule.DEPOT_CAPACITY
                one = self._made(state, copy, place, rule, over or short)
                options += [one] if one is not None else []
        return min(options, key=_weight, default=None)

    def _short(self, stop: Stop, vehicle: Vehicle) -> int:
        """By how much the depot has less left than the stop needs."""
        depot = self.problem.depot_at(vehicle.start)
        if depot is None or depot.capacity is None:
            return 0
        used = [0] * self.problem.dimensions
        for other, trips in self.plan.items():
            if self.problem.has_vehicle(other) and self.problem.vehicle(other).start == vehicle.start:
                for served in (s for trip in trips for s in trip):
                    for k, amount in enumerate(self.problem.stop(served).delivery):
                        used[k] += amount
        return max(0, *(u + n - most for u, n, most in zip(used, stop.delivery, depot.capacity, strict=True)))

    def _shift(self, stop_id: int) -> Relaxation | None:
        for step in STEPS_S[2:]:
            state = self._state(("shift", step), partial(_longer, by=step))
            found = self._by_vehicle(stop_id, state, Rule.SHIFT)
            if found is not None:
                return found
        return None

    def _trips(self, stop_id: int) -> Relaxation | None:
        def more(vehicle: Vehicle) -> Vehicle:
            return replace(vehicle, max_trips=vehicle.max_trips + 1) if vehicle.start is not None else vehicle

        return self._by_vehicle(stop_id, self._state("trips", more), Rule.TRIPS)

    def _tasks(self, stop_id: int) -> Relaxation | None:
        if all(vehicle.max_tasks is None for vehicle in self.problem.vehicles):
            return None

        def more(vehicle: Vehicle) -> Vehicle:
            return replace(vehicle, max_tasks=vehicle.max_tasks + 1) if vehicle.max_tasks is not None else vehicle

        return self._by_vehicle(stop_id, self._state("tasks", more), Rule.TASKS)

    def _by_vehicle(self, stop_id: int, state: State, rule: Rule) -> Relaxation | None:
        (copy,) = (copy for kind, _step, copy in self.asked[stop_id] if kind is Rule.NONE)
        options, unchanged = [], self._state("").problem
        for place in self._places(state, copy):
            vehicle = state.problem.vehicles[place.vehicle]
            given = rule if vehicle != unchanged.vehicle(vehicle.id) else Rule.NONE
            if (one := self._made(state, copy, place, given)) is not None:
                options.append(one)
        return min(options, key=_weight, default=None)


def _amount(
    problem: Problem, rule: Rule, stop: Stop, vehicle: Vehicle, route: Route, visit: Visit, loading: Visit
) -> int:
    """By how much the rule is passed on the route found."""
    match rule:
        case Rule.WINDOW:
            late = [visit.begin - w.latest for w in stop.time_windows]
            early = [w.earliest - visit.begin for w in stop.time_windows]
            return max(0, min(max(a, b) for a, b in zip(late, early, strict=True)))
        case Rule.RIDE:
            limit = problem.ride_limit(stop, vehicle)
            return max(0, visit.begin - loading.departure - (limit or 0))
        case Rule.RELEASE:
            return max(0, stop.release - loading.begin)
        case Rule.SHIFT:
            return max(0, route.visits[-1].arrival - vehicle.shift.latest)
        case Rule.TRIPS | Rule.TASKS:
            return 1
        case _:
            return 0


def _visit(route: Route, stop: int) -> tuple[Visit, Visit]:
    for trip in route.trips:
        for visit in trip.visits:
            if visit.kind is Kind.JOB and visit.id == stop:
                return visit, trip.loading
    raise AssertionError(f"stop {stop} is not on the route")


def _weight(found: Relaxation) -> tuple[int, int, int]:
    """What is asked least of people comes first: minutes, then boxes and trips, then what no dispatcher can give."""
    timed = found.rule in {Rule.WINDOW, Rule.RIDE, Rule.SHIFT, Rule.RELEASE}
    costs = (
        found.amount
        if timed
        else {Rule.NONE: 0, Rule.LOCK: 60, Rule.CAPACITY: 600 * found.amount}.get(found.rule, 3600)
    )
    hopeless = found.rule in {Rule.SKILLS, Rule.DEPOT_SKILLS}
    return hopeless, costs, ORDER.index(found.rule)


def _less(plan: Sequences, gone: set[int]) -> dict[int, Trips]:
    return {
        vehicle: tuple(kept for trip in trips if (kept := tuple(s for s in trip if s not in gone)))
        for vehicle, trips in plan.items()
    }


def _wider(stop: Stop, by: int) -> Stop:
    windows = tuple(TimeWindow(max(0, w.earliest - by), min(LARGEST, w.latest + by)) for w in stop.time_windows)
    return replace(stop, time_windows=windows)


def _longer(vehicle: Vehicle, by: int) -> Vehicle:
    return replace(vehicle, shift=TimeWindow(vehicle.shift.earliest, min(LARGEST, vehicle.shift.latest + by)))


def _fuller(depot: Depot, by: int) -> Depot:
    return depot if depot.capacity is None else replace(depot, capacity=tuple(most + by for most in depot.capacity))


def _unlocked(vehicle: Vehicle, stop: int) -> Vehicle:
    return replace(vehicle, steps=tuple(step for step in vehicle.steps if step.stop != stop))


def _with(problem: Problem, stop: Stop, vehicles: Mapping[int, Vehicle], depots: tuple[Depot, ...]) -> Problem:
    return Problem(
        stops=tuple(stop if each.id == stop.id else each for each in problem.stops),
        vehicles=tuple(vehicles.get(each.id, each) for each in problem.vehicles), matrices=problem.matrices, depots=depots,
    )  # fmt: skip
