"""What differs between two versions of one day's plan: by meal, by route and stop, by kitchen. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mealroute.planning.change_records import (
    Changes,
    KitchenChange,
    LoadChange,
    Meal,
    MealChange,
    MealChangeKind,
    RouteChange,
    RouteLook,
    Seat,
    StopChange,
    StopChangeKind,
    TripChange,
)
from mealroute.planning.pairing import jobs, out_of_order, pair_routes, pair_stops
from mealroute.planning.records import PlanVersionRecord, RouteRecord, VisitKind, VisitRecord

SHIFT_S = 60
"""A visit that moves by no more than a minute is where it was: people and sheets speak of minutes."""
LOADINGS = (VisitKind.START, VisitKind.RELOAD)

Meals = Mapping[int, Meal]
Pairs = Sequence[tuple[RouteRecord | None, RouteRecord | None]]


def compare(old: PlanVersionRecord, new: PlanVersionRecord, meals: Meals) -> Changes:
    """Everything that differs. ``meals`` knows every line of both versions, by book line id.

    Raises ValueError where the two belong to different days or meals.
    """
    if (old.day, old.slot) != (new.day, new.slot):
        raise ValueError("two versions of different meals have nothing to compare")
    orders = {line: meal.order_id for line, meal in meals.items()}
    pairs = pair_routes(old.routes, new.routes, orders)
    by_meal = tuple(_meals(old, new, pairs, meals))
    before, after = _portions(old, meals), _portions(new, meals)
    return Changes(
        old=old.summary, new=new.summary, meals=by_meal, routes=tuple(route_change(a, b, meals) for a, b in pairs),
        kitchens=_kitchens(old, new, meals),
        added=sum(max(0, after[key] - before[key]) for key in after), cancelled=sum(max(0, before[key] - after[key]) for key in before),
        old_new_faces=_new_faces(old.routes), new_new_faces=_new_faces(new.routes),
    )  # fmt: skip


def seats(version: PlanVersionRecord) -> dict[int, Seat]:
    """Where each planned line of a version rides."""
    found = {}
    for route in version.routes:
        for stop, visit in enumerate(jobs(route), 1):
            for line in visit.lines:
                found[int(line)] = Seat(
                    route=route.number, vehicle_code=route.vehicle_code, driver_code=route.driver_code, kitchen_code=route.kitchen_code,
                    trip=visit.trip, stop=stop, visit_id=visit.id, begin_s=visit.begin_s, station_code=visit.station_code,
                    new_face=line in visit.new_faces,
                )  # fmt: skip
    return found


# -- by meal ---------------------------------------------------------------------------------------------------------
def _lines(version: PlanVersionRecord) -> Iterator[int]:
    for route in version.routes:
        for visit in route.visits:
            yield from visit.lines
    yield from (left.book_line_id for left in version.unassigned)


def _portions(version: PlanVersionRecord, meals: Meals) -> Counter[int]:
    found: Counter[int] = Counter()
    for line in _lines(version):
        found[meals[line].order_id] += meals[line].portions
    return found


def _meals(old: PlanVersionRecord, new: PlanVersionRecord, pairs: Pairs, meals: Meals) -> Iterator[MealChange]:
    was = {meals[line].order_id: line for line in _lines(old)}
    now = {meals[line].order_id: line for line in _lines(new)}
    old_seats, new_seats = seats(old), seats(new)
    goes_on = {(a.number, b.number) for a, b in pairs if a is not None and b is not None}
    shuffled = {line for a, b in pairs if a and b for line in _shuffled(a, b, meals)}
    for order in sorted(was.keys() | now.keys()):
        line, later = was.get(order), now.get(order)
        before = old_seats.get(line) if line is not None else None
        after = new_seats.get(later) if later is not None else None
        kind = _kind(line, later, before, after, goes_on, shuffled, meals)
        if kind is not None:
            yield MealChange(
                order_id=order, kind=kind, old_line=line, new_line=later, old_portions=meals[line].portions if line is not None else 0,
                new_portions=meals[later].portions if later is not None else 0, before=before, after=after,
            )  # fmt: skip


def _kind(
    line: int | None, later: int | None, before: Seat | None, after: Seat | None,
    goes_on: set[tuple[int, int]], shuffled: set[int], meals: Meals,
) -> MealChangeKind | None:  # fmt: skip
    if line is None:
        return MealChangeKind.ADDED
    if later is None:
        return MealChangeKind.CANCELLED
    if before is None or after is None:
        if before is after:
            return _same(meals[line], meals[later])
        return MealChangeKind.PLACED if before is None else MealChangeKind.LEFT_OUT
    if (before.route, after.route) not in goes_on or before.driver_code != after.driver_code:
        return MealChangeKind.MOVED
    if changed := _same(meals[line], meals[later]):
        return changed
    if later in shuffled:
        return MealChangeKind.REORDERED
    return MealChangeKind.RETIMED if abs(after.begin_s - before.begin_s) > SHIFT_S else None


def _same(before: Meal, after: Meal) -> MealChangeKind | None:
    same = (before.portions, before.kind) == (after.portions, after.kind)
    return None if same else MealChangeKind.CHANGED


def _shuffled(old: RouteRecord, new: RouteRecord, meals: Meals) -> set[int]:
    orders = {line: meal.order_id for line, meal in meals.items()}
    before, after = jobs(old), jobs(new)
    found = pair_stops(before, after, orders)
    moved = out_of_order(found) | {n for n, m in found.items() if after[n].trip != before[m].trip}
    return {line for n in moved for line in after[n].lines}


# -- by route --------------------------------------------------------------------------------------------------------
def look(route: RouteRecord) -> RouteLook:
    """The figures of one route."""
    return RouteLook(
        id=route.id, number=route.number, vehicle_code=route.vehicle_code, driver_code=route.driver_code, kitchen_code=route.kitchen_code,
        portions=route.portions, stops=route.stops, distance_m=route.distance_m, travel_s=route.travel_s, starts_s=route.starts_s,
        ends_s=route.ends_s, new_faces=_new_faces([route]),
        loads=tuple((visit.begin_s, visit.departure_s, visit.portions) for visit in route.visits if visit.kind in LOADINGS),
    )  # fmt: skip


def route_change(old: RouteRecord | None, new: RouteRecord | None, meals: Meals) -> RouteChange:
    """One route before and after."""
    before, after = _aboard(old, meals), _aboard(new, meals)
    old_look, new_look = look(old) if old else None, look(new) if new else None
    loads = [(a.loads if a else ()) for a in (old_look, new_look)]
    return RouteChange(
        old=old_look, new=new_look, stops=tuple(_stops(old, new, meals)),
        loads=_loads([old] if old else [], [new] if new else [], meals),
        joined=sum(max(0, after[key] - before[key]) for key in after), left=sum(max(0, before[key] - after[key]) for key in before),
        loading_moved=len(loads[0]) != len(loads[1])
        or any(abs(a[0] - b[0]) > SHIFT_S or abs(a[1] - b[1]) > SHIFT_S for a, b in zip(*loads, strict=True)),
    )  # fmt: skip


def _aboard(route: RouteRecord | None, meals: Meals) -> Counter[int]:
    found: Counter[int] = Counter()
    for visit in route.visits if route else ():
        for line in visit.lines:
            found[meals[line].order_id] += meals[line].portions
    return found


def _stops(old: RouteRecord | None, new: RouteRecord | None, meals: Meals) -> Iterator[StopChange]:
    """What the sheet says otherwise, in the order of the new sheet; stops that are gone come last."""
    orders = {line: meal.order_id for line, meal in meals.items()}
    before, after = jobs(old) if old else (), jobs(new) if new else ()
    found = pair_stops(before, after, orders)
    shuffled = out_of_order(found)
    for n, visit in enumerate(after):
        was = before[found[n]] if n in found else None
        kind = _stop_kind(was, visit, meals, shuffled=n in shuffled)
        if kind is not None:
            yield _stop(kind, was, visit, found[n] + 1 if n in found else None, n + 1)
    for n, visit in enumerate(before):
        if n not in found.values():
            yield _stop(StopChangeKind.GONE, visit, None, n + 1, None)


def _stop_kind(was: VisitRecord | None, now: VisitRecord, meals: Meals, *, shuffled: bool) -> StopChangeKind | None:
    if was is None:
        return StopChangeKind.ADDED
    if _contents(was, meals) != _contents(now, meals):
        return StopChangeKind.CHANGED
    if shuffled or was.trip != now.trip:
        return StopChangeKind.REORDERED
    return StopChangeKind.RETIMED if abs(was.begin_s - now.begin_s) > SHIFT_S else None


def _contents(visit: VisitRecord, meals: Meals) -> Counter[tuple[int, tuple[tuple[str, ...], str, str]]]:
    found: Counter[tuple[int, tuple[tuple[str, ...], str, str]]] = Counter()
    for line in visit.lines:
        found[meals[line].order_id, meals[line].kind] += meals[line].portions
    return found


def _stop(
    kind: StopChangeKind, was: VisitRecord | None, now: VisitRecord | None, old_stop: int | None, new_stop: int | None
) -> StopChange:
    shown = now or was
    assert shown is not None
    return StopChange(
        kind=kind, old_stop=old_stop, new_stop=new_stop, old_begin_s=was.begin_s if was else None, new_begin_s=now.begin_s if now else None,
        old_portions=was.portions if was else 0, new_portions=now.portions if now else 0, trip=shown.trip, visit_id=shown.id,
        lines=tuple(map(int, shown.lines)), station_code=shown.station_code,
    )  # fmt: skip


def _loads(old: Iterable[RouteRecord], new: Iterable[RouteRecord], meals: Meals) -> tuple[LoadChange, ...]:
    before, after = _kinds(old, meals), _kinds(new, meals)
    return tuple(
        LoadChange(*kind, before[kind], after[kind])
        for kind in sorted(before.keys() | after.keys())
        if before[kind] != after[kind]
    )


def _kinds(routes: Iterable[RouteRecord], meals: Meals) -> Counter[tuple[tuple[str, ...], str, str]]:
    found: Counter[tuple[tuple[str, ...], str, str]] = Counter()
    for route in routes:
        for visit in route.visits:
            for line in visit.lines:
                found[meals[line].kind] += meals[line].portions
    return found


def _new_faces(routes: Iterable[RouteRecord]) -> int:
    return sum(len(visit.new_faces) for route in routes for visit in route.visits)


# -- by kitchen ------------------------------------------------------------------------------------------------------
def _kitchens(old: PlanVersionRecord, new: PlanVersionRecord, meals: Meals) -> tuple[KitchenChange, ...]:
    sides: dict[str, tuple[list[RouteRecord], list[RouteRecord]]] = defaultdict(lambda: ([], []))
    for side, version in enumerate((old, new)):
        for route in version.routes:
            sides[route.kitchen_code][side].append(route)
    return tuple(_kitchen(code, before, after, meals) for code, (before, after) in sorted(sides.items()))


def _kitchen(code: str, old: list[RouteRecord], new: list[RouteRecord], meals: Meals) -> KitchenChange:
    before, after = _labels(old, meals), _labels(new, meals)
    return KitchenChange(
        kitchen_code=code, old_portions=sum(route.portions for route in old), new_portions=sum(route.portions for route in new),
        loads=_loads(old, new, meals), trips=tuple(_trips(old, new)), relabel=sum((after - before).values()),
    )  # fmt: skip


def _labels(
    routes: Iterable[RouteRecord], meals: Meals
) -> Counter[tuple[int, int, int, int, tuple[tuple[str, ...], str, str]]]:
    """Portions by what their label is about: the order, how many boxes it has, the route and trip that take it, what is inside."""
    found: Counter[tuple[int, int, int, int, tuple[tuple[str, ...], str, str]]] = Counter()
    for route in routes:
        for visit in route.visits:
            for line in visit.lines:
                meal = meals[line]
                found[meal.order_id, meal.portions, route.number, visit.trip, meal.kind] += meal.portions
    return found


def _trips(old: Iterable[RouteRecord], new: Iterable[RouteRecord]) -> Iterator[TripChange]:
    before, after = _loadings(old), _loadings(new)
    for route, trip in sorted(before.keys() | after.keys()):
        (was, n), (now, m) = before.get((route, trip), (None, 0)), after.get((route, trip), (None, 0))
        if n != m or was is None or now is None or abs(was - now) > SHIFT_S:
            yield TripChange(route=route, trip=trip, old_portions=n, new_portions=m, old_load_s=was, new_load_s=now)


def _loadings(routes: Iterable[RouteRecord]) -> dict[tuple[int, int], tuple[int, int]]:
    return {
        (route.number, visit.trip): (visit.begin_s, visit.portions)
        for route in routes
        for visit in route.visits
        if visit.kind in LOADINGS
    }
