"""A stored plan version as the board shows it: routes with their loads, stops with masked names, the unassigned first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.i18n import _
from mealroute.core.text import mask_name
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineId, BookLineRecord
from mealroute.planning import queries as planning
from mealroute.planning.records import (
    PlanFigures,
    PlanVersionRecord,
    RouteRecord,
    UnassignedRecord,
    VisitKind,
    VisitRecord,
)
from mealroute.residents import queries as residents
from mealroute.residents.build import building_address
from mealroute.residents.records import ResidentId, ResidentRecord
from mealroute.vendors import queries as vendors
from mealroute.vendors.records import FleetUnit

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

COMFORT_S = 10 * 60
"""Heat left at the door below which the clock is shown as a warning."""
FOOD_CLOCK_S = 120 * 60
"""The length of the food clock's bar: two hours, the longest a hot meal may travel (data/rules/service-times.yaml)."""


@dataclass(frozen=True, slots=True)
class Person:
    """One meal at a stop."""

    line: BookLineRecord
    name: str
    address: str
    new_face: bool
    ours: bool


@dataclass(frozen=True, slots=True)
class StopView:
    """One stop in the stop list; ``number`` counts through the route."""

    number: int
    visit: VisitRecord
    title: str
    address: str
    people: tuple[Person, ...]

    @property
    def new_face(self) -> bool:
        return any(person.new_face and person.ours for person in self.people)

    @property
    def diets(self) -> tuple[tuple[str, bool], ...]:
        """Every diet at this stop once, and whether it is strict for somebody; of people out of reach none is told."""
        found: dict[str, bool] = {}
        for person in self.people:
            for diet in person.line.diets if person.ours else ():
                found[diet] = found.get(diet, False) or diet in person.line.strict_diets
        found.pop("normal", None)
        return tuple(found.items())


@dataclass(frozen=True, slots=True)
class RouteView:
    """One route in the list, with the words for its driver and vehicle."""

    route: RouteRecord
    driver: str
    vehicle_kind: str
    plate: str
    shift_s: int

    @property
    def number(self) -> int:
        return self.route.number

    @property
    def tight(self) -> bool:
        return self.route.late_margin_s is not None and self.route.late_margin_s < COMFORT_S


@dataclass(frozen=True, slots=True)
class LeftView:
    """One unassigned meal: who, why, and who mends it."""

    mark: str
    record: UnassignedRecord
    name: str
    address: str
    resident_id: int
    line: BookLineRecord


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the plan page draws of one version."""

    version: PlanVersionRecord
    routes: tuple[RouteView, ...]
    left: tuple[LeftView, ...]
    lines: Mapping[BookLineId, BookLineRecord]
    people: Mapping[ResidentId, ResidentRecord]
    stations: Mapping[str, str]
    scope: Scope
    figures: PlanFigures

    def stops(self, number: int) -> tuple[StopView, ...]:
        """The stops of one route in the order of driving."""
        route = next(view.route for view in self.routes if view.number == number)
        counter = count(1)
        return tuple(self._stop(next(counter), visit) for visit in route.visits if visit.kind is VisitKind.JOB)

    def _stop(self, number: int, visit: VisitRecord) -> StopView:
        people = tuple(self._person(line, visit) for line in visit.lines if line in self.lines)
        if visit.station_code:
            title = self.stations.get(visit.station_code, visit.station_code)
            return StopView(number, visit, title, _("bulk for the station, signed for"), people)
        names = list(dict.fromkeys(person.name for person in people))
        title = "、".join(names[:3]) + (" …" if len(names) > 3 else "")
        return StopView(number, visit, title, people[0].address if people else "", people)

    def _person(self, line_id: BookLineId, visit: VisitRecord) -> Person:
        line = self.lines[line_id]
        name, address = self._who(line)
        return Person(line, name, address, line_id in visit.new_faces, self.scope.sees_street(line.street_code))

    def _who(self, line: BookLineRecord) -> tuple[str, str]:
        person = self.people.get(ResidentId(line.resident_id))
        if person is None or not self.scope.sees_street(person.street_code):
            return _("another street"), ""
        return mask_name(person.name), building_address(person.address, person.building)


def board_of(db: Session, version: PlanVersionRecord, *, scope: Scope, named: int | None = None) -> Board:
    """Gather what the page needs: the version, its book lines, drivers and vehicles, and people (masked).

    People are read only for the unassigned and for the stops of route ``named``: a page shows one route at a time.
    """
    summary = version.summary
    book = orders.book(db, summary.day, summary.slot)
    lines = {line.line_id: line for line in book.lines} if book else {}
    shown = [record.book_line_id for record in version.unassigned]
    shown += [
        line for route in version.routes if route.number == named for visit in route.visits for line in visit.lines
    ]
    wanted = {lines[line].resident_id for line in shown if line in lines}
    people = residents.by_ids(db, wanted, day=summary.day)
    stations = {station.code: station.name for station in vendors.stations(db)}
    fleet = {unit.vehicle.code: unit for unit in vendors.fleet(db, summary.day).units}
    routes = tuple(_route(route, fleet.get(route.vehicle_code)) for route in version.routes)
    figures = planning.figures(db, summary, scope=scope)
    board = Board(version, routes, (), lines, people, stations, scope, figures)
    return replace(board, left=tuple(_left(board)))


def _route(route: RouteRecord, unit: FleetUnit | None) -> RouteView:
    if unit is None:
        return RouteView(route, route.driver_code, "", route.vehicle_code, route.ends_s - route.starts_s)
    shift = max(unit.driver.shift_end_s - unit.driver.shift_start_s, 1)
    return RouteView(route, mask_name(unit.driver.name), str(unit.vehicle.kind), unit.vehicle.plate, shift)


def _left(board: Board) -> list[LeftView]:
    found = []
    for index, record in enumerate(board.version.unassigned):
        line = board.lines.get(record.book_line_id)
        if line is None or not board.scope.sees_street(line.street_code):
            continue
        name, address = board._who(line)  # noqa: SLF001 -- the board's own helper
        found.append(LeftView(mark(index), record, name, address, line.resident_id, line))
    return found


def mark(index: int) -> str:
    """A, B, … Z, AA, AB: the sign of an unassigned meal on the list and on the map."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text
