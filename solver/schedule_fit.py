"""What an order of stops must satisfy whatever its times: skills, amounts, trips, tasks, ways, locks."""

from collections.abc import Hashable

from solver.plan import Cause
from solver.problem import Problem, Stop, Vehicle


def misfit(problem: Problem, vehicle: Vehicle, orders: list[list[Stop]]) -> tuple[Cause, int | None] | None:
    """The first rule that these trips break at any time, with the stop concerned; None if there is none."""
    unfit = _stops_misfit(problem, vehicle, orders) or _locks_misfit(problem, vehicle, orders)
    if unfit is not None:
        return unfit
    if len(orders) > vehicle.max_trips:
        return Cause.MAX_TRIPS, orders[vehicle.max_trips][0].id
    if vehicle.max_tasks is not None and sum(map(len, orders)) > vehicle.max_tasks:
        return Cause.MAX_TASKS, orders[-1][-1].id
    for order in orders:
        overloaded = _overload(vehicle, order)
        if overloaded is not None:
            return Cause.CAPACITY, overloaded
    return _ways_misfit(problem, vehicle, orders)


def _stops_misfit(problem: Problem, vehicle: Vehicle, orders: list[list[Stop]]) -> tuple[Cause, int | None] | None:
    depot = problem.depot_at(vehicle.start)
    offered = depot.skills if depot is not None else frozenset()
    for order in orders:
        for stop in order:
            if not stop.skills <= vehicle.skills:
                return Cause.SKILLS, stop.id
            if not stop.depot_skills <= offered:
                return Cause.DEPOT_SKILLS, stop.id
    return None


def _locks_misfit(problem: Problem, vehicle: Vehicle, orders: list[list[Stop]]) -> tuple[Cause, int | None] | None:
    rank = {stop: place for place, stop in enumerate(vehicle.locked)}
    last = -1
    for order in orders:
        for stop in order:
            if problem.owner(stop.id) not in {None, vehicle.id} or rank.get(stop.id, last) < last:
                return Cause.LOCKED, stop.id
            last = rank.get(stop.id, last)
    return None


def _overload(vehicle: Vehicle, order: list[Stop]) -> int | None:
    """The stop after which (for the whole load: the first) more is aboard than fits."""
    load = [sum(amounts) for amounts in zip(*(stop.delivery for stop in order), strict=True)]
    if any(n > most for n, most in zip(load, vehicle.capacity, strict=True)):
        return order[0].id
    for stop in order:
        load = [n - d + p for n, d, p in zip(load, stop.delivery, stop.pickup, strict=True)]
        if any(n > most for n, most in zip(load, vehicle.capacity, strict=True)):
            return stop.id
    return None


def _ways_misfit(problem: Problem, vehicle: Vehicle, orders: list[list[Stop]]) -> tuple[Cause, int | None] | None:
    if vehicle.max_travel_time is None and vehicle.max_distance is None:
        return None
    matrix = problem.travel(vehicle)
    places = [vehicle.start]
    for order in orders:
        places += [stop.location for stop in order]
        places.append(vehicle.start)
    places[-1] = vehicle.end
    known = [place for place in places if place is not None]
    limits = (
        (Cause.MAX_TRAVEL_TIME, vehicle.max_travel_time, matrix.durations),
        (Cause.MAX_DISTANCE, vehicle.max_distance, matrix.distances),
    )
    for cause, limit, table in limits:
        if limit is not None and table is not None and sum(map(int, table[known[:-1], known[1:]])) > limit:
            return cause, orders[-1][-1].id
    return None


def twin(vehicle: Vehicle) -> Hashable:
    """Equal for vehicles that differ in nothing but their id, description and steps."""
    breaks = tuple((pause.time_windows, pause.service) for pause in vehicle.breaks)
    return (
        vehicle.profile,
        vehicle.start,
        vehicle.end,
        vehicle.capacity,
        vehicle.skills,
        vehicle.shift,
        vehicle.speed_factor,
        vehicle.max_tasks,
        vehicle.max_travel_time,
        vehicle.max_distance,
        vehicle.costs,
        breaks,
        vehicle.max_ride,
        vehicle.max_trips,
        vehicle.load_duration,
        vehicle.max_duration,
    )


def vehicles_by_kind(problem: Problem) -> dict[int, list[Vehicle]]:
    """Vehicles that differ in nothing but their id, by the id of the first; one that a stop is locked to is alone."""
    found: dict[Hashable, list[Vehicle]] = {}
    for vehicle in problem.vehicles:
        found.setdefault(vehicle.id if vehicle.locked else twin(vehicle), []).append(vehicle)
    return {vehicles[0].id: vehicles for vehicles in found.values()}


def kinds_of_vehicles(problem: Problem) -> list[Vehicle]:
    """One vehicle of each kind, and each that a stop is locked to."""
    return [problem.vehicle(first) for first in vehicles_by_kind(problem)]
