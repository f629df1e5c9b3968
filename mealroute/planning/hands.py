"""Which driver drives which route: routes of vehicles that differ in nothing but their driver may change hands.

The search has found the routes; here CP-SAT deals them out again, by the shifts, by the faces that residents know and by fairness:
who has worked more than the others gets the shorter routes. Nothing else of a route changes, and its cost stays the same.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import replace
from statistics import mean

from mealroute.planning.records import PlanInput
from solver.duties import Driver, Duty, assign
from solver.plan import Plan, Route
from solver.problem import TimeWindow, Vehicle
from solver.schedule import time_route


def dealt_out(given: PlanInput, plan: Plan, *, time_limit_s: float | None = 2.0, seed: int = 0) -> Plan:
    """The plan with its routes in the best hands; the same plan where no other hands are worth more.

    Routes with locked stops stay. A route that another driver's shift has no room for is never given to them.
    """
    problem = given.built.problem
    groups: dict[Hashable, list[Vehicle]] = defaultdict(list)
    for vehicle in problem.vehicles:
        if not vehicle.steps:
            groups[_kind(vehicle)].append(vehicle)
    routes = {route.vehicle: route for route in plan.routes}
    asked = _Question(given, routes)
    for fleet in groups.values():
        used = [vehicle for vehicle in fleet if vehicle.id in routes]
        if used and len(fleet) > 1:
            asked.add(fleet, used)
    if not asked.duties:
        return plan
    found = assign(tuple(asked.duties), tuple(asked.people), time_limit_s=time_limit_s, seed=seed)
    return asked.answered(plan, found)


def worth(given: PlanInput, plan: Plan) -> int:
    """What the hands are worth, in seconds: faces known, less the price of work above the mean."""
    routes = {route.vehicle: route for route in plan.routes}
    asked = _Question(given, routes)
    fleet = list(given.built.problem.vehicles)
    groups: dict[Hashable, list[Vehicle]] = defaultdict(list)
    for vehicle in fleet:
        groups[_kind(vehicle)].append(vehicle)
    total = 0
    for group in groups.values():
        lengths = [_length_s(routes[v.id]) for v in group if v.id in routes]
        for vehicle in group:
            if vehicle.id in routes:
                total += asked.familiar(vehicle, routes[vehicle.id])
                total -= asked.worn(vehicle, _length_s(routes[vehicle.id]), mean(lengths))
    return total


def _kind(vehicle: Vehicle) -> Hashable:
    """Equal for vehicles that can stand for each other: everything but the driver's shift, the number and the name."""
    breaks = tuple((pause.time_windows, pause.service) for pause in vehicle.breaks)
    return (
        vehicle.profile, vehicle.start, vehicle.end, vehicle.capacity, vehicle.skills, vehicle.speed_factor, vehicle.max_tasks,
        vehicle.max_travel_time, vehicle.max_distance, vehicle.costs, breaks, vehicle.max_ride, vehicle.max_trips, vehicle.load_duration,
        vehicle.max_duration,
    )  # fmt: skip


class _Question:
    """Duties and people of every group, with what each pair is worth."""

    def __init__(self, given: PlanInput, routes: Mapping[int, Route]) -> None:
        self.given, self.problem, self.routes = given, given.built.problem, routes
        self.drivers = {planned.number: planned.driver_code for planned in given.built.vehicles}
        self.duties: list[Duty] = []
        self.people: list[Driver] = []
        self.retimed: dict[tuple[int, TimeWindow], Route | None] = {}

    def add(self, fleet: list[Vehicle], used: list[Vehicle]) -> None:
        lengths = {vehicle.id: _length_s(self.routes[vehicle.id]) for vehicle in used}
        usual = mean(lengths.values())
        for own in used:
            route = self.routes[own.id]
            able = frozenset(v.id for v in fleet if self.timed(own.id, v) is not None)
            span = TimeWindow(route.visits[0].begin, route.visits[-1].departure)
            self.duties.append(Duty(id=own.id, span=span, able=able | {own.id}))
        for vehicle in fleet:
            self.people.append(
                Driver(
                    id=vehicle.id, shift=vehicle.shift, most=1,
                    familiar={own: self.familiar(vehicle, self.routes[own]) for own in lengths},
                    worn={own: self.worn(vehicle, length, usual) for own, length in lengths.items()},
                )
            )  # fmt: skip

    def timed(self, own: int, vehicle: Vehicle) -> Route | None:
        """The route of ``own`` as ``vehicle`` would drive it, or None where its shift has no room."""
        key = own, vehicle.shift
        if key not in self.retimed:
            route = self.routes[own]
            if vehicle.shift == self.problem.vehicle(own).shift:
                self.retimed[key] = route
            else:
                answer = time_route(self.problem, vehicle, route.trip_stops)
                self.retimed[key] = answer if isinstance(answer, Route) else None
        found = self.retimed[key]
        return None if found is None else replace(found, vehicle=vehicle.id)

    def familiar(self, vehicle: Vehicle, route: Route) -> int:
        return sum(self.problem.stop(stop).familiarity.get(vehicle.id, 0) for stop in route.stops)

    def worn(self, vehicle: Vehicle, length_s: int, usual_s: float) -> int:
        """Seconds of debit: what the driver has done above the others so far, with this route, at the price of a minute."""
        above = self.given.worked_above.get(self.drivers[vehicle.id], 0) + length_s - usual_s
        return round(self.given.overwork_price * max(0.0, above) / 60)

    def answered(self, plan: Plan, found: Mapping[int, int]) -> Plan:
        if set(found) != {duty.id for duty in self.duties}:  # it came too late, or somebody would be without a driver
            return plan
        before = sum(self._pair(duty.id, duty.id) for duty in self.duties)
        after = sum(self._pair(own, vehicle) for own, vehicle in found.items())
        if after <= before:
            return plan
        moved = {own: self.timed(own, self.problem.vehicle(vehicle)) for own, vehicle in found.items()}
        routes = tuple(moved.get(route.vehicle) or route for route in plan.routes)
        return replace(plan, routes=tuple(sorted(routes, key=lambda route: route.vehicle)))

    def _pair(self, own: int, vehicle: int) -> int:
        person = next(each for each in self.people if each.id == vehicle)
        return person.familiar[own] - person.worn[own]


def _length_s(route: Route) -> int:
    return route.visits[-1].departure - route.visits[0].begin
