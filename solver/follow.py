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
    """Windows that this order misses even at full haste give way first; then ask for exact times and let what fails give way."""
    begins, end = _earliest(problem, vehicle, orders)
    orders = [
        [_opened(stop, begin) if _misses(stop, begin) else stop for stop, begin in zip(order, row, strict=True)]
        for order, row in zip(orders, begins, strict=True)
    ]
    if end > vehicle.shift.latest:
        vehicle = replace(vehicle, shift=TimeWindow(vehicle.shift.earliest, LARGEST))
    while True:
        answer = time_orders(problem, vehicle, orders)
        if isinstance(answer, Route):
            return answer
        vehicle = _give_way(vehicle, orders, answer)


def _give_way(vehicle: Vehicle, orders: list[list[Stop]], failed: Infeasible) -> Vehicle:
    """Loosen in place what else fails: ride limits that contradict windows, then breaks, then the shift.

    Full haste keeps every window by now, so that dropping these is enough; returns the vehicle.
    """
    trip = next((n for n, order in enumerate(orders) for stop in order if stop.id == failed.stop), None)
    if failed.cause is Cause.MAX_RIDE and trip is not None:
        orders[trip] = [_unridden(stop) if stop.id == failed.stop else stop for stop in orders[trip]]
        return vehicle
    limited = [n for n, order in enumerate(orders) if any(stop.max_ride not in {None, UNLIMITED} for stop in order)]
    if limited:
        chosen = trip if trip in limited else limited[0]
        orders[chosen] = [_unridden(stop) for stop in orders[chosen]]
        return vehicle
    if vehicle.breaks:
        return replace(vehicle, breaks=())
    if vehicle.shift.latest < LARGEST:
        return replace(vehicle, shift=TimeWindow(vehicle.shift.earliest, LARGEST))
    raise AssertionError(f"vehicle {vehicle.id}: {failed}")


def _unridden(stop: Stop) -> Stop:
    return replace(stop, max_ride=UNLIMITED)


def _misses(stop: Stop, begin: int) -> bool:
    return bool(stop.time_windows) and begin > stop.time_windows[-1].latest


def _opened(stop: Stop, until: int) -> Stop:
    last = stop.time_windows[-1]
    return replace(stop, time_windows=(*stop.time_windows[:-1], TimeWindow(last.earliest, until)))


def _earliest(problem: Problem, vehicle: Vehicle, orders: list[list[Stop]]) -> tuple[list[list[int]], int]:
    """The first second at which service could begin at each stop, going on at once everywhere, and when the vehicle could be back."""
    durations = problem.travel(vehicle).durations
    clock, begins = vehicle.shift.earliest, []
    place = vehicle.start
    for order in orders:
        clock = max(clock, *(stop.release for stop in order)) + vehicle.load_duration
        place, row = vehicle.start, []
        for stop in order:
            clock += int(durations[place, stop.location]) if place is not None else 0
            clock = _begin(clock, stop)
            row.append(clock)
            clock += (stop.setup if place != stop.location else 0) + stop.service
            place = stop.location
        begins.append(row)
        target = vehicle.end if order is orders[-1] else vehicle.start
        clock += int(durations[place, target]) if place is not None and target is not None else 0
    return begins, clock


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
