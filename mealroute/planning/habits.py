"""Beginning a search where the last plan ended: the same driver to the same doors in the same order, as far as both are there today.

Faces are priced in the search; hours follow from the order of the doors, which the search keeps where nothing better is found. So whoever eats daily is
brought the meal by the same person at much the same time. Pure.
"""

from collections.abc import Iterable, Mapping

from mealroute.planning.face_records import People, UsualRoute
from mealroute.planning.records import PlanInput
from solver.follow import follow
from solver.plan import Plan, Route


def of_plan(given: PlanInput, plan: Plan) -> tuple[UsualRoute, ...]:
    """The routes of a plan as the next day may begin with them."""
    vehicles = {vehicle.number: vehicle for vehicle in given.built.vehicles}
    people = {stop.number: tuple(given.lines[line].resident for line in stop.lines) for stop in given.built.stops}
    return tuple(
        UsualRoute(
            driver_code=vehicles[route.vehicle].driver_code, vehicle_code=vehicles[route.vehicle].vehicle_code,
            trips=tuple(tuple(people[stop] for stop in trip) for trip in route.trip_stops),
        )
        for route in plan.routes
    )  # fmt: skip


def begin_with(given: PlanInput, before: Iterable[UsualRoute]) -> Plan | None:
    """A warm start for today's problem; None where nothing of the last plan is left. It may break limits: the search takes what it can drive.

    A route follows its driver to today's vehicle; where the driver is away, it stays with the vehicle unless another route has that.
    """
    stop_of: dict[int, int] = {}
    for stop in given.built.stops:
        for line in stop.lines:
            stop_of.setdefault(given.lines[line].resident, stop.number)
    problem, placed = given.built.problem, set[int]()
    routes: list[Route] = []
    for vehicle, usual in _vehicles(given, before):
        trips = []
        for trip in usual.trips:
            wanted = [stop_of[person] for people in trip for person in people if person in stop_of]
            kept = tuple(stop for stop in dict.fromkeys(wanted) if stop not in placed)
            placed |= set(kept)
            if kept:
                trips.append(kept)
        if trips:
            routes.append(follow(problem, problem.vehicle(vehicle), trips[: problem.vehicle(vehicle).max_trips]))
    return Plan(tuple(routes)) if routes else None


def _vehicles(given: PlanInput, before: Iterable[UsualRoute]) -> list[tuple[int, UsualRoute]]:
    drives = {vehicle.driver_code: vehicle.number for vehicle in given.built.vehicles}
    codes = {vehicle.vehicle_code: vehicle.number for vehicle in given.built.vehicles}
    found: dict[int, UsualRoute] = {}
    waiting = []
    for usual in before:
        own = drives.get(usual.driver_code)
        if own is not None and own not in found:
            found[own] = usual
        else:
            waiting.append(usual)
    for usual in waiting:
        vehicle = codes.get(usual.vehicle_code)
        if vehicle is not None and vehicle not in found:
            found[vehicle] = usual
    return sorted(found.items())


def gathered(rows: Iterable[tuple[int, str, str, int, int, int]]) -> tuple[UsualRoute, ...]:
    """Routes from rows of (route, driver, vehicle, trip, visit, resident), in the order of driving."""
    names: dict[int, tuple[str, str]] = {}
    trips: dict[int, dict[int, dict[int, list[int]]]] = {}
    for route, driver, vehicle, trip, visit, resident in rows:
        names[route] = driver, vehicle
        trips.setdefault(route, {}).setdefault(trip, {}).setdefault(visit, []).append(resident)
    return tuple(
        UsualRoute(driver_code=names[route][0], vehicle_code=names[route][1], trips=_trips(found))
        for route, found in trips.items()
    )


def _trips(found: Mapping[int, Mapping[int, list[int]]]) -> tuple[tuple[People, ...], ...]:
    return tuple(tuple(tuple(people) for people in visits.values()) for visits in found.values())
