"""An open draft as the board draws it: its lanes, what it breaks, who has no place, and what stood elsewhere before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.memory import Derived
from mealroute.drafting import queries as drafting
from mealroute.drafting.records import DraftView, Unplaced, VisitView
from mealroute.drafting.records import RouteView as DraftRoute
from mealroute.drafting.words import broken_sentence
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineId, BookLineRecord
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanFigures, VisitKind
from web.plan.board import Board, Fleet, LeftView, chosen_of, kitchen_names, ledger_of, mark, routes_of
from web.plan.eye import Eye
from web.plan.lanes import Lane, Step
from web.plan.only import Needs, matching
from web.plan.people import Ledger

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def lanes_of(view: DraftView) -> tuple[Lane, ...]:
    """The routes of a draft, by number."""
    return tuple(sorted(map(_lane_of, view.routes), key=lambda lane: lane.number))


def board_of_draft(db: Session, view: DraftView, *, scope: Scope, eye: Eye, fleet: Fleet | None = None) -> Board:
    """What the page draws of a draft; people are read only for the chosen route and for what has no place."""
    lanes = lanes_of(view)
    lines = orders.lines(db, _needed(view, lanes, eye, scope))
    matches = matching(eye.only, lanes, lines, scope)
    chosen = chosen_of(lanes, eye, matches)
    wanted = [line for step in (chosen.jobs if chosen else ()) for line in step.lines]
    wanted += [line for left in view.unplaced for line in left.lines]
    lines |= orders.lines(db, [line for line in wanted if line not in lines])
    ledger = ledger_of(db, lines, wanted, scope=scope)
    why, route_why = _broken(view)
    return Board(
        eye=eye, version=planning.summary(db, view.base_version), routes=routes_of(fleet or Fleet.of(db), lanes, matches),
        left=tuple(_left(view, ledger)), ledger=ledger, figures=_figures(view, lines, scope), matches=matches,
        kitchens=kitchen_names(db), why=why, route_why=route_why, came_from=_came_from(db, view) if chosen else {},
    )  # fmt: skip


def key_of(lines: Iterable[BookLineId]) -> int:
    """What names a stop in addresses and forms (see ``lanes.Step``)."""
    return min(lines, default=0)


def _needed(view: DraftView, lanes: Iterable[Lane], eye: Eye, scope: Scope) -> list[BookLineId]:
    if scope.streets is None:
        return list(Needs.of(eye.only, lanes).lines)
    return [line for lane in lanes for step in lane.jobs for line in step.lines] + [
        line for left in view.unplaced for line in left.lines
    ]


def _lane(route: DraftRoute) -> Lane:
    figures = route.figures
    return Lane(
        number=route.number, vehicle_code=route.vehicle_code, driver_code=route.driver_code, kitchen_code=route.kitchen_code,
        boxes=route.boxes, most_aboard=route.most_aboard, starts_s=route.starts_s, ends_s=route.ends_s, stops=figures.stops,
        portions=figures.portions, trips=figures.trips, distance_m=figures.distance_m, travel_s=figures.travel_s,
        margin_s=figures.margin_s, late_stops=figures.late_stops, new_faces=figures.new_faces, broken=len(route.broken),
        steps=tuple(_step(visit) for visit in route.visits), cost_fen=figures.cost_fen, locked=route.locked,
        start_fixed=route.start_fixed, shift_from_s=route.shift_from_s, shift_to_s=route.shift_to_s,
    )  # fmt: skip


_lane_of = Derived(_lane, 512)
"""A change leaves most routes as they were, as the very same records."""


def _step(visit: VisitView) -> Step:
    return Step(
        kind=visit.kind, trip=visit.trip, number=visit.number if visit.kind is VisitKind.JOB else 0, key=key_of(visit.lines),
        arrival_s=visit.arrival_s, begin_s=visit.begin_s, departure_s=visit.departure_s, portions=visit.portions, lon=visit.lon,
        lat=visit.lat, window_from_s=visit.window_from_s, window_to_s=visit.window_to_s, late_s=visit.late_s, margin_s=visit.margin_s,
        station_code=visit.station_code, lines=visit.lines, new_faces=visit.new_faces, lock=str(visit.lock or ""),
        causes=tuple(str(cause) for cause in visit.causes),
    )  # fmt: skip


def _broken(view: DraftView) -> tuple[Mapping[int, tuple[str, ...]], Mapping[int, tuple[str, ...]]]:
    """Sentences by stop key, and by route number for what is no single stop's fault."""
    keys = {
        visit.stop: key_of(visit.lines) for route in view.routes for visit in route.visits if visit.stop is not None
    }
    numbers = {route.vehicle: route.number for route in view.routes}
    stops: dict[int, list[str]] = defaultdict(list)
    routes: dict[int, list[str]] = defaultdict(list)
    for fault in view.broken:
        sentence = broken_sentence(view, fault)
        if fault.stop in keys:
            stops[keys[fault.stop]].append(sentence)
        elif fault.vehicle in numbers:
            routes[numbers[fault.vehicle]].append(sentence)
    return {key: tuple(found) for key, found in stops.items()}, {key: tuple(found) for key, found in routes.items()}


def _left(view: DraftView, ledger: Ledger) -> Iterable[LeftView]:
    numbers = {route.vehicle: route.number for route in view.routes}
    for index, left in enumerate(view.unplaced):
        line = next((ledger.lines[line] for line in left.lines if ledger.ours(line)), None)
        if line is None:
            continue
        yield _left_view(mark(index), left, line, ledger, numbers.get(left.fits) if left.fits is not None else None)


def _left_view(sign: str, left: Unplaced, line: BookLineRecord, ledger: Ledger, fits: int | None) -> LeftView:
    name, address = ledger.who(line)
    title = ledger.stations.get(line.station_code, name) if line.station_code else name
    return LeftView(
        sign, key_of(left.lines), left.sentence, left.owner, title, address, line.resident_id, line, left.portions, left.code,
        left.must_serve or line.must_serve, left.stop is not None, fits,
    )  # fmt: skip


def _figures(view: DraftView, lines: Mapping[BookLineId, BookLineRecord], scope: Scope) -> PlanFigures:
    """The equation in portions: of the whole draft, or of the lines within the reader's streets."""
    if scope.streets is None:
        return PlanFigures(ordered=view.ordered, planned=view.planned, unassigned=view.unassigned, whole=True)
    left = {line for each in view.unplaced for line in each.lines}
    ours = [line for line in lines.values() if scope.sees_street(line.street_code)]
    unassigned = sum(line.quantity for line in ours if line.line_id in left)
    ordered = sum(line.quantity for line in ours)
    return PlanFigures(ordered=ordered, planned=ordered - unassigned, unassigned=unassigned, whole=False)


def _came_from(db: Session, view: DraftView) -> Mapping[int, int]:
    """Stops that stood on another route when the draft was opened: key → that route's number."""
    if not view.revision:
        return {}
    opened = drafting.opened_routes(db, view.id)
    before, unchanged = _numbers(opened), set(map(id, opened))
    found = {}
    for route in view.routes:
        for visit in route.visits if id(route) not in unchanged else ():
            key = key_of(visit.lines)
            if key and before.get(BookLineId(key), route.number) != route.number:
                found[key] = before[BookLineId(key)]
    return found


def _numbers_of(routes: tuple[DraftRoute, ...]) -> Mapping[BookLineId, int]:
    return {line: route.number for route in routes for visit in route.visits for line in visit.lines}


_numbers = Derived(_numbers_of, 8)


def of_day(view: DraftView, eye: Eye) -> Eye:
    """The same look at a draft, which is never a version."""
    return replace(eye, version=None) if (view.day, view.slot) == (eye.day, eye.slot) else eye
