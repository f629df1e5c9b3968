"""Times for an order of stops that a person decided on, also where it breaks limits (VROOM's plan mode).

What can be driven within every limit gets the same times as ``schedule.time_route`` gives. Otherwise limits give way, one
after the other and no further than needed: a window as far as the earliest possible arrival, a ride limit, a shift. So
lateness is the least that this order allows, and ``check`` names what gave way.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from solver.plan import Cause, Kind, Route, Visit
from solver.problem import LARGEST, Problem, Stop, TimeWindow, Vehicle
from solver.schedule import Infeasible, time_orders, time_route

Trips = Sequence[Sequence[int]]

UNLIMITED: Final = LARGEST


def follow(problem: Problem, vehicle: Vehicle, trips: Trips, *, start: int | None = None) -> Route:
    """The route of a vehicle that serves these trips in this order, with its times; never refuses.

    ``trips`` holds stop ids by trip; empty trips are left out. ``start`` (seconds) is when the first loading begins; None
    lets it begin as late as is good. What is broken is the checker's to say. Raises ValueError when there is no stop.
    """
    kept = [trip for trip in trips if trip]
    if start is None:
        exact = time_route(problem, vehicle, kept)
        if isinstance(exact, Route):
            return exact
    orders = [[_carried(problem.stop(stop), vehicle) for stop in trip] for trip in kept]
    if not orders:
        raise ValueError(f"vehicle {vehicle.id} has no stop to serve")
    able = replace(vehicle, max_duration=None, steps=())
    if start is None:
        return _yielding(problem, able, orders)
    first = _driven(problem, able, orders[0], start)
    return first if len(orders) == 1 else _joined(problem, first, _rest(problem, able, orders[1:], first), able)


def _carried(stop: Stop, vehicle: Vehicle) -> Stop:
    """The stop with the ride limit that holds for it here, so that it can give way for this stop alone."""
    limit = stop.max_ride if stop.max_ride is not None else vehicle.max_ride
    return stop if limit == stop.max_ride else replace(stop, max_ride=limit)


def _yielding(problem: Problem, vehicle: Vehicle, orders: list[list[Stop]]) -> Route:
    """Ask for exact times; let the limit that fails give way; ask again. Each stop gives way at most twice."""
    orders = [list(order) for order in orders]
    while True:
        answer = time_orders(problem, vehicle, orders)
        if isinstance(answer, Route):
            return answer
        vehicle = _give_way(problem, vehicle, orders, answer)


def _give_way(problem: Problem, vehicle: Vehicle, orders: list[list[Stop]], failed: Infeasible) -> Vehicle:
    """Loosen in place what failed; returns the vehicle, whose shift or breaks may have given way."""
    if failed.cause is Cause.BREAK:
        return replace(vehicle, breaks=())
    trip = next((n for n, order in enumerate(orders) for stop in order if stop.id == failed.stop), None)
    if failed.cause is Cause.TIME_WINDOW and trip is not None:
        begins = _earliest(problem, vehicle, orders)
        for n, order in enumerate(orders):
            for k, stop in enumerate(order):
                if n <= trip and stop.id == failed.stop and _misses(stop, begins[n][k]):
                    order[k] = _opened(stop, begins[n][k])
                    return vehicle
        # in time if it left at once: a ride limit further on makes it wait, and gives way instead
        if any(stop.max_ride not in {None, UNLIMITED} for stop in orders[trip]):
            orders[trip] = [replace(stop, max_ride=UNLIMITED) for stop in orders[trip]]
            return vehicle
    if failed.cause is Cause.MAX_RIDE and trip is not None:
        orders[trip] = [replace(stop, max_ride=UNLIMITED) if stop.id == failed.stop else stop for stop in orders[trip]]
        return vehicle
    if vehicle.shift.latest < LARGEST:
        return replace(vehicle, shift=TimeWindow(vehicle.shift.earliest, LARGEST), breaks=())
    # nothing is left to hold it: windows of every stop give way together
    for order in orders:
        order[:] = [replace(stop, time_windows=(), max_ride=UNLIMITED) for stop in order]
    return vehicle


def _misses(stop: Stop, begin: int) -> bool:
    return bool(stop.time_windows) and begin > stop.time_windows[-1].latest


def _opened(stop: Stop, until: int) -> Stop:
    last = stop.time_windows[-1]
    return replace(stop, time_windows=(*stop.time_windows[:-1], TimeWindow(last.earliest, until)))


def _earliest(problem: Problem, vehicle: Vehicle, orders: list[list[Stop]]) -> list[list[int]]:
    """The first second at which service could begin at each stop, going on at once everywhere."""
    durations = problem.travel(vehicle).durations
    clock, begins = vehicle.shift.earliest, []
    for order in orders:
        clock = max(clock, *(stop.release for stop in order)) + vehicle.load_duration
        place, row = vehicle.start, []
        for stop in order:
            clock += int(durations[place, stop.location]) if place is not None else 0
            clock = _begin(clock, stop)
            row.append(clock)
            clock += (stop.setup if place != stop.location else 0) + stop.service
            place = stop.location
        clock += int(durations[place, vehicle.start]) if place is not None and vehicle.start is not None else 0
        begins.append(row)
    return begins


def _begin(clock: int, stop: Stop) -> int:
    """The first moment in a window; behind all of them, at once."""
    return next((max(clock, w.earliest) for w in stop.time_windows if clock <= w.latest), clock)


def _driven(problem: Problem, vehicle: Vehicle, order: list[Stop], start: int) -> Route:
    """One trip whose loading begins exactly at ``start``, driven without a pause of its own choosing."""
    durations = problem.travel(vehicle).durations
    load = tuple(sum(amounts) for amounts in zip(*(stop.delivery for stop in order), strict=True))
    begun_at = vehicle.start if vehicle.start is not None else order[0].location
    loading = Visit(kind=Kind.START, location=begun_at, arrival=start, service=vehicle.load_duration, load=load)
    visits, clock, travelled, place = [loading], loading.departure, 0, vehicle.start
    for stop in order:
        way = int(durations[place, stop.location]) if place is not None else 0
        travelled += way
        begin = _begin(clock + way, stop)
        load = tuple(n - d + p for n, d, p in zip(load, stop.delivery, stop.pickup, strict=True))
        visit = Visit(
            kind=Kind.JOB, id=stop.id, location=stop.location, arrival=clock + way, waiting=begin - clock - way,
            setup=stop.setup if place != stop.location else 0, service=stop.service, duration=travelled, load=load,
        )  # fmt: skip
        visits.append(visit)
        clock, place = visit.departure, stop.location
    back = int(durations[place, vehicle.end]) if place is not None and vehicle.end is not None else 0
    end = vehicle.end if vehicle.end is not None else order[-1].location
    kept = tuple(sum(amounts) for amounts in zip(*(stop.pickup for stop in order), strict=True))
    visits.append(Visit(kind=Kind.END, location=end, arrival=clock + back, duration=travelled + back, load=kept))
    return Route(vehicle.id, tuple(visits))


def _rest(problem: Problem, vehicle: Vehicle, orders: list[list[Stop]], first: Route) -> Route:
    """The trips after the first, as a route of its own that may load from the moment the first is back."""
    last = first.visits[-2]
    back = last.departure + _home(problem, vehicle, last)
    later = replace(vehicle, shift=TimeWindow(back, max(back, vehicle.shift.latest)))
    return _yielding(problem, later, orders)


def _joined(problem: Problem, first: Route, rest: Route, vehicle: Vehicle) -> Route:
    """Both as one route: the rest's loading becomes a reload that is reached straight from the first trip."""
    begun, last = rest.visits[0], first.visits[-2]
    way = _home(problem, vehicle, last)
    arrival, travelled = last.departure + way, last.duration + way
    reload = replace(begun, kind=Kind.RELOAD, arrival=arrival, waiting=begun.begin - arrival, duration=travelled)
    after = tuple(replace(visit, duration=visit.duration + travelled) for visit in rest.visits[1:])
    return Route(vehicle.id, (*first.visits[:-1], reload, *after))


def _home(problem: Problem, vehicle: Vehicle, last: Visit) -> int:
    """Seconds from a visit to where the next trip loads."""
    if last.location is None or vehicle.start is None:
        return 0
    return int(problem.travel(vehicle).durations[last.location, vehicle.start])
