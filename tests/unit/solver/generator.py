"""Any problem that can be stated: small random ones in which each key of the contract is on or off.

``problems`` makes whatever comes, ``tight`` a problem together with a plan that serves all of it and touches the limits.
Both take a ``Random``: give it a seed, also under hypothesis, for a problem drawn number by number shrinks for hours.
"""

from collections.abc import Collection
from dataclasses import replace
from random import Random
from typing import Final

import numpy as np

from solver.plan import Kind, Plan, Route, Visit
from solver.problem import Break, Costs, Depot, Matrix, Problem, Step, Stop, TimeWindow, Vehicle
from solver.schedule import time_route

KEYS: Final = (
    *("compartments", "pickup", "windows", "several_windows", "setup", "profiles", "speed", "costs", "open_ends"),
    *("starts", "depot_capacity", "depot_skills", "reload", "load_duration", "release", "ride", "vehicle_ride"),
    *("shift", "max_duration", "max_tasks", "max_distance", "max_travel_time", "breaks", "skills", "priority"),
    *(
        "must_serve",
        "locked",
        "warm_start",
        "familiarity",
        "symmetric",
        "no_way",
        "coinciding",
        "way_within",
        "fairness",
    ),
)
"""What may be on. ``no_way``: some ways take no time; ``way_within``: a place may be far from itself."""

CHANCE: Final = 0.4


def problems(rng: Random, n: int, *, keys: Collection[str] | None = None, horizon: int = 240) -> Problem:
    """A problem of ``n`` stops, with the given keys or about two fifths of all; often not all of it can be served.

    Everything happens between 0 and ``horizon`` seconds, a way takes up to a twelfth of that.
    """
    on = {key for key in KEYS if rng.random() < CHANCE} if keys is None else set(keys)
    size = rng.randint(2, 4) if "coinciding" in on else n + 3
    dimensions = rng.randint(2, 3) if "compartments" in on else rng.randint(0, 1)
    fleet = [_vehicle(rng, on, number, size, dimensions, horizon) for number in range(1, rng.randint(1, 3) + 1)]
    stops = [_stop(rng, on, number, size, dimensions, horizon, len(fleet)) for number in range(1, n + 1)]
    _add_steps(rng, on, fleet, [stop.id for stop in stops])
    return Problem(
        stops=tuple(stops),
        vehicles=tuple(fleet),
        matrices={profile: matrix(rng, on, size, horizon // 12) for profile in ("car", "bike")},
        depots=_depots(rng, on, fleet, dimensions, n),
    )


def matrix(rng: Random, on: Collection[str], size: int, longest: int) -> Matrix:
    """Ways that break the triangle inequality as they like; metres have nothing to do with seconds."""
    seconds = np.array([[rng.randint(1, longest) for _ in range(size)] for _ in range(size)])
    metres = np.array([[rng.randint(1, 2_000) for _ in range(size)] for _ in range(size)])
    if "no_way" in on:
        free = np.array([[rng.random() < 0.3 for _ in range(size)] for _ in range(size)])
        seconds[free], metres[free] = 0, 0
    if "symmetric" in on:
        seconds, metres = np.minimum(seconds, seconds.T), np.minimum(metres, metres.T)
    if "way_within" not in on:
        np.fill_diagonal(seconds, 0)
        np.fill_diagonal(metres, 0)
    return Matrix(seconds, metres)


def _some(rng: Random, key: bool, value: int) -> int | None:
    return value if key and rng.random() < 0.7 else None


def _windows(rng: Random, on: Collection[str], horizon: int) -> tuple[TimeWindow, ...]:
    if "windows" not in on:
        return ()
    found = []
    for _ in range(rng.randint(1, 3) if "several_windows" in on else 1):
        first = rng.randint(0, horizon - 1)
        found.append(TimeWindow(first, min(horizon, first + rng.randint(0, horizon // 2))))
    return tuple(found)


def _stop(
    rng: Random, on: Collection[str], number: int, size: int, dimensions: int, horizon: int, vehicles: int
) -> Stop:
    return Stop(
        id=number,
        location=rng.randrange(size),
        setup=rng.randint(0, 6) if "setup" in on else 0,
        service=rng.randint(0, 5),
        delivery=tuple(rng.randint(0, 2) for _ in range(dimensions)),
        pickup=tuple(rng.randint(0, 1) for _ in range(dimensions)) if "pickup" in on else (),
        skills=frozenset({7} if "skills" in on and rng.random() < 0.3 else ()),
        priority=rng.randint(0, 4) if "priority" in on else 0,
        time_windows=_windows(rng, on, horizon) if rng.random() < 0.7 else (),
        max_ride=_some(rng, "ride" in on, rng.randint(0, horizon // 2)),
        release=rng.randint(0, horizon // 2) if "release" in on and rng.random() < 0.6 else 0,
        must_serve="must_serve" in on and rng.random() < 0.3,
        depot_skills=frozenset({3} if "depot_skills" in on and rng.random() < 0.3 else ()),
        familiarity=(
            {rng.randint(1, vehicles): rng.randint(0, 40)} if "familiarity" in on and rng.random() < 0.5 else {}
        ),
    )


def _vehicle(rng: Random, on: Collection[str], number: int, size: int, dimensions: int, horizon: int) -> Vehicle:
    start: int | None = rng.randrange(2) if "starts" in on else 0
    end = start
    if "open_ends" in on:
        start, end = rng.choice(((None, 0), (0, None), (0, 1), (1, 1)))
    first = rng.randint(0, horizon // 4) if "shift" in on else 0
    breaks = rng.randint(0, 2) if "breaks" in on else 0
    return Vehicle(
        id=number,
        profile=rng.choice(("car", "bike")) if "profiles" in on else "car",
        start=start,
        end=end,
        capacity=tuple(rng.randint(1, 6) for _ in range(dimensions)),
        skills=frozenset({7} if rng.random() < 0.6 else ()),
        shift=TimeWindow(first, min(horizon, first + rng.randint(horizon // 3, horizon)) if "shift" in on else horizon),
        speed_factor=rng.choice((1.0, 0.7, 2.0, 1.3)) if "speed" in on else 1.0,
        max_tasks=_some(rng, "max_tasks" in on, rng.randint(1, 4)),
        max_travel_time=_some(rng, "max_travel_time" in on, rng.randint(0, horizon // 2)),
        max_distance=_some(rng, "max_distance" in on, rng.randint(0, 8_000)),
        costs=replace(
            _costs(rng) if "costs" in on else Costs(),
            overwork=rng.choice((600, 7_200, 36_000)) if "fairness" in on else 0,
        ),
        breaks=tuple(
            Break(id=b, time_windows=_windows(rng, {*on, "windows"}, horizon), service=rng.randint(0, 8))
            for b in range(breaks)
        ),
        max_ride=_some(rng, "vehicle_ride" in on, rng.randint(0, horizon)),
        max_trips=rng.randint(1, 3) if "reload" in on and start is not None else 1,
        load_duration=rng.randint(0, 9) if "load_duration" in on else 0,
        max_duration=_some(rng, "max_duration" in on, rng.randint(1, horizon)),
        fair_work=_some(rng, "fairness" in on, rng.randint(0, horizon // 2)),
    )


def _costs(rng: Random) -> Costs:
    return Costs(rng.choice((0, 30, 200)), rng.choice((0, 1_000, 3_600)), rng.choice((0, 7, 50)))


def _add_steps(rng: Random, on: Collection[str], fleet: list[Vehicle], ids: list[int]) -> None:
    if not {"locked", "warm_start"} & set(on):
        return
    ids = rng.sample(ids, len(ids))
    for position, vehicle in enumerate(fleet):
        steps: list[Step] = []
        for _ in range(rng.randint(0, 3)):
            if not ids:
                break
            if steps and vehicle.max_trips > 1 and rng.random() < 0.3:
                steps.append(Step(None))
            steps.append(Step(ids.pop(), locked="locked" in on and rng.random() < 0.7))
        if steps and steps[-1].stop is None:
            steps.pop()
        fleet[position] = replace(vehicle, steps=tuple(steps))


def _depots(rng: Random, on: Collection[str], fleet: list[Vehicle], dimensions: int, n: int) -> tuple[Depot, ...]:
    if not {"depot_capacity", "depot_skills"} & set(on):
        return ()
    found = []
    for location in (0, 1):
        capacity = tuple(rng.randint(0, 2 * n) for _ in range(dimensions)) if dimensions else None
        if "depot_capacity" not in on or rng.random() < 0.4:
            capacity = None
        skills = frozenset({3} if "depot_skills" in on and rng.random() < 0.7 else ())
        if rng.random() < 0.8 or any(vehicle.start == location for vehicle in fleet):
            found.append(Depot(location=location, capacity=capacity, skills=skills))
    return tuple(found)


# -- problems with a plan that fits exactly ---------------------------------------------------------------------------


def tight(rng: Random, n: int, *, horizon: int = 240) -> tuple[Problem, Plan]:
    """A problem and a plan that serves every stop of it; many limits are exactly what the plan needs."""
    loose = problems(rng, n, keys=_LOOSE & {key for key in KEYS if rng.random() < 0.6}, horizon=horizon)
    vehicles = list(loose.vehicles)
    stops = {stop.id: stop for stop in loose.stops}
    order = rng.sample(sorted(stops), n)
    routes: list[Route] = []
    for position, vehicle in enumerate(vehicles):
        share = len(order) if position == len(vehicles) - 1 else rng.randint(0, len(order))
        mine, order = order[:share], order[share:]
        if not mine:
            continue
        trips = _trips(rng, mine, 3 if vehicle.start is not None else 1)
        breaks = tuple(Break(id=b, service=rng.randint(0, 8)) for b in range(rng.choice((0, 0, 1, 2))))
        free = replace(
            vehicle,
            capacity=(9 * n,) * loose.dimensions,
            skills=frozenset({7}),
            shift=TimeWindow(vehicle.shift.earliest),
            breaks=breaks,
            max_trips=len(trips),
        )
        wide = replace(loose, vehicles=tuple(free if v.id == vehicle.id else v for v in vehicles))
        route = time_route(wide, free, trips)
        assert isinstance(route, Route)
        routes.append(route)
        vehicles[position] = _fitted(rng, wide, free, route)
        for loading, visit in _rides(route):
            if visit.id is not None:
                stops[visit.id] = _fitted_stop(rng, stops[visit.id], loading.begin, loading.departure, visit.begin)
    depots = tuple(
        Depot(location=place, capacity=_loaded(loose, vehicles, routes, place) if rng.random() < 0.5 else None)
        for place in (0, 1)
    )
    problem = replace(loose, stops=tuple(stops.values()), vehicles=tuple(vehicles), depots=depots)
    final = tuple(time_route(problem, problem.vehicle(route.vehicle), route.trip_stops) for route in routes)
    return problem, Plan(tuple(route for route in final if isinstance(route, Route)))


_LOOSE: Final = {
    *("compartments", "pickup", "setup", "profiles", "speed", "costs", "open_ends", "starts", "load_duration"),
    *("priority", "must_serve", "familiarity", "symmetric", "no_way", "coinciding", "way_within"),
}


def _trips(rng: Random, stops: list[int], most: int) -> tuple[tuple[int, ...], ...]:
    trips: list[list[int]] = [[]]
    for stop in stops:
        if trips[-1] and len(trips) < most and rng.random() < 0.3:
            trips.append([])
        trips[-1].append(stop)
    return tuple(tuple(trip) for trip in trips)


def _rides(route: Route) -> list[tuple[Visit, Visit]]:
    return [(trip.loading, visit) for trip in route.trips for visit in trip.visits if visit.kind is Kind.JOB]


def _fitted_stop(rng: Random, stop: Stop, loading: int, left: int, begin: int) -> Stop:
    early, late = rng.choice((0, 0, 5, 60)), rng.choice((0, 0, 5, 60))
    windows: tuple[TimeWindow, ...] = (TimeWindow(max(0, begin - early), begin + late),)
    if rng.random() < 0.3:
        windows += (TimeWindow(begin + late + 20, begin + late + 40),)
    return replace(
        stop,
        time_windows=windows if rng.random() < 0.5 else (),
        max_ride=begin - left + rng.choice((0, 0, 9)) if rng.random() < 0.5 else None,
        release=max(0, loading - rng.choice((0, 0, 30))) if rng.random() < 0.3 else 0,
        skills=frozenset({7} if rng.random() < 0.2 else ()),
    )


def _fitted(rng: Random, problem: Problem, vehicle: Vehicle, route: Route) -> Vehicle:
    """The vehicle with limits that this route just keeps."""
    start, end = route.visits[0], route.visits[-1]
    travel = problem.travel(vehicle)
    places = [visit.location for visit in route.visits if visit.kind is not Kind.BREAK and visit.location is not None]
    metres = int(travel.distances[places[:-1], places[1:]].sum()) if travel.distances is not None else 0
    ride = max(visit.begin - loading.departure for loading, visit in _rides(route))
    begins = {visit.id: visit.begin for visit in route.visits if visit.kind is Kind.BREAK}
    steps: list[Step] = []
    for trip in route.trip_stops:
        steps += [Step(None)] if steps else []
        steps += [Step(stop, locked=rng.random() < 0.2) for stop in trip]
    return replace(
        vehicle,
        capacity=_most_aboard(problem, route),
        shift=TimeWindow(max(0, start.arrival - rng.choice((0, 20))), end.arrival + rng.choice((0, 0, 60))),
        breaks=tuple(
            replace(pause, time_windows=(TimeWindow(begins[pause.id], begins[pause.id] + rng.choice((0, 9, 60))),))
            for pause in vehicle.breaks
        ),
        max_ride=ride if rng.random() < 0.2 else None,
        max_tasks=_some(rng, True, len(route.stops)),
        max_travel_time=_some(rng, True, end.duration),
        max_distance=_some(rng, True, metres),
        max_duration=_some(rng, True, end.arrival - start.begin),
        steps=tuple(steps) if rng.random() < 0.5 else (),
    )


def _most_aboard(problem: Problem, route: Route) -> tuple[int, ...]:
    loads = [visit.load for visit in route.visits if visit.kind is not Kind.END]
    return tuple(max(load[k] for load in loads) for k in range(problem.dimensions))


def _loaded(problem: Problem, vehicles: list[Vehicle], routes: list[Route], place: int) -> tuple[int, ...] | None:
    starts = {vehicle.id: vehicle.start for vehicle in vehicles}
    stops = [problem.stop(stop) for route in routes if starts[route.vehicle] == place for stop in route.stops]
    return tuple(sum(stop.delivery[k] for stop in stops) for k in range(problem.dimensions)) or None
