"""Moving stops about in an arrangement, and what locks forbid. Pure: no times, no problem."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.drafting.records import Arrangement, Lock, RouteOrder, Trips, trips_of


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a stop is: vehicle, trip (0 is the first) and place in the trip."""

    vehicle: int
    trip: int
    position: int


def spot(arrangement: Arrangement, stop: int) -> Spot | None:
    """Where a stop is, or None where it is on no route."""
    for route in arrangement.routes:
        for n, trip in enumerate(route.trips):
            if stop in trip:
                return Spot(route.vehicle, n, trip.index(stop))
    return None


def without(arrangement: Arrangement, stops: Collection[int]) -> Arrangement:
    """The arrangement with some stops on no route; trips and routes left empty are gone."""
    return _each(arrangement, lambda route: tuple(tuple(s for s in trip if s not in stops) for trip in route.trips))


def with_trips(arrangement: Arrangement, vehicle: int, trips: Iterable[Sequence[int]]) -> Arrangement:
    """The arrangement with these trips for a vehicle, whatever it had."""
    others = tuple(route for route in arrangement.routes if route.vehicle != vehicle)
    kept = tuple(tuple(trip) for trip in trips if trip)
    return replace(arrangement, routes=(*others, RouteOrder(vehicle, kept)) if kept else others)


def inserted(trips: Trips, trip: int, position: int, stops: Sequence[int]) -> Trips:
    """Trips with stops put in at a place; a trip one beyond the last is a new one."""
    if trip == len(trips):
        return (*trips, tuple(stops))
    changed = (*trips[trip][:position], *stops, *trips[trip][position:])
    return (*trips[:trip], changed, *trips[trip + 1 :])


def shifted(arrangement: Arrangement, stop: int, by: int) -> Arrangement:
    """A stop so many places later (negative: earlier) on its route; past the end of a trip it enters the next.

    Raises MealrouteError at the first and the last place of the route.
    """
    for _step in range(abs(by)):
        arrangement = _one_step(arrangement, stop, 1 if by > 0 else -1)
    return arrangement


def _one_step(arrangement: Arrangement, stop: int, by: int) -> Arrangement:
    at = spot(arrangement, stop)
    if at is None:
        raise MealrouteError("stop-not-on-route", _("This stop is on no route."), _("Give it a route first."))
    trips = trips_of(arrangement, at.vehicle)
    trip = trips[at.trip]
    target = at.position + by
    taken = tuple(s for s in trip if s != stop)
    if 0 <= target < len(trip):
        moved: Trips = (*trips[: at.trip], (*taken[:target], stop, *taken[target:]), *trips[at.trip + 1 :])
    elif 0 <= at.trip + by < len(trips):
        beside = trips[at.trip + by]
        joined = (stop, *beside) if by > 0 else (*beside, stop)
        both = [taken, joined] if by > 0 else [joined, taken]
        first = min(at.trip, at.trip + by)
        moved = (*trips[:first], *(t for t in both if t), *trips[first + 2 :])
    else:
        end = (
            _("The stop is already the last of its route.")
            if by > 0
            else _("The stop is already the first of its route.")
        )
        raise MealrouteError("stop-at-the-end", end, _("Move it to another route if that is what you want."))
    return with_trips(arrangement, at.vehicle, moved)


def reloaded(arrangement: Arrangement, stop: int, *, on: bool) -> Arrangement:
    """Load again before a stop, or join its trip to the one before. Raises MealrouteError where there is nothing to do."""
    at = spot(arrangement, stop)
    if at is None:
        raise MealrouteError("stop-not-on-route", _("This stop is on no route."), _("Give it a route first."))
    trips = trips_of(arrangement, at.vehicle)
    trip = trips[at.trip]
    if on and at.position > 0:
        changed = (*trips[: at.trip], trip[: at.position], trip[at.position :], *trips[at.trip + 1 :])
    elif not on and at.position == 0 and at.trip > 0:
        changed = (*trips[: at.trip - 1], (*trips[at.trip - 1], *trip), *trips[at.trip + 1 :])
    else:
        raise MealrouteError(
            "nothing-to-do", _("There is nothing to change: the vehicle loads before this stop already, or never did.")
        )
    return with_trips(arrangement, at.vehicle, changed)


def split(arrangement: Arrangement, vehicle: int, after: int, to: int) -> Arrangement:
    """What comes behind ``after`` goes to another vehicle, trip by trip. Raises MealrouteError where nothing comes behind."""
    at = spot(arrangement, after)
    if at is None or at.vehicle != vehicle:
        raise MealrouteError(
            "stop-not-on-route", _("This stop is not on that route."), _("Look again: somebody may have moved it.")
        )
    trips = trips_of(arrangement, vehicle)
    here = trips[at.trip]
    head = (*trips[: at.trip], here[: at.position + 1])
    tail = (here[at.position + 1 :], *trips[at.trip + 1 :])
    if not any(tail):
        raise MealrouteError("nothing-to-do", _("Nothing comes after this stop."))
    return with_trips(with_trips(arrangement, vehicle, head), to, tail)


def locked(
    arrangement: Arrangement, lock: Lock, stops: Sequence[int], vehicles: Collection[int], *, on: bool
) -> Arrangement:
    """Locks set or taken away. Raises MealrouteError for an order that is not of one route."""
    chosen = frozenset(stops)
    match lock:
        case Lock.STOP:
            held = arrangement.locked_stops
            return replace(arrangement, locked_stops=held | chosen if on else held - chosen)
        case Lock.ROUTE:
            routes = arrangement.locked_routes
            return replace(arrangement, locked_routes=routes | set(vehicles) if on else routes - set(vehicles))
        case Lock.UNDER_WAY:
            way = arrangement.under_way
            return replace(arrangement, under_way=way | chosen if on else way - chosen)
        case Lock.ORDER:
            others = tuple(order for order in arrangement.orders if not chosen & set(order))
            if not on:
                return replace(arrangement, orders=others)
            bearer = {arrangement.vehicle_of(stop) for stop in chosen}
            if len(chosen) < 2 or len(bearer) != 1 or None in bearer:
                raise MealrouteError(
                    "order-not-of-one-route",
                    _("An order is locked for two or more stops of one route."),
                    _("Mark them with X, then lock their order."),
                )
            route = arrangement.route(next(v for v in bearer if v is not None))
            assert route is not None
            return replace(arrangement, orders=(*others, tuple(s for s in route.stops if s in chosen)))


def require_locks(before: Arrangement, after: Arrangement) -> None:
    """Raise Conflict for a change that moves what is locked. Locks themselves are changed by ``locked`` alone."""
    for vehicle in before.locked_routes:
        if trips_of(before, vehicle) != trips_of(after, vehicle):
            raise Conflict(
                "route-locked", _("Route %(n)s is locked.", n=before.numbers.get(vehicle, vehicle)), _("Unlock the route first, then change it.")
            )  # fmt: skip
    where = {stop: route.vehicle for route in after.routes for stop in route.stops}
    for route in before.routes:
        for stop in route.stops:
            lock = before.lock_of(stop, route.vehicle)
            if lock is not None and where.get(stop) != route.vehicle:
                raise Conflict(
                    "stop-locked", _lock_sentence(lock), _("Unlock the stop first, then move it."), stop=stop
                )
    for order in before.orders:
        if not _in_order(order, after):
            raise Conflict(
                "order-locked", _("The order of these stops is locked."), _("Unlock the order first, then change it.")
            )
    _require_under_way(before, after)


def _lock_sentence(lock: Lock) -> str:
    if lock is Lock.UNDER_WAY:
        return _("This stop is already on the road or done.")
    return _("This stop is locked where it is.")


def _require_under_way(before: Arrangement, after: Arrangement) -> None:
    """What is on the road keeps its order, and nothing gets in between or before: it was not loaded."""
    for route in before.routes:
        ahead = [stop for stop in route.stops if stop in before.under_way]
        if not ahead:
            continue
        now = [stop for trip in trips_of(after, route.vehicle) for stop in trip]
        was = list(route.stops)
        last = max(was.index(stop) for stop in ahead)
        if now[: last + 1] != was[: last + 1]:
            raise Conflict(
                "trip-under-way", _("That trip has left with its food already."), _("Choose a trip that has not been loaded yet, or another route.")
            )  # fmt: skip


def _in_order(order: Sequence[int], arrangement: Arrangement) -> bool:
    places = [spot(arrangement, stop) for stop in order]
    found = [(at.trip, at.position) for at in places if at is not None]
    return all(one < other for one, other in pairwise(found))


def moved_stops(before: Arrangement, after: Arrangement) -> frozenset[int]:
    """Stops that have another vehicle, or none, or one again."""
    one = {stop: route.vehicle for route in before.routes for stop in route.stops}
    other = {stop: route.vehicle for route in after.routes for stop in route.stops}
    return frozenset(stop for stop in one.keys() | other.keys() if one.get(stop) != other.get(stop))


def projected(arrangement: Arrangement, stops: Collection[int], vehicles: Collection[int]) -> Arrangement:
    """An earlier arrangement on today's problem: stops and vehicles that are no longer there are left out."""
    gone = {stop for route in arrangement.routes for stop in route.stops if stop not in stops}
    kept = without(arrangement, gone)
    return replace(
        kept, routes=tuple(route for route in kept.routes if route.vehicle in vehicles),
        locked_stops=kept.locked_stops & set(stops), under_way=kept.under_way & set(stops),
        locked_routes=kept.locked_routes & set(vehicles),
        orders=tuple(o for order in kept.orders if len(o := tuple(s for s in order if s in stops)) > 1),
    )  # fmt: skip


def _each(arrangement: Arrangement, change: Callable[[RouteOrder], Trips]) -> Arrangement:
    routes = []
    for route in arrangement.routes:
        trips = tuple(trip for trip in change(route) if trip)
        if trips:
            routes.append(RouteOrder(route.vehicle, trips))
    return replace(arrangement, routes=tuple(routes))
