"""Bringing meals nearer to the hour that residents are used to, where the street's price pays the way.

The routing model knows windows, not habits. So each trip of a finished plan is tried in other orders (backwards, a part of it backwards, a
stop elsewhere in it) with its exact times; an order stays where the detour costs less than the minutes are worth. Pure.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mealroute.planning.records import PlanInput
from solver.cost import UNITS_PER_COST, route_terms, travel_units
from solver.plan import Kind, Plan, Route
from solver.problem import Vehicle
from solver.schedule import time_route

Order = tuple[int, ...]
MOST_STOPS = 60
"""A longer trip is tried backwards as a whole, not in its parts."""
MOST_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class _Habit:
    usual_s: int
    price: int


def habits(given: PlanInput) -> dict[int, tuple[_Habit, ...]]:
    """Stop → the habits of those who live there; stops where nobody has one, or where minutes have no price, are absent."""
    found = {}
    for stop in given.built.stops:
        if stop.station_code:
            continue
        facts = [given.lines[line] for line in stop.lines]
        kept = tuple(_Habit(f.usual_s, f.hour_price) for f in facts if f.usual_s is not None and f.hour_price)
        if kept:
            found[stop.number] = kept
    return found


def nearer(given: PlanInput, plan: Plan, *, deadline: float | None = None) -> Plan:
    """The plan with trips in an order that suits habits better, never one that costs more than it is worth.

    ``deadline`` is on ``time.monotonic()``; without one the answer depends on the plan alone. Vehicles, trips, faces and what is locked stay.
    """
    known = habits(given)
    if not known:
        return plan
    work = _Work(given, known, deadline)
    return replace(plan, routes=tuple(work.improved(route) for route in plan.routes))


def discomfort_s(given: PlanInput, plan: Plan) -> int:
    """What all minutes beside the usual hours are worth together, in seconds."""
    work = _Work(given, habits(given), None)
    return sum(work.discomfort(route) for route in plan.routes)


class _Work:
    def __init__(self, given: PlanInput, known: dict[int, tuple[_Habit, ...]], deadline: float | None) -> None:
        self.problem, self.known, self.deadline = given.built.problem, known, deadline
        self.tolerance_s = given.hour_tolerance_s

    def improved(self, route: Route) -> Route:
        vehicle = self.problem.vehicle(route.vehicle)
        if vehicle.steps or vehicle.breaks:
            return route
        for _round in range(MOST_ROUNDS):
            better = self._better(vehicle, route)
            if better is None:
                break
            route = better
        return route

    def discomfort(self, route: Route) -> int:
        """Seconds that the route's minutes beside the usual hours, beyond the tolerance, are worth."""
        total = 0
        for visit in route.visits:
            if visit.kind is Kind.JOB and visit.id is not None:
                for habit in self.known.get(visit.id, ()):
                    off = max(0, abs(visit.begin - habit.usual_s) - self.tolerance_s)
                    total += habit.price * off // 60
        return total

    def _better(self, vehicle: Vehicle, route: Route) -> Route | None:
        """The first order found that is worth it."""
        trips = route.trip_stops
        worth = UNITS_PER_COST * self.discomfort(route)
        if not worth:
            return None
        cost = route_terms(self.problem, route).total
        for n, trip in enumerate(trips):
            before = self._way(vehicle, trip)
            for order in _orders(trip):
                if self._late():
                    return None
                if self._way(vehicle, order) - before >= worth:
                    continue  # even if every minute were won the way is too long
                answer = time_route(self.problem, vehicle, (*trips[:n], order, *trips[n + 1 :]))
                if isinstance(answer, Route) and self._price(answer) < cost + worth:
                    return answer
        return None

    def _price(self, route: Route) -> int:
        return route_terms(self.problem, route).total + UNITS_PER_COST * self.discomfort(route)

    def _way(self, vehicle: Vehicle, order: Order) -> int:
        """The cost of a trip's way in units."""
        matrix = self.problem.travel(vehicle)
        places = [vehicle.start, *(self.problem.stop(stop).location for stop in order), vehicle.end]
        kept = [place for place in places if place is not None]
        seconds = int(matrix.durations[kept[:-1], kept[1:]].sum())
        metres = int(matrix.distances[kept[:-1], kept[1:]].sum()) if matrix.distances is not None else 0
        return travel_units(vehicle, seconds, metres)

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline


def _orders(trip: Order) -> Iterator[Order]:
    """Backwards; parts of it backwards; one stop elsewhere."""
    size = len(trip)
    if size < 2:
        return
    yield trip[::-1]
    if size > MOST_STOPS:
        return
    for i in range(size - 1):
        for j in range(i + 2, size + 1):
            if j - i < size:
                yield (*trip[:i], *trip[i:j][::-1], *trip[j:])
    for i in range(size):
        rest = (*trip[:i], *trip[i + 1 :])
        for j in range(size):
            if abs(i - j) > 1:
                yield (*rest[:j], trip[i], *rest[j:])
