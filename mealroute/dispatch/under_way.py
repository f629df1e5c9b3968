"""What a new version would change about runs that are on the road: a person must answer for each of it. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mealroute.planning.change_records import Meal, Seat
from mealroute.planning.changes import LOADINGS, seats
from mealroute.planning.pairing import jobs
from mealroute.planning.records import PlanVersionRecord, RouteRecord, VisitRecord
from mealroute.planning.violations import UNDER_WAY, PlanViolation

Meals = Mapping[int, Meal]
Load = dict[int, Meal]
"""What a trip carries, by order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What is known from the road: book lines with a record, and bulk stops for which a station has signed."""

    recorded: frozenset[int] = field(default_factory=frozenset)
    signed: frozenset[int] = field(default_factory=frozenset)

    def held(self, visit: VisitRecord) -> frozenset[int]:
        """The lines of a stop that are done: all of a signed box, else those with a record."""
        return frozenset(visit.lines if visit.id in self.signed else self.recorded.intersection(visit.lines))


@dataclass(frozen=True, slots=True)
class _After:
    """The new version by order, and by vehicle and trip: food stays in the vehicle in which it was loaded."""

    lines: Mapping[int, int]
    seats: Mapping[int, Seat]
    loads: Mapping[tuple[str, int], Load]


def under_way(
    old: PlanVersionRecord, new: PlanVersionRecord, meals: Meals, doors: Doors, *, now_s: int
) -> tuple[PlanViolation, ...]:
    """Stops that are done and would be dropped or moved, and loaded trips that would carry something else.

    A trip counts as loaded from the first record at one of its doors, or from the time at which it was to leave: nobody
    reports the loading itself. ``now_s`` counts from the midnight of the service day and may lie outside the day.
    """
    after = _after(new, meals)
    return tuple(found for route in old.routes for found in _of_route(route, after, meals, doors, now_s))


def on_the_road(route: RouteRecord, doors: Doors, now_s: int) -> bool:
    """Whether anything of a route is loaded or done."""
    leaves = min((visit.departure_s for visit in route.visits if visit.kind in LOADINGS), default=now_s + 1)
    return leaves <= now_s or any(doors.held(visit) for visit in jobs(route))


def _after(new: PlanVersionRecord, meals: Meals) -> _After:
    places = seats(new)
    loads: dict[tuple[str, int], Load] = defaultdict(dict)
    for line, seat in places.items():
        loads[seat.vehicle_code, seat.trip][meals[line].order_id] = meals[line]
    return _After(
        lines={meals[line].order_id: line for line in places},
        seats={meals[line].order_id: seat for line, seat in places.items()},
        loads=loads,
    )


def _of_route(route: RouteRecord, after: _After, meals: Meals, doors: Doors, now_s: int) -> Iterator[PlanViolation]:
    leaves = {visit.trip: visit.departure_s for visit in route.visits if visit.kind in LOADINGS}
    stops = jobs(route)
    for number, visit in enumerate(stops, 1):
        yield from _of_stop(route, number, visit, after, meals, doors)
    for trip, leave_s in leaves.items():
        inside = [visit for visit in stops if visit.trip == trip]
        held = {meals[line].order_id for visit in inside for line in doors.held(visit)}
        if held or leave_s <= now_s:
            yield from _of_trip(route, trip, inside, held, after, meals)


def _of_stop(
    route: RouteRecord, number: int, visit: VisitRecord, after: _After, meals: Meals, doors: Doors
) -> Iterator[PlanViolation]:
    dropped = moved = 0
    for line in doors.held(visit):
        meal = meals[line]
        seat = after.seats.get(meal.order_id)
        if seat is None:
            dropped += meal.portions
        elif (seat.vehicle_code, seat.trip) != (route.vehicle_code, visit.trip) or meals[
            after.lines[meal.order_id]
        ] != meal:
            moved += meal.portions
    if dropped or moved:
        yield PlanViolation(
            key=f"{UNDER_WAY}/stop/{visit.id}", cause=UNDER_WAY, route=route.number, vehicle_code=route.vehicle_code, stop_id=visit.stop_id,
            message=f"stop {number} is done; {dropped} portions would be dropped, {moved} moved",
            facts=(("stop", number), ("visit", visit.id), ("dropped", dropped), ("moved", moved)),
        )  # fmt: skip


def _of_trip(
    route: RouteRecord, trip: int, inside: Sequence[VisitRecord], held: set[int], after: _After, meals: Meals
) -> Iterator[PlanViolation]:
    aboard = {meals[line].order_id: meals[line] for visit in inside for line in visit.lines}
    later = after.loads.get((route.vehicle_code, trip), {})
    off = _portions(aboard, later, held)
    on = _portions(later, aboard, held)
    if off or on:
        yield PlanViolation(
            key=f"{UNDER_WAY}/trip/{route.id}/{trip}", cause=UNDER_WAY, route=route.number, vehicle_code=route.vehicle_code,
            message=f"trip {trip} is loaded; {off} portions would be taken off, {on} put on",
            facts=(("trip", trip), ("off", off), ("on", on)),
        )  # fmt: skip


def _portions(these: Mapping[int, Meal], those: Mapping[int, Meal], held: set[int]) -> int:
    """Portions of one load that the other does not hold in the same way; what is handed over is no load any more."""
    return sum(meal.portions for order, meal in these.items() if order not in held and those.get(order) != meal)
