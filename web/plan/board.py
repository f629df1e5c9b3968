"""The plan page's own view of a plan: routes with their loads, stops with masked names, the unassigned first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.text import mask_name
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineId, BookLineRecord
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanFigures, PlanVersionRecord, PlanVersionSummary, UnassignedRecord
from mealroute.residents import queries as residents
from mealroute.vendors import queries as vendors
from mealroute.vendors.records import DriverShift, VehiclePlate
from web.plan.eye import Eye
from web.plan.lanes import Lane, of_version
from web.plan.only import Needs, matching
from web.plan.people import Ledger, StopView

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

COMFORT_S = 10 * 60
"""Heat left at the door below which the clock is shown as a warning."""
FOOD_CLOCK_S = 120 * 60
"""The length of the food clock's bar: two hours, the longest a hot meal may travel (data/rules/service-times.yaml)."""


@dataclass(frozen=True, slots=True)
class RouteView:
    """One route in the list, with the words for its driver and vehicle."""

    lane: Lane
    driver: str
    vehicle_kind: str
    plate: str
    shift_s: int
    shown: bool = True

    @property
    def number(self) -> int:
        return self.lane.number

    @property
    def tight(self) -> bool:
        return self.lane.margin_s is not None and self.lane.margin_s < COMFORT_S


@dataclass(frozen=True, slots=True)
class LeftView:
    """One unassigned meal: who, why, and who mends it."""

    mark: str
    key: int
    reason: str
    owner: str
    name: str
    address: str
    resident_id: int
    line: BookLineRecord
    portions: int = 1
    code: str = ""
    must_serve: bool = False
    placeable: bool = False
    fits: int | None = None
    """The number of the route that could take it at once without breaking anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The whole plan in one line, added up over its routes."""

    portions: int
    stops: int
    travel_s: int
    distance_m: int
    cost_fen: int | None
    late_stops: int
    margin_s: int | None
    new_faces: int
    locked: int

    @classmethod
    def of(cls, lanes: Iterable[Lane]) -> Sums:
        found = list(lanes)
        costs = [lane.cost_fen for lane in found if lane.cost_fen is not None]
        return cls(
            portions=sum(lane.portions for lane in found), stops=sum(lane.stops for lane in found),
            travel_s=sum(lane.travel_s for lane in found), distance_m=sum(lane.distance_m for lane in found),
            cost_fen=sum(costs) if len(costs) == len(found) and costs else None, late_stops=sum(lane.late_stops for lane in found),
            margin_s=min((lane.margin_s for lane in found if lane.margin_s is not None), default=None),
            new_faces=sum(lane.new_faces for lane in found), locked=sum(lane.locked for lane in found),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything that the plan page draws. ``matches``: keys of the stops that the filter lets through, None without a filter."""

    eye: Eye
    version: PlanVersionSummary
    routes: tuple[RouteView, ...]
    left: tuple[LeftView, ...]
    ledger: Ledger
    figures: PlanFigures
    matches: frozenset[int] | None = None
    kitchens: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """What is broken at a stop, in sentences."""
    route_why: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """What is broken on a route as a whole."""
    came_from: Mapping[int, int] = field(default_factory=dict)
    """Stops that stood on another route before the draft: key → that route's number."""

    @property
    def sums(self) -> Sums:
        return Sums.of(view.lane for view in self.routes)

    @property
    def chosen(self) -> RouteView | None:
        """The route whose stops are listed: the one asked for, else the first that is shown."""
        asked = next((view for view in self.routes if view.number == self.eye.route), None)
        return asked or next((view for view in self.routes if view.shown), None)

    @property
    def shown(self) -> tuple[RouteView, ...]:
        return tuple(view for view in self.routes if view.shown)

    def route(self, number: int) -> RouteView | None:
        return next((view for view in self.routes if view.number == number), None)

    def stops(self, number: int) -> tuple[StopView, ...]:
        """The stops of one route in the order of driving."""
        view = self.route(number)
        return tuple(
            self.ledger.stop(step, shown=self.lets_through(step.key), came_from=self.came_from.get(step.key))
            for step in (view.lane.jobs if view else ())
        )

    def lets_through(self, key: int) -> bool:
        return self.matches is None or key in self.matches


def board_of(db: Session, version: PlanVersionRecord, *, scope: Scope, eye: Eye) -> Board:
    """Gather what the page needs of a stored version: its routes, book lines, drivers and vehicles, and people (masked).

    People are read only for the unassigned and for the stops of the chosen route: a page shows one route at a time.
    """
    summary = version.summary
    lanes = of_version(version)
    lines = orders.lines(db, Needs.of(eye.only, lanes).lines)
    matches = matching(eye.only, lanes, lines, scope)
    chosen = chosen_of(lanes, eye, matches)
    wanted = [line for step in (chosen.jobs if chosen else ()) for line in step.lines]
    wanted += [record.book_line_id for record in version.unassigned]
    lines |= orders.lines(db, [line for line in wanted if line not in lines])
    ledger = ledger_of(db, lines, wanted, scope=scope)
    board = Board(
        eye=eye, version=summary, routes=routes_of(Fleet.of(db), lanes, matches), left=(), ledger=ledger,
        figures=planning.figures(db, summary, scope=scope), matches=matches, kitchens=kitchen_names(db),
    )  # fmt: skip
    return replace(board, left=tuple(_left(ledger, version.unassigned)))


def chosen_of(lanes: Iterable[Lane], eye: Eye, matches: frozenset[int] | None) -> Lane | None:
    """The route whose stops are listed: the one asked for, else the first that the filter lets through."""
    found = list(lanes)
    asked = next((lane for lane in found if lane.number == eye.route), None)
    return asked or next((lane for lane in found if _is_shown(lane, matches)), None)


def _is_shown(lane: Lane, matches: frozenset[int] | None) -> bool:
    return matches is None or any(step.key in matches for step in lane.jobs)


def ledger_of(
    db: Session, lines: Mapping[BookLineId, BookLineRecord], named: Iterable[BookLineId], *, scope: Scope
) -> Ledger:
    """The people behind ``named`` lines; of the others only what the line says."""
    wanted = {lines[line].resident_id for line in named if line in lines}
    stations = {station.code: station.name for station in vendors.stations(db)}
    return Ledger(lines, residents.door_names(db, wanted), stations, scope)


@dataclass(frozen=True, slots=True)
class Fleet:
    """The drivers and vehicles that a page may name, read once."""

    drivers: Mapping[str, DriverShift]
    vehicles: Mapping[str, VehiclePlate]

    @classmethod
    def of(cls, db: Session) -> Fleet:
        return cls(vendors.driver_shifts(db), vendors.vehicle_plates(db))


def routes_of(fleet: Fleet, lanes: Iterable[Lane], matches: frozenset[int] | None) -> tuple[RouteView, ...]:
    """The lanes with the names of their drivers and the kinds of their vehicles."""
    return tuple(
        _route(
            lane, fleet.drivers.get(lane.driver_code), fleet.vehicles.get(lane.vehicle_code), _is_shown(lane, matches)
        )
        for lane in lanes
    )


def kitchen_names(db: Session) -> dict[str, str]:
    """Kitchen code → name."""
    return {kitchen.code: kitchen.name for kitchen in vendors.kitchens(db, scope=Scope.everything())}


def _route(lane: Lane, driver: DriverShift | None, vehicle: VehiclePlate | None, shown: bool) -> RouteView:
    name = mask_name(driver.name) if driver is not None else lane.driver_code
    begin = driver.start_s if driver is not None else lane.starts_s
    end = driver.end_s if driver is not None else lane.ends_s
    shift_from = lane.shift_from_s if lane.shift_from_s is not None else begin
    shift_to = lane.shift_to_s if lane.shift_to_s is not None else end
    lane = replace(lane, shift_from_s=shift_from, shift_to_s=shift_to)
    kind, plate = (str(vehicle.kind), vehicle.plate) if vehicle is not None else ("", lane.vehicle_code)
    return RouteView(lane, name, kind, plate, max(shift_to - shift_from, 1), shown)


def _left(ledger: Ledger, records: Iterable[UnassignedRecord]) -> Iterable[LeftView]:
    for index, record in enumerate(records):
        line = ledger.lines.get(record.book_line_id)
        if line is None or not ledger.scope.sees_street(line.street_code):
            continue
        name, address = ledger.who(line)
        yield LeftView(
            mark(index), line.line_id, record.reason, record.owner, name, address, line.resident_id, line, record.portions,
            record.reason_code, line.must_serve,
        )  # fmt: skip


def mark(index: int) -> str:
    """A, B, … Z, AA, AB: the sign of an unassigned meal on the list and on the map."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text
