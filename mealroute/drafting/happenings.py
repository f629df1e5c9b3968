"""What happens to a plan that is printed or on the road, as records, and what each does to ground and arrangement. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.drafting import build, mishaps, rules
from mealroute.drafting.evaluate import Evaluation, evaluate
from mealroute.drafting.records import Arrangement, EditKind, Ground, RouteView, VisitView, trips_of
from mealroute.planning.records import VisitKind
from solver.problem import Problem


class Food(StrEnum):
    """What becomes of the meals aboard a vehicle that has broken down: another takes them over, or the kitchen cooks again."""

    HANDED_OVER = "handed-over"
    COOKED_AGAIN = "cooked-again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Ground and arrangement after an event, before the repair. ``homeless``: the stops that need a place because of it."""

    ground: Ground
    arrangement: Arrangement
    kind: EditKind
    homeless: frozenset[int]
    vehicles: frozenset[int] = frozenset()
    detail: Mapping[str, Any] = field(default_factory=dict)


def driver_ill(now: Evaluation, vehicle: int, reason: str) -> Happened:
    """The driver of a route that has not left cannot come. A free driver whose shift has room takes the route as it is; of several the
    one whom most residents know. Without one the vehicle stays in the yard and its stops need other places.

    Raises Conflict ``trip-under-way``: who falls ill on the road is a breakdown, for the food is aboard.
    """
    ground, before = now.ground, now.arrangement
    route = _route(now, vehicle)
    if before.under_way & set(route_stops(before, vehicle)):
        raise Conflict(
            "trip-under-way", _("That trip has left with its food already."), _("Report a breakdown: say where the food is.")
        )  # fmt: skip
    ill = route.driver_code
    detail: dict[str, Any] = {"vehicle": vehicle, "driver": ill, "reason": reason}
    stand_in = _stand_in(now, vehicle, ill)
    if stand_in is not None:
        drivers = {**before.drivers, vehicle: stand_in}
        after = replace(before, drivers=drivers, out=before.out | _left_in_yard(now, vehicle, stand_in))
        return Happened(
            ground=ground, arrangement=after, kind=EditKind.DRIVER_ILL, homeless=frozenset(), vehicles=frozenset({vehicle}),
            detail=detail | {"to": stand_in},
        )  # fmt: skip
    stops = route_stops(before, vehicle)
    emptied = _without_vehicle(before, vehicle, stops)
    return Happened(
        ground=ground, arrangement=emptied, kind=EditKind.DRIVER_ILL, homeless=frozenset(stops), vehicles=frozenset({vehicle}), detail=detail
    )  # fmt: skip


def broken_down(
    now: Evaluation, vehicle: int, *, at_s: int, food: Food, reason: str, done: Collection[int] = (), rescuer: str = "", cook_again_s: int = 0
) -> Happened:  # fmt: skip
    """A vehicle (or its driver) cannot go on. What is handed over stays; trips not loaded yet need other vehicles; of the food aboard
    ``food`` says what becomes.

    ``done``: stops with a recorded handover; without any, what the clock of the plan says at ``at_s``. ``rescuer``: the code of the vehicle in
    the yard that takes the food over; empty: the one that is there first with room. Raises MealrouteError ``no-rescuer``.
    """
    route = _route(now, vehicle)
    jobs = [visit for visit in route.visits if visit.kind is VisitKind.JOB and visit.stop is not None]
    finished = _finished(jobs, at_s, done)
    trip = next((visit.trip for visit in jobs if visit.stop not in finished), None)
    loading = next(
        (v for v in route.visits if v.trip == trip and v.kind in {VisitKind.START, VisitKind.RELOAD}), None
    )  # fmt: skip
    loaded = loading is not None and (
        loading.departure_s <= at_s or any(v.trip == trip and v.stop in finished for v in jobs)
    )
    aboard = [visit for visit in jobs if visit.trip == trip and visit.stop not in finished] if loaded else []
    left = frozenset(visit.stop for visit in jobs if visit.stop is not None and visit.stop not in finished)
    after = _kept(now.arrangement, vehicle, left)
    detail: dict[str, Any] = {"vehicle": vehicle, "reason": reason, "at_s": at_s, "aboard": len(aboard)}
    ground = now.ground
    if aboard and loading is not None:
        if food is Food.HANDED_OVER:
            last = next((v for v in reversed(jobs) if v.stop in finished), aboard[0])
            ground, taker = _taken_over(now, route, aboard, loading, last, at_s, rescuer)
            detail |= {"food": str(food), "to": taker}
        else:
            ground = _again(now, route, aboard, at_s + cook_again_s)
            detail |= {"food": str(food), "ready_s": at_s + cook_again_s}
    return Happened(
        ground=ground, arrangement=after, kind=EditKind.BROKEN_DOWN, homeless=left, vehicles=frozenset({vehicle}), detail=detail
    )  # fmt: skip


def route_stops(arrangement: Arrangement, vehicle: int) -> tuple[int, ...]:
    """The stops of a vehicle in order."""
    return tuple(stop for trip in trips_of(arrangement, vehicle) for stop in trip)


def _route(now: Evaluation, vehicle: int) -> RouteView:
    found = next((route for route in now.routes if route.vehicle == vehicle), None)
    if found is None:
        raise MealrouteError("route-unknown", _("This vehicle has no route in this plan."), _("Choose another one."))
    return found


def _without_vehicle(before: Arrangement, vehicle: int, stops: Collection[int]) -> Arrangement:
    emptied = rules.without(before, stops)
    return replace(
        emptied, out=emptied.out | {vehicle}, locked_routes=emptied.locked_routes - {vehicle}, locked_stops=emptied.locked_stops - set(stops),
        starts={v: at for v, at in emptied.starts.items() if v != vehicle},
    )  # fmt: skip


def _kept(before: Arrangement, vehicle: int, left: Collection[int]) -> Arrangement:
    """The broken vehicle with what it has handed over, closed to everything else; without any it is taken out."""
    stops = route_stops(before, vehicle)
    if set(stops) <= set(left):
        return replace(_without_vehicle(before, vehicle, stops), under_way=before.under_way - set(left))
    after = rules.without(before, set(left))
    return replace(
        after, locked_routes=after.locked_routes | {vehicle}, locked_stops=after.locked_stops - set(left), under_way=after.under_way - set(left)
    )  # fmt: skip


def _finished(jobs: Collection[VisitView], at_s: int, done: Collection[int]) -> frozenset[int]:
    recorded = [n for n, visit in enumerate(jobs) if visit.stop in done]
    if recorded:  # doors before a recorded one are behind the vehicle, whatever became of them
        return frozenset(v.stop for n, v in enumerate(jobs) if n <= max(recorded) and v.stop is not None)
    return frozenset(visit.stop for visit in jobs if visit.departure_s <= at_s and visit.stop is not None)


def _stand_in(now: Evaluation, vehicle: int, ill: str) -> str | None:
    """The free driver of the same kitchen, or of none yet, with whom the route breaks nothing and most residents see a known face."""
    busy = {route.driver_code for route in now.routes}
    home = {planned.driver_code: planned.kitchen_code for planned in now.ground.given.built.vehicles}
    here = _route(now, vehicle).kitchen_code
    busy |= {code for code, kitchen in home.items() if kitchen != here}
    best: tuple[int, str] | None = None
    had = sum(fault.vehicle == vehicle for fault in now.broken)
    routes = tuple(r for r in now.arrangement.routes if r.vehicle == vehicle)
    ground = build.alone(now.ground, vehicle, {stop for route in routes for stop in route.stops})
    for code in sorted(set(now.ground.shifts) - busy - {ill}):
        alone = Arrangement(
            routes=routes, numbers=now.arrangement.numbers, starts=now.arrangement.starts, drivers={vehicle: code}
        )
        tried = evaluate(ground, build.numbered(alone))
        if sum(fault.vehicle == vehicle for fault in tried.broken) > had:
            continue
        if best is None or (tried.total.new_faces, code) < best:
            best = tried.total.new_faces, code
    return None if best is None else best[1]


def _left_in_yard(now: Evaluation, vehicle: int, driver: str) -> frozenset[int]:
    """The vehicle that the stand-in would have driven has nobody now."""
    own = {v.number for v in now.ground.given.built.vehicles if v.driver_code == driver and v.number != vehicle}
    return frozenset(v for v in own if v not in now.arrangement.drivers and not trips_of(now.arrangement, v))


def _taken_over(
    now: Evaluation, route: RouteView, aboard: Collection[VisitView], loading: VisitView, last: VisitView, at_s: int, rescuer: str
) -> tuple[Ground, str]:  # fmt: skip
    problem, ground = now.given.built.problem, now.ground
    planned = next(v for v in ground.given.built.vehicles if v.number == route.vehicle)
    assert last.stop is not None
    place = problem.stop(last.stop).location
    stops = [visit.stop for visit in aboard if visit.stop is not None]
    taker, ready = _taker(now, stops, place, at_s, rescuer)
    eat_by = min(
        (batch.eat_by_s for batch in planned.batches if batch.ready_s <= loading.begin_s), default=planned.batches[-1].eat_by_s
    )  # fmt: skip
    limits = {stop.number: stop.ride_limit_s for stop in ground.given.built.stops}
    vehicle = problem.vehicle(route.vehicle)
    until = []
    for stop in stops:
        ride = problem.ride_limit(problem.stop(stop), vehicle)
        until.append([_order(ground, stop), loading.departure_s + ride if ride is not None else eat_by])
    rides = [limit for stop in stops if (limit := limits.get(stop)) is not None]
    what = {
        "kind": mishaps.RESCUE, "vehicle": taker, "kitchen": planned.kitchen_code, "at": _order(ground, last.stop), "ready_s": ready,
        "eat_by_s": min([eat_by, *(loading.departure_s + limit for limit in rides)]), "aboard": until,
    }  # fmt: skip
    return _altered(ground, what), taker


def _taker(now: Evaluation, stops: Collection[int], place: int, at_s: int, wanted: str) -> tuple[str, int]:
    """The vehicle in the yard that is there first, and when."""
    problem, arrangement = now.given.built.problem, now.arrangement
    used = {order.vehicle for order in arrangement.routes}
    busy = {route.driver_code for route in now.routes}
    load = [sum(amounts) for amounts in zip(*(problem.stop(s).delivery for s in stops), strict=True)]
    skills = frozenset().union(*(problem.stop(s).skills for s in stops))
    found: list[tuple[int, str]] = []
    for planned in now.given.built.vehicles:
        vehicle = problem.vehicle(planned.number)
        if planned.number in used or planned.number in arrangement.out or planned.driver_code in busy:
            continue
        if (wanted and planned.vehicle_code != wanted) or not skills <= vehicle.skills or vehicle.start is None:
            continue
        if all(n <= most for n, most in zip(load, vehicle.capacity, strict=True)):
            way = int(problem.travel(vehicle).durations[vehicle.start, place])
            found.append((max(at_s, vehicle.shift.earliest) + way, planned.vehicle_code))
    if not found:
        raise MealrouteError(
            "no-rescuer", _("No vehicle in the yard can take the food over."), _("Put one in with a driver, or let the kitchen cook again.")
        )  # fmt: skip
    ready, code = min(found)
    return code, ready


def _again(now: Evaluation, route: RouteView, aboard: Collection[VisitView], release_s: int) -> Ground:
    problem, ground = now.given.built.problem, now.ground
    planned = next(v for v in ground.given.built.vehicles if v.number == route.vehicle)
    stops = [visit.stop for visit in aboard if visit.stop is not None]
    lost = [sum(amounts) for amounts in zip(*(problem.stop(s).delivery for s in stops), strict=True)]
    what = {
        "kind": mishaps.COOK_AGAIN, "orders": [_order(ground, s) for s in stops], "release_s": release_s, "kitchen": planned.kitchen_code,
        "lost": lost,
    }  # fmt: skip
    return _altered(ground, what)


def _altered(ground: Ground, what: Mapping[str, Any]) -> Ground:
    return replace(ground, given=mishaps.applied(ground.given, ground.orders, [what]), assumes=(*ground.assumes, what))


def _order(ground: Ground, stop: int) -> int:
    lines = next(each.lines for each in ground.given.built.stops if each.number == stop)
    return ground.orders[lines[0]]


def with_matrices(ground: Ground, problem: Problem, network: str, digest: str) -> Ground:
    """The same ground on other travel times."""
    given = replace(
        ground.given, built=replace(ground.given.built, problem=problem), network=network[:200], matrix_digest=digest
    )  # fmt: skip
    return replace(ground, given=given)
