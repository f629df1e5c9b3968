"""Mending a plan with the fewest changes: what is printed stays on its route and at its hour unless moving pays its price. Pure.

First whatever has no place is put where cost and disturbance together are least. What fits nowhere makes room for itself: its neighbourhood
is taken apart and built anew, with a credit for everybody who stays on the printed vehicle. Last, the routes that were touched are looked over once:
a stop goes elsewhere only where that saves more than the price. What is on the road, locked or fixed is never touched.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

import numpy as np

from mealroute.drafting import build, placing, rules
from mealroute.drafting.evaluate import Evaluation, evaluate
from mealroute.drafting.records import Arrangement, Ground, Trips, trips_of
from solver import construct
from solver.construct_state import Place, State
from solver.follow import follow
from solver.plan import Kind, Route
from solver.problem import Problem
from solver.schedule import time_route

TRIED: Final = 6
"""Vehicles tried for one stop, the cheapest places first."""
REPAIRS: Final = 60
LOOKED_OVER: Final = 60
"""Stops of touched routes that are asked whether they had better go elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePrice:
    """Seconds: for a printed stop on another route, for each minute off its printed hour beyond the tolerance."""

    moved_stop: int
    moved_minute: int
    tolerance_s: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was printed for a stop: the vehicle, and when service begins."""

    vehicle: int
    at_s: int


Printed = Mapping[int, Sheet]


def sheets(now: Evaluation) -> Printed:
    """What an arrangement would print."""
    return {
        visit.stop: Sheet(route.vehicle, visit.begin_s)
        for route in now.routes
        for visit in route.visits
        if visit.stop is not None
    }


def repaired(
    ground: Ground,
    arrangement: Arrangement,
    printed: Printed,
    price: MovePrice,
    *,
    only: Collection[int] | None = None,
    deadline: float | None = None,
) -> Evaluation:
    """The arrangement with places for what has none, as little else changed as possible.

    ``only``: the stops that are to be placed; None: all that are on no route. Others stay off: somebody may have taken them off. ``deadline`` is on ``time.monotonic()``.
    """
    now = evaluate(ground, arrangement)
    frozen = placing.closed(now)
    problem = credited(now.given.built.problem, printed, price.moved_stop)
    part = build.open_part(problem, now.arrangement, frozen, build.returns(now.arrangement, now.plan))
    if part is None:
        return now
    wanted = set(now.unplaced) if only is None else set(only)
    aside = {stop for stop in now.unplaced if stop not in wanted and part.has_stop(stop)}
    work = _Work(part.without(aside) if aside else part, printed, price, deadline)
    construct.start_from(work.state, build.sequences(now.arrangement, without=frozen))
    work.place(wanted)
    work.make_room()
    work.look_over()
    state = work.state
    found = {v.id: state.ids(trips) for v, trips in zip(state.problem.vehicles, state.trips, strict=True)}
    return evaluate(ground, build.arranged(found, now.arrangement, kept=frozen), near=now)


def relieved(ground: Ground, arrangement: Arrangement) -> tuple[Arrangement, frozenset[int]]:
    """Stops taken off routes that can no longer be driven in time, as few as make them whole again; what is locked or on the road stays.

    The answer holds the stops that were taken off.
    """
    problem = build.effective(ground, arrangement).built.problem
    gone: list[int] = []
    for order in arrangement.routes:
        trips, taken = _whole(problem, arrangement, order.vehicle, order.trips)
        gone += taken
        if taken:
            arrangement = rules.with_trips(arrangement, order.vehicle, trips)
    return arrangement, frozenset(gone)


def _whole(problem: Problem, arrangement: Arrangement, vehicle_id: int, trips: Trips) -> tuple[Trips, list[int]]:
    taken: list[int] = []
    while trips:
        late = _lateness(problem, arrangement, vehicle_id, trips)
        if late == 0:
            break
        free = [s for trip in trips for s in trip if arrangement.lock_of(s, vehicle_id) is None]
        if not free:
            break
        options = [(_lateness(problem, arrangement, vehicle_id, _less(trips, stop)), stop) for stop in free]
        best, stop = min(options)
        if best >= late and best:  # no single stop helps: the last free one goes
            stop = free[-1]
        trips, taken = _less(trips, stop), [*taken, stop]
    return trips, taken


def _less(trips: Trips, stop: int) -> Trips:
    return tuple(kept for trip in trips if (kept := tuple(s for s in trip if s != stop)))


def _lateness(problem: Problem, arrangement: Arrangement, vehicle_id: int, trips: Trips) -> int:
    """Seconds over the limits of one route, 0 where it keeps them all."""
    if not trips:
        return 0
    vehicle = problem.vehicle(vehicle_id)
    start = arrangement.starts.get(vehicle_id)
    if start is None and isinstance(time_route(problem, replace(vehicle, steps=()), trips), Route):
        return 0
    return placing.excess(problem, follow(problem, vehicle, trips, start=start))


def credited(problem: Problem, printed: Printed, moved_stop: int) -> Problem:
    """The problem in which staying on the printed vehicle is worth the price of a move (seconds)."""
    known = {vehicle.id for vehicle in problem.vehicles}
    stops = tuple(
        replace(stop, familiarity={**stop.familiarity, v: stop.familiarity.get(v, 0) + moved_stop})
        if stop.id in printed and (v := printed[stop.id].vehicle) in known
        else stop
        for stop in problem.stops
    )
    return Problem(stops=stops, vehicles=problem.vehicles, matrices=problem.matrices, depots=problem.depots)


class _Work:
    def __init__(self, part: Problem, printed: Printed, price: MovePrice, deadline: float | None) -> None:
        self.part, self.printed, self.price, self.deadline = part, printed, price, deadline
        self.state = State(part)
        self.index = {stop.id: i for i, stop in enumerate(part.stops)}
        self.touched: set[int] = set()

    def place(self, wanted: set[int]) -> None:
        """The most important first, each where cost and disturbance together are least."""
        open_ = [self.index[stop] for stop in sorted(wanted) if stop in self.index]
        for stop in construct.by_rank(self.state, construct.walk(self.state, open_)):
            if stop in self.state.unassigned and (place := self._best(stop)) is not None:
                self.state.insert(stop, place)
                self.touched.add(place.vehicle)

    def make_room(self) -> None:
        if self.state.unassigned and not self._late():
            before = [list(map(list, trips)) for trips in self.state.trips]
            construct.repair(self.state, Random(0), deadline=self.deadline, rounds=REPAIRS)
            self.touched |= {n for n, trips in enumerate(self.state.trips) if trips != before[n]}

    def look_over(self) -> None:
        """One pass over the touched routes: out and in again at the best place, its own included."""
        stops = [stop for vehicle in sorted(self.touched) for trip in self.state.trips[vehicle] for stop in trip]
        bound = {step.stop for vehicle in self.part.vehicles for step in vehicle.steps if step.locked}
        for stop in stops[:LOOKED_OVER]:
            if self._late():
                return
            if self.part.stops[stop].id in bound or stop not in self.state.where:
                continue
            self._perhaps_elsewhere(stop)

    def _perhaps_elsewhere(self, stop: int) -> None:
        own = self.state.where[stop]
        kept, before = self.state.snapshot(), self._total({own})
        self.state.remove([stop])
        place = self._best(stop)
        if place is None or stop not in self.state.unassigned or len(self.state.unassigned) > 1 + before[0]:
            self.state.restore(kept)
            return
        beside = self._disturbance(place.vehicle) if place.vehicle != own else 0
        self.state.insert(stop, place)
        after = self._total({own, place.vehicle})
        if (after[0], after[1] - beside) >= before:
            self.state.restore(kept)
        else:
            self.touched.add(place.vehicle)

    def _total(self, vehicles: set[int]) -> tuple[int, float]:
        """Stops left over, then cost less credits and what the hours of these vehicles' stops are disturbed."""
        return len(self.state.unassigned), self.state.score()[3] + sum(self._disturbance(v) for v in vehicles)

    def _best(self, stop: int) -> Place | None:
        """The place with the least price, cost and disturbance of others together."""
        banned = np.zeros(len(self.part.vehicles), np.bool_)
        best: tuple[float, Place] | None = None
        for _try in range(TRIED):
            place = self.state.best(stop, banned=banned)
            if place is None or (best is not None and place.price >= best[0]):
                break
            total = place.price + self._pushed(stop, place)
            if best is None or total < best[0]:
                best = total, place
            banned[place.vehicle] = True
        return None if best is None else best[1]

    def _pushed(self, stop: int, place: Place) -> int:
        """What it costs that others on the route come at another hour than printed: more than it costs already."""
        trips = [list(trip) for trip in self.state.trips[place.vehicle]]
        before = self._disturbance(place.vehicle)
        if place.new_trip:
            trips.insert(place.trip, [stop])
        else:
            trips[place.trip].insert(place.position, stop)
        return self._disturbance(place.vehicle, trips, without=stop) - before

    def _disturbance(self, vehicle: int, trips: list[list[int]] | None = None, *, without: int | None = None) -> int:
        wanted = self.state.trips[vehicle] if trips is None else trips
        ids = tuple(tuple(self.part.stops[i].id for i in trip) for trip in wanted if trip)
        if not ids:
            return 0
        route = time_route(self.part, self.part.vehicles[vehicle], ids)
        if not isinstance(route, Route):
            return 10**6
        left_out = self.part.stops[without].id if without is not None else None
        total = 0
        for visit in route.visits:
            sheet = self.printed.get(visit.id) if visit.kind is Kind.JOB and visit.id is not None else None
            if sheet is not None and visit.id != left_out:
                off = max(0, abs(visit.begin - sheet.at_s) - self.price.tolerance_s)
                total += self.price.moved_minute * off // 60
        return total

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline


def dropped(arrangement: Arrangement, vehicle: int) -> tuple[int, ...]:
    """The stops of a vehicle that are not on the road yet."""
    return tuple(s for trip in trips_of(arrangement, vehicle) for s in trip if s not in arrangement.under_way)
