"""The checker's violations in the words of the board: which limit, where, and by how much. Pure."""

from collections.abc import Iterable, Sequence

from mealroute.drafting.records import Broken
from mealroute.planning.records import PlanInput
from solver.plan import Cause, Kind, Plan, Route, Trip, Violation
from solver.problem import Problem, Vehicle

NOT_SHOWN = frozenset({Cause.LOST})
"""A stop on no route is unassigned, with its reason: that is no broken limit."""


def named(given: PlanInput, plan: Plan, violations: Iterable[Violation]) -> tuple[Broken, ...]:
    """One entry a limit and place, with a key that stays the same while the trouble does."""
    codes = {vehicle.number: vehicle.vehicle_code for vehicle in given.built.vehicles}
    problem = given.built.problem
    found: dict[str, Broken] = {}
    for violation in violations:
        if violation.cause in NOT_SHOWN:
            continue
        key = f"{violation.cause}:{codes.get(violation.vehicle or 0, '')}:{violation.stop or ''}"
        if key not in found:
            amount = _amount(problem, plan, violation)
            found[key] = Broken(
                key=key, cause=violation.cause, vehicle=violation.vehicle, stop=violation.stop, amount=amount
            )
    return tuple(found.values())


def _amount(problem: Problem, plan: Plan, violation: Violation) -> int | None:
    """How much too much: seconds, metres, boxes, trips or stops, by cause."""
    route = plan.route_of(violation.vehicle) if violation.vehicle is not None else None
    if route is None or violation.vehicle is None:
        return None
    vehicle = problem.vehicle(violation.vehicle)
    if violation.stop is not None and violation.cause in {Cause.TIME_WINDOW, Cause.MAX_RIDE, Cause.RELEASE}:
        return _at_stop(problem, vehicle, route, violation.cause, violation.stop)
    return _of_route(problem, vehicle, route, violation)


def _at_stop(problem: Problem, vehicle: Vehicle, route: Route, cause: Cause, stop_id: int) -> int | None:
    stop = problem.stop(stop_id)
    for trip in route.trips:
        visit = next((visit for visit in trip.visits if visit.kind is Kind.JOB and visit.id == stop_id), None)
        if visit is None:
            continue
        if cause is Cause.RELEASE:
            return stop.release - trip.loading.begin
        if cause is Cause.MAX_RIDE:
            limit = problem.ride_limit(stop, vehicle)
            return visit.begin - trip.loading.departure - limit if limit is not None else None
        windows = stop.time_windows
        after = visit.begin - windows[-1].latest
        return after if after > 0 else min(w.earliest for w in windows if w.earliest > visit.begin) - visit.begin
    return None


def _of_route(problem: Problem, vehicle: Vehicle, route: Route, violation: Violation) -> int | None:
    begin, end = route.visits[0], route.visits[-1]
    match violation.cause:
        case Cause.SHIFT:
            late = end.arrival - vehicle.shift.latest
            return late if "ends" in violation.message else vehicle.shift.earliest - begin.arrival
        case Cause.CAPACITY:
            return max(_over(problem, vehicle, trip) for trip in route.trips)
        case Cause.MAX_TRIPS:
            return len(route.trips) - vehicle.max_trips
        case Cause.MAX_TASKS:
            return len(route.stops) - (vehicle.max_tasks or 0)
        case Cause.MAX_DURATION:
            return end.arrival - begin.begin - (vehicle.max_duration or 0)
        case Cause.MAX_TRAVEL_TIME:
            return end.duration - (vehicle.max_travel_time or 0)
        case _:
            return None


def _over(problem: Problem, vehicle: Vehicle, trip: Trip) -> int:
    stops: Sequence[int] = trip.stops
    load = [sum(problem.stop(stop).delivery[i] for stop in stops) for i in range(len(vehicle.capacity))]
    return max((n - most for n, most in zip(load, vehicle.capacity, strict=True)), default=0)
