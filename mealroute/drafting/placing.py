"""The best place for stops by hand: with the solver's own insertion where nothing may break, else the least bad place. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from mealroute.drafting import build, evaluate, rules
from mealroute.drafting.evaluate import Evaluation
from mealroute.drafting.records import Arrangement, Effect, Ground, Place, Trips, trips_of
from solver import parts
from solver.construct import fill, start_from, walk
from solver.construct_state import State
from solver.cost import route_terms
from solver.follow import follow
from solver.plan import Route
from solver.problem import Problem
from solver.schedule import time_route

TRIED = 8
"""Routes looked at for the list of ways to place a stop: those with the shortest detour."""


def closed(now: Evaluation) -> set[int]:
    """Vehicles that a search for the best place leaves alone: locked, with a fixed start, or breaking something already."""
    arrangement = now.arrangement
    broken = {fault.vehicle for fault in now.broken if fault.vehicle is not None}
    fixed = {vehicle for vehicle in arrangement.starts if not build.leading(arrangement, vehicle)}
    return set(arrangement.locked_routes) | fixed | broken


def spread(
    now: Evaluation, arrangement: Arrangement, stops: Iterable[int], *, only: Collection[int] | None = None
) -> Arrangement:
    """``arrangement`` with each of the stops at the cheapest place that breaks nothing; those without one stay unassigned.

    ``only``: the vehicles that may take them. What is on the routes already stays as it is.
    """
    problem = now.given.built.problem
    frozen = closed(now)
    if only is not None:
        frozen |= {vehicle.id for vehicle in problem.vehicles if vehicle.id not in only}
    part = build.open_part(problem, arrangement, frozen, build.returns(arrangement, now.plan))
    wanted = [stop for stop in stops if part is not None and part.has_stop(stop)]
    if part is None or not wanted:
        return arrangement
    state = State(part)
    start_from(state, build.sequences(arrangement, without=frozen))
    index = {stop.id: i for i, stop in enumerate(part.stops)}
    fill(state, walk(state, (index[stop] for stop in wanted if index[stop] in state.unassigned)))
    found = {v.id: state.ids(trips) for v, trips in zip(part.vehicles, state.trips, strict=True)}
    return build.arranged(found, arrangement, kept=frozen)


TRIED_SINGLY = 3
"""Up to so many stops that fit nowhere are tried at every place of a route; more of them become a further trip as they are."""


def joined(now: Evaluation, arrangement: Arrangement, vehicle: int, stops: Sequence[int]) -> Arrangement:
    """Stops on one route: each at its cheapest whole place, then those that have none at their least bad one."""
    after = spread(now, arrangement, stops, only={vehicle})
    left = [stop for stop in stops if after.vehicle_of(stop) is None]
    if len(left) > TRIED_SINGLY:
        return rules.with_trips(after, vehicle, (*trips_of(after, vehicle), tuple(left)))
    for stop in left:
        after = on_route(now, after, vehicle, stop)
    return after


PLACES_TRIED = 8
"""Places of a route that are timed exactly: those with the shortest detour. The others are later for everybody behind them."""


def on_route(now: Evaluation, arrangement: Arrangement, vehicle: int, stop: int) -> Arrangement:
    """A stop at its best place on one route: the cheapest that breaks nothing, else the one that is least late."""
    problem = now.given.built.problem
    trips = trips_of(arrangement, vehicle)
    spots = sorted(_spots(problem, arrangement, vehicle, stop))[:PLACES_TRIED]
    best: tuple[tuple[int, int], Trips] | None = None
    for _detour, n, position in spots:
        candidate = rules.inserted(trips, n, position, [stop])
        price = _price(problem, arrangement, vehicle, candidate)
        if best is None or price < best[0]:
            best = price, candidate
    assert best is not None, "a new trip is always a place"
    return rules.with_trips(arrangement, vehicle, best[1])


def _spots(problem: Problem, arrangement: Arrangement, vehicle_id: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """Every place on a route as (detour in seconds, trip, position), a further trip included; nothing before or between what is on
    the road.
    """
    vehicle, trips = problem.vehicle(vehicle_id), trips_of(arrangement, vehicle_id)
    durations, here = problem.travel(vehicle).durations, problem.stop(stop).location
    stops = [each for trip in trips for each in trip]
    done = max((n for n, each in enumerate(stops, 1) if each in arrangement.under_way), default=0)

    def way(one: int | None, other: int | None) -> int:
        return int(durations[one, other]) if one is not None and other is not None else 0

    passed = 0
    for n, trip in enumerate(trips):
        back = vehicle.end if n == len(trips) - 1 else vehicle.start
        places = [vehicle.start, *(problem.stop(each).location for each in trip), back]
        for position in range(len(trip) + 1):
            # the trip that has left takes nothing more, not even at its end
            if passed + position >= done and not any(each in arrangement.under_way for each in trip):
                before, behind = places[position], places[position + 1]
                yield way(before, here) + way(here, behind) - way(before, behind), n, position
        passed += len(trip)
    yield way(vehicle.start, here) + way(here, vehicle.end), len(trips), 0


def _price(problem: Problem, arrangement: Arrangement, vehicle_id: int, trips: Trips) -> tuple[int, int]:
    """How bad, then how dear: seconds (and other units) over the limits, cost in the solver's units."""
    vehicle = problem.vehicle(vehicle_id)
    start = arrangement.starts.get(vehicle_id)
    exact = time_route(problem, vehicle, trips) if start is None else None
    if isinstance(exact, Route):
        return 0, _cost(problem, exact)
    route = follow(problem, vehicle, trips, start=start)
    return 1 + excess(problem, route), _cost(problem, route)


def _cost(problem: Problem, route: Route) -> int:
    terms = route_terms(problem, route)
    return terms.total - terms.familiarity


def excess(problem: Problem, route: Route) -> int:
    """Seconds of lateness, of too old food and of overtime together; what has no seconds counts an hour each."""
    from solver.plan import Cause, Kind

    vehicle = problem.vehicle(route.vehicle)
    total = max(0, route.visits[-1].arrival - vehicle.shift.latest)
    for trip in route.trips:
        for visit in trip.visits:
            if visit.kind is not Kind.JOB or visit.id is None:
                continue
            stop = problem.stop(visit.id)
            limit = problem.ride_limit(stop, vehicle)
            if stop.time_windows:
                total += max(0, visit.begin - stop.time_windows[-1].latest)
            if limit is not None:
                total += max(0, visit.begin - trip.loading.departure - limit)
    from solver.schedule_fit import misfit

    orders = [[problem.stop(stop) for stop in trip] for trip in route.trip_stops]
    unfit = misfit(problem, vehicle, orders)
    return total + (3600 if unfit is not None and unfit[0] is not Cause.LOCKED else 0)


def places(ground: Ground, now: Evaluation, stop: int, *, most: int) -> tuple[Place, ...]:
    """Where a stop could go, whole places first, then the least broken: with what it changes there. At most ``most``."""
    arrangement = rules.without(now.arrangement, [stop])
    problem = now.given.built.problem
    found = [
        _place(ground, now, on_route(now, arrangement, vehicle, stop), vehicle, stop)
        for vehicle in near(problem, arrangement, stop)
    ]
    found.sort(
        key=lambda place: (
            len(place.breaks),
            place.route.after.late_s,
            place.route.after.cost_fen - place.route.before.cost_fen,
        )
    )
    return tuple(found[:most])


def near(problem: Problem, arrangement: Arrangement, stop_id: int) -> Sequence[int]:
    """Vehicles that may take a stop, by their shortest detour; those in the yard count their way there."""
    stop = problem.stop(stop_id)
    ways: dict[int, int] = {}
    for vehicle in problem.vehicles:
        depot = problem.depot_at(vehicle.start)
        if (
            vehicle.id in arrangement.out
            or vehicle.id in arrangement.locked_routes
            or not stop.skills <= vehicle.skills
        ):
            continue
        if not stop.depot_skills <= (depot.skills if depot is not None else frozenset()):
            continue
        durations = problem.travel(vehicle).durations
        beside = [problem.stop(each).location for trip in trips_of(arrangement, vehicle.id) for each in trip]
        if vehicle.start is not None:
            beside.append(vehicle.start)
        ways[vehicle.id] = min(int(durations[place, stop.location]) for place in beside)
    return sorted(ways, key=lambda vehicle: (ways[vehicle], vehicle))[:TRIED]


def _place(ground: Ground, now: Evaluation, arrangement: Arrangement, vehicle: int, stop: int) -> Place:
    """What becomes of one route; evaluated alone, with everything else as it is."""
    one = build.numbered(Arrangement(routes=tuple(r for r in arrangement.routes if r.vehicle == vehicle), numbers=arrangement.numbers, starts=arrangement.starts, drivers=arrangement.drivers))  # fmt: skip
    after = evaluate.evaluate(ground, one)
    before = now.figures(vehicle)
    at = rules.spot(arrangement, stop)
    assert at is not None
    trip = trips_of(arrangement, vehicle)[at.trip]
    had = {fault.key for fault in now.broken}
    return Place(
        vehicle=vehicle, after=trip[at.position - 1] if at.position else None, trip=at.trip + 1,
        route=Effect(before=before, after=after.figures(vehicle)),
        breaks=tuple(fault for fault in after.broken if fault.key not in had),
    )  # fmt: skip


def open_problem(now: Evaluation, arrangement: Arrangement) -> Problem | None:
    """What could take a stop that ``arrangement`` has on no route: every vehicle that is neither closed nor out, with the trips it has left."""
    return build.open_part(now.given.built.problem, arrangement, closed(now), build.returns(arrangement, now.plan))


def reasons(now: Evaluation, stops: Collection[int]) -> dict[int, str]:
    """Why each of the stops has no place, as a code of ``planning.words.reason``."""
    from solver.explain import explain

    if not stops:
        return {}
    problem, out = now.given.built.problem, now.arrangement.out
    if all(vehicle.id in out for vehicle in problem.vehicles):
        return dict.fromkeys(stops, "no_room")
    on_duty = parts.part(
        problem, {stop.id for stop in problem.stops}, {v.id for v in problem.vehicles if v.id not in out}, {}
    )
    return {left.stop: left.code for left in explain(on_duty, now.plan.routes).unassigned if left.stop in stops}
