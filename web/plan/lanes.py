"""A route as the board draws it, whether it comes from a stored version or from an open draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from mealroute.orders.records import BookLineId
from mealroute.planning.records import PlanVersionRecord, RouteRecord, VisitKind, VisitRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a lane. ``key`` names a stop in every address and form: the least book line that is handed over there.

    It stays the same between versions, drafts and readings of the book, where a solver's number would not.
    """

    kind: VisitKind
    trip: int
    number: int
    key: int
    arrival_s: int
    begin_s: int
    departure_s: int
    portions: int
    lon: float | None
    lat: float | None
    window_from_s: int | None
    window_to_s: int | None
    late_s: int
    margin_s: int | None
    station_code: str
    lines: tuple[BookLineId, ...]
    new_faces: frozenset[BookLineId]
    lock: str = ""
    causes: tuple[str, ...] = ()

    @property
    def is_stop(self) -> bool:
        return self.kind is VisitKind.JOB

    @property
    def loads(self) -> bool:
        return self.kind in {VisitKind.START, VisitKind.RELOAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One route with its figures. Seconds since local midnight, metres, fen; ``cost_fen`` is None where it is not known."""

    number: int
    vehicle_code: str
    driver_code: str
    kitchen_code: str
    boxes: int
    most_aboard: int
    starts_s: int
    ends_s: int
    stops: int
    portions: int
    trips: int
    distance_m: int
    travel_s: int
    margin_s: int | None
    late_stops: int
    new_faces: int
    broken: int
    steps: tuple[Step, ...] = field(repr=False)
    cost_fen: int | None = None
    locked: bool = False
    start_fixed: bool = False
    shift_from_s: int | None = None
    shift_to_s: int | None = None

    @property
    def jobs(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.is_stop)

    @property
    def colour(self) -> int:
        """1 … 18: the pigment that the style sheets give it."""
        return (self.number - 1) % 18 + 1

    @property
    def locks(self) -> int:
        """Stops that are held where they are, without those that the whole route holds."""
        return sum(step.lock in {"stop", "order"} for step in self.jobs)


def of_version(version: PlanVersionRecord) -> tuple[Lane, ...]:
    """The routes of a stored version."""
    return tuple(_lane(route) for route in version.routes)


def _lane(route: RouteRecord) -> Lane:
    steps = tuple(_steps(route.visits))
    jobs = [step for step in steps if step.is_stop]
    return Lane(
        number=route.number, vehicle_code=route.vehicle_code, driver_code=route.driver_code, kitchen_code=route.kitchen_code,
        boxes=route.boxes, most_aboard=route.most_aboard, starts_s=route.starts_s, ends_s=route.ends_s, stops=route.stops,
        portions=route.portions, trips=route.trips, distance_m=route.distance_m, travel_s=route.travel_s, margin_s=route.late_margin_s,
        late_stops=sum(step.late_s > 0 for step in jobs), new_faces=sum(len(step.new_faces) for step in jobs), broken=0, steps=steps,
    )  # fmt: skip


def _steps(visits: Iterable[VisitRecord]) -> Iterable[Step]:
    numbers = count(1)
    for visit in visits:
        late = 0 if visit.window_to_s is None else max(0, visit.begin_s - visit.window_to_s)
        yield Step(
            kind=visit.kind, trip=visit.trip, number=next(numbers) if visit.kind is VisitKind.JOB else 0, key=min(visit.lines, default=0),
            arrival_s=visit.arrival_s, begin_s=visit.begin_s, departure_s=visit.departure_s, portions=visit.portions, lon=visit.lon,
            lat=visit.lat, window_from_s=visit.window_from_s, window_to_s=visit.window_to_s, late_s=late, margin_s=visit.food_margin_s,
            station_code=visit.station_code, lines=visit.lines, new_faces=visit.new_faces,
        )  # fmt: skip
