"""One way or more to break each rule of the contract: a clean plan and its problem, with one thing changed."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from solver.plan import Cause, Kind, Plan, Route, Unassigned, Visit
from solver.problem import Break, Depot, Problem, Step, Stop, TimeWindow, Vehicle

Case = tuple[Problem, Plan]
Breaking = Callable[[Problem, Plan, Random], Case | None]


def with_stop(problem: Problem, stop: int, **changes: Any) -> Problem:
    return replace(problem, stops=tuple(replace(s, **changes) if s.id == stop else s for s in problem.stops))


def with_vehicle(problem: Problem, vehicle: int, **changes: Any) -> Problem:
    changed = tuple(replace(v, **changes) if v.id == vehicle else v for v in problem.vehicles)
    return replace(problem, vehicles=changed)


def with_visit(plan: Plan, vehicle: int, position: int, **changes: Any) -> Plan:
    routes = []
    for route in plan.routes:
        visits = list(route.visits)
        if route.vehicle == vehicle:
            visits[position] = replace(visits[position], **changes)
        routes.append(Route(route.vehicle, tuple(visits)))
    return Plan(tuple(routes), plan.unassigned)


def some_route(problem: Problem, plan: Plan, rng: Random) -> tuple[Vehicle, Route]:
    route = rng.choice(plan.routes)
    return problem.vehicle(route.vehicle), route


def some_job(problem: Problem, plan: Plan, rng: Random) -> tuple[Vehicle, Stop, Visit, Visit]:
    """A served stop with its vehicle, the loading of its trip and its visit."""
    vehicle, route = some_route(problem, plan, rng)
    loading, visit = rng.choice(
        [(trip.loading, visit) for trip in route.trips for visit in trip.visits if visit.kind is Kind.JOB]
    )
    assert visit.id is not None
    return vehicle, problem.stop(visit.id), loading, visit


# -- one way or more to break each rule -------------------------------------------------------------------------------


def lost(problem: Problem, plan: Plan, rng: Random) -> Case:
    gone = rng.choice(plan.routes)
    return problem, Plan(tuple(route for route in plan.routes if route is not gone), plan.unassigned)


def served_and_left_out(problem: Problem, plan: Plan, rng: Random) -> Case:
    _, stop, _, _ = some_job(problem, plan, rng)
    return problem, Plan(plan.routes, (*plan.unassigned, Unassigned(stop.id, "why")))


def left_out_twice(problem: Problem, plan: Plan, rng: Random) -> Case:
    gone = rng.choice(plan.routes)
    twice = tuple(Unassigned(stop, "why") for stop in gone.stops) * 2
    return problem, Plan(tuple(route for route in plan.routes if route is not gone), twice)


def stranger(problem: Problem, plan: Plan, rng: Random) -> Case:
    return problem, Plan(plan.routes, (Unassigned(rng.randint(1_000, 9_999), "why"),))


def stranger_on_the_way(problem: Problem, plan: Plan, rng: Random) -> Case:
    vehicle, route = some_route(problem, plan, rng)
    end = len(route.visits) - 1
    before = route.visits[end - 1]
    if vehicle.max_tasks is not None:
        problem = with_vehicle(problem, vehicle.id, max_tasks=vehicle.max_tasks + 1)
    unknown = Visit(kind=Kind.JOB, id=12_345, arrival=before.departure, duration=before.duration)
    visits = (*route.visits[:end], unknown, route.visits[end])
    return problem, Plan(tuple(Route(r.vehicle, visits) if r is route else r for r in plan.routes))


def skills(problem: Problem, plan: Plan, rng: Random) -> Case:
    _, stop, _, _ = some_job(problem, plan, rng)
    return with_stop(problem, stop.id, skills=stop.skills | {99}), plan


def depot_skills(problem: Problem, plan: Plan, rng: Random) -> Case:
    _, stop, _, _ = some_job(problem, plan, rng)
    return with_stop(problem, stop.id, depot_skills=stop.depot_skills | {98}), plan


def capacity(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, route = some_route(problem, plan, rng)
    most = [max(v.load[k] for v in route.visits[:-1]) for k in range(problem.dimensions)]
    if not any(most):
        return None
    k = rng.choice([k for k, amount in enumerate(most) if amount])
    room = tuple(most[k] - 1 if i == k else amount for i, amount in enumerate(vehicle.capacity))
    return with_vehicle(problem, vehicle.id, capacity=room), plan


def depot_capacity(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, _ = some_route(problem, plan, rng)
    here = [r for r in plan.routes if problem.vehicle(r.vehicle).start == vehicle.start]
    stops = [problem.stop(stop) for route in here for stop in route.stops]
    loaded = [sum(stop.delivery[k] for stop in stops) for k in range(problem.dimensions)]
    if vehicle.start is None or not any(loaded):
        return None
    k = rng.choice([k for k, amount in enumerate(loaded) if amount])
    loaded[k] -= 1
    others = tuple(depot for depot in problem.depots if depot.location != vehicle.start)
    return replace(problem, depots=(*others, Depot(location=vehicle.start, capacity=tuple(loaded)))), plan


def window_too_late(problem: Problem, plan: Plan, rng: Random) -> Case:
    _, stop, _, visit = some_job(problem, plan, rng)
    return with_stop(problem, stop.id, time_windows=(TimeWindow(visit.begin + 1, visit.begin + 9),)), plan


def window_too_early(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    _, stop, _, visit = some_job(problem, plan, rng)
    if visit.begin == 0:
        return None
    return with_stop(problem, stop.id, time_windows=(TimeWindow(0, visit.begin - 1),)), plan


def window_between(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    _, stop, _, visit = some_job(problem, plan, rng)
    if visit.begin == 0:
        return None
    gap = (TimeWindow(0, visit.begin - 1), TimeWindow(visit.begin + 1, visit.begin + 5))
    return with_stop(problem, stop.id, time_windows=gap), plan


def ride(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    _, stop, loading, visit = some_job(problem, plan, rng)
    rode = visit.begin - loading.departure
    return (with_stop(problem, stop.id, max_ride=rode - 1), plan) if rode else None


def ride_of_vehicle(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, _ = some_route(problem, plan, rng)
    rides = [v.begin - trip.loading.departure for r in plan.routes for trip in r.trips for v in trip.visits
             if r.vehicle == vehicle.id and v.kind is Kind.JOB]  # fmt: skip
    if not max(rides):
        return None
    free = replace(problem, stops=tuple(replace(s, max_ride=None) for s in problem.stops))
    return with_vehicle(free, vehicle.id, max_ride=max(rides) - 1), plan


def release(problem: Problem, plan: Plan, rng: Random) -> Case:
    _, stop, loading, _ = some_job(problem, plan, rng)
    return with_stop(problem, stop.id, release=loading.begin + 1), plan


def load_duration(problem: Problem, plan: Plan, rng: Random) -> Case:
    vehicle, _ = some_route(problem, plan, rng)
    return with_vehicle(problem, vehicle.id, load_duration=vehicle.load_duration + 1), plan


def shift_ends(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, route = some_route(problem, plan, rng)
    last = route.visits[-1].arrival - 1
    if last < vehicle.shift.earliest:
        return None
    return with_vehicle(problem, vehicle.id, shift=TimeWindow(vehicle.shift.earliest, last)), plan


def shift_begins(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, route = some_route(problem, plan, rng)
    first = route.visits[0].arrival + 1
    if first > vehicle.shift.latest:
        return None
    return with_vehicle(problem, vehicle.id, shift=TimeWindow(first, vehicle.shift.latest)), plan


def max_duration(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, route = some_route(problem, plan, rng)
    lasts = route.visits[-1].arrival - route.visits[0].begin
    return (with_vehicle(problem, vehicle.id, max_duration=lasts - 1), plan) if lasts else None


def max_travel_time(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, route = some_route(problem, plan, rng)
    travels = route.visits[-1].duration
    return (with_vehicle(problem, vehicle.id, max_travel_time=travels - 1), plan) if travels else None


def max_distance(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, route = some_route(problem, plan, rng)
    table = problem.travel(vehicle).distances
    assert table is not None
    places: list[int | None] = []
    for trip in route.trip_stops:
        places += [vehicle.start, *(problem.stop(stop).location for stop in trip)]
    places.append(vehicle.end)
    known = [place for place in places if place is not None]
    metres = int(table[known[:-1], known[1:]].sum())
    return (with_vehicle(problem, vehicle.id, max_distance=metres - 1), plan) if metres else None


def max_tasks(problem: Problem, plan: Plan, rng: Random) -> Case:
    vehicle, route = some_route(problem, plan, rng)
    return with_vehicle(problem, vehicle.id, max_tasks=len(route.stops) - 1), plan


def max_trips(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, route = some_route(problem, plan, rng)
    trips = len(route.trips)
    return (with_vehicle(problem, vehicle.id, max_trips=trips - 1), plan) if trips > 1 else None


def break_not_taken(problem: Problem, plan: Plan, rng: Random) -> Case:
    vehicle, _ = some_route(problem, plan, rng)
    return with_vehicle(problem, vehicle.id, breaks=(*vehicle.breaks, Break(id=77))), plan


def break_unknown(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, _ = some_route(problem, plan, rng)
    return (with_vehicle(problem, vehicle.id, breaks=vehicle.breaks[1:]), plan) if vehicle.breaks else None


def break_too_short(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, _ = some_route(problem, plan, rng)
    longer = tuple(replace(pause, service=pause.service + 1) for pause in vehicle.breaks)
    return (with_vehicle(problem, vehicle.id, breaks=longer), plan) if longer else None


def break_out_of_its_window(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, route = some_route(problem, plan, rng)
    if not vehicle.breaks:
        return None
    begins = {visit.id: visit.begin for visit in route.visits if visit.kind is Kind.BREAK}
    first = vehicle.breaks[0]
    later = replace(first, time_windows=(TimeWindow(begins[first.id] + 1, begins[first.id] + 2),))
    return with_vehicle(problem, vehicle.id, breaks=(later, *vehicle.breaks[1:])), plan


def arrival_before_it_can_be(problem: Problem, plan: Plan, rng: Random) -> Case:
    _, route = some_route(problem, plan, rng)
    places = [i for i, visit in enumerate(route.visits) if visit.kind in {Kind.JOB, Kind.RELOAD}]
    position = rng.choice(places)
    visit = route.visits[position]
    early = {"arrival": visit.arrival - 1, "waiting": visit.waiting + 1}
    return problem, with_visit(plan, route.vehicle, position, **early)


def time_lost_on_the_way(problem: Problem, plan: Plan, rng: Random) -> Case:
    """All from one job on arrive a second later than the ways take; limits give way, so that only the clock is wrong."""
    _, route = some_route(problem, plan, rng)
    free = without_limits(problem)
    position = rng.choice([i for i, visit in enumerate(route.visits) if visit.kind in {Kind.JOB, Kind.RELOAD}])
    visits = [replace(v, arrival=v.arrival + 1) if i >= position else v for i, v in enumerate(route.visits)]
    return free, Plan(tuple(Route(r.vehicle, tuple(visits)) if r is route else r for r in plan.routes))


def wrong_travel_time(problem: Problem, plan: Plan, rng: Random) -> Case:
    _, route = some_route(problem, plan, rng)
    position = rng.choice([i for i, visit in enumerate(route.visits) if visit.kind is Kind.JOB])
    return problem, with_visit(plan, route.vehicle, position, duration=route.visits[position].duration + 1)


def setup_passed_off_as_service(problem: Problem, plan: Plan, rng: Random) -> Case:
    _, route = some_route(problem, plan, rng)
    position = rng.choice([i for i, visit in enumerate(route.visits) if visit.kind is Kind.JOB])
    visit = route.visits[position]
    return problem, with_visit(plan, route.vehicle, position, setup=visit.setup + 1, service=visit.service - 1)


def locked_to_another(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, stop, _, _ = some_job(problem, plan, rng)
    others = [v for v in problem.vehicles if v.id != vehicle.id]
    if not others:
        return None
    other = rng.choice(others)
    bare = with_vehicle(problem, vehicle.id, steps=tuple(s for s in vehicle.steps if s.stop != stop.id))
    return with_vehicle(bare, other.id, steps=(*other.steps, Step(stop.id, locked=True))), plan


def locked_in_another_order(problem: Problem, plan: Plan, rng: Random) -> Case | None:
    vehicle, route = some_route(problem, plan, rng)
    if len(route.stops) < 2:
        return None
    chosen = rng.sample(range(len(route.stops)), 2)
    later, earlier = (route.stops[i] for i in sorted(chosen, reverse=True))
    return with_vehicle(problem, vehicle.id, steps=(Step(later, locked=True), Step(earlier, locked=True))), plan


def without_limits(problem: Problem) -> Problem:
    stops = tuple(replace(s, time_windows=(), max_ride=None, release=0) for s in problem.stops)
    vehicles = tuple(
        replace(
            v,
            shift=TimeWindow(),
            breaks=tuple(replace(pause, time_windows=()) for pause in v.breaks),
            max_ride=None,
            max_duration=None,
        )
        for v in problem.vehicles
    )
    return replace(problem, stops=stops, vehicles=vehicles)


BROKEN: list[tuple[Cause, Breaking]] = [
    (Cause.LOST, lost),
    (Cause.SERVED_TWICE, served_and_left_out),
    (Cause.SERVED_TWICE, left_out_twice),
    (Cause.UNKNOWN_JOB, stranger),
    (Cause.UNKNOWN_JOB, stranger_on_the_way),
    (Cause.SKILLS, skills),
    (Cause.DEPOT_SKILLS, depot_skills),
    (Cause.CAPACITY, capacity),
    (Cause.DEPOT_CAPACITY, depot_capacity),
    (Cause.TIME_WINDOW, window_too_late),
    (Cause.TIME_WINDOW, window_too_early),
    (Cause.TIME_WINDOW, window_between),
    (Cause.MAX_RIDE, ride),
    (Cause.MAX_RIDE, ride_of_vehicle),
    (Cause.RELEASE, release),
    (Cause.LOAD_DURATION, load_duration),
    (Cause.SHIFT, shift_ends),
    (Cause.SHIFT, shift_begins),
    (Cause.MAX_DURATION, max_duration),
    (Cause.MAX_TRAVEL_TIME, max_travel_time),
    (Cause.MAX_DISTANCE, max_distance),
    (Cause.MAX_TASKS, max_tasks),
    (Cause.MAX_TRIPS, max_trips),
    (Cause.BREAK, break_not_taken),
    (Cause.BREAK, break_unknown),
    (Cause.BREAK, break_too_short),
    (Cause.BREAK, break_out_of_its_window),
    (Cause.TIMING, arrival_before_it_can_be),
    (Cause.TIMING, time_lost_on_the_way),
    (Cause.TIMING, wrong_travel_time),
    (Cause.TIMING, setup_passed_off_as_service),
    (Cause.LOCKED, locked_to_another),
    (Cause.LOCKED, locked_in_another_order),
]
