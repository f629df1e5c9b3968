"""Reads of planning: versions as records, the policy of a day, and what saving left for maps and exports."""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read
from mealroute.core.slots import MealSlot
from mealroute.menus import timetable
from mealroute.orders.models import BookLine
from mealroute.orders.records import BookLineId
from mealroute.planning import habits, words
from mealroute.planning.face_models import PlanFacesRow
from mealroute.planning.face_records import FaceCost, FaceFigures, PlanFaces, UsualRoute
from mealroute.planning.models import PlanLine, PlanRoute, PlanUnassigned, PlanVersion, PlanVisit
from mealroute.planning.opened_models import OpenedRoute
from mealroute.planning.records import (
    PlanFigures,
    PlanState,
    PlanVersionId,
    PlanVersionRecord,
    PlanVersionSummary,
    RouteLine,
    RouteRecord,
    UnassignedRecord,
    VisitKind,
    VisitRecord,
)
from mealroute.planning.rules import Policy, Prices
from mealroute.residents.models import Resident
from mealroute.vendors.models import Kitchen, Station


def policy_on(day: date, slot: MealSlot, *, path: Path = RULES / "planning.yaml") -> Policy:
    """The figures in force on a day. Raises RulebookError naming file and key."""
    found = {}
    for key, begun in _price_values(path).items():
        in_force = [value for start, value in begun if start <= day]
        found[key] = in_force[-1] if in_force else begun[0][1]
    return Policy(times=timetable.times_of(slot), doors=timetable.door_times(), prices=Prices(**found))


def driver_hour_source(day: date, *, path: Path = RULES / "planning.yaml") -> str:
    """Where the value of ``driver-hour`` in force on a day comes from, in the words of the file."""
    node = read(path, kind="planning-policy").node("values").node("driver-hour")
    begun = sorted((entry.day("from"), entry.text("source")) for entry in node.nodes("values"))
    return next((source for start, source in reversed(begun) if start <= day), begun[0][1])


@lru_cache(maxsize=4)
def _price_values(path: Path) -> dict[str, list[tuple[date, int]]]:
    root = read(path, kind="planning-policy").only("kind", "schema", "values")
    values = root.node("values")
    values.only(*(name.replace("_", "-") for name in Prices.__slots__))
    return {name: _begun(values.node(name.replace("_", "-"))) for name in Prices.__slots__}


def _begun(node: Node) -> list[tuple[date, int]]:
    node.only("description", "unit", "values").text("description")
    return sorted((entry.day("from"), entry.integer("value")) for entry in node.nodes("values"))


def usual_routes(db: Session, day: date, slot: MealSlot, *, weeks: int) -> tuple[UsualRoute, ...]:
    """What the published plan of the day did or, where there is none yet, that of the last day before it within ``weeks``."""
    version = db.scalar(
        select(PlanVersion.id)
        .where(
            PlanVersion.state == str(PlanState.PUBLISHED), PlanVersion.slot == str(slot), PlanVersion.day <= day,
            PlanVersion.day >= day - timedelta(weeks=weeks),
        )
        .order_by(PlanVersion.day.desc())
        .limit(1)
    )  # fmt: skip
    if version is None:
        return ()
    rows = db.execute(
        select(
            PlanRoute.id,
            PlanRoute.driver_code,
            PlanRoute.vehicle_code,
            PlanVisit.trip,
            PlanVisit.id,
            BookLine.resident_id,
        )
        .join(PlanVisit, PlanVisit.route_id == PlanRoute.id)
        .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
        .join(BookLine, BookLine.id == PlanLine.book_line_id)
        .where(PlanRoute.version_id == version)
        .order_by(PlanRoute.number, PlanVisit.position, BookLine.id)
    )
    return habits.gathered(rows.tuples())


def faces(db: Session, version_id: PlanVersionId) -> PlanFaces | None:
    """What a version does for familiar faces; None for one from before they were counted."""
    row = db.scalar(select(PlanFacesRow).where(PlanFacesRow.version_id == version_id))
    if row is None:
        return None
    cost = None
    if row.paid_s is not None and row.paid_travel_s is not None and row.searched_s is not None:
        cost = FaceCost(paid_s=row.paid_s, travel_s=row.paid_travel_s, searched_s=row.searched_s)
    names = FaceFigures.__slots__
    return PlanFaces(figures=FaceFigures(**{name: getattr(row, name) for name in names}), cost=cost)


def version(db: Session, version_id: PlanVersionId) -> PlanVersionRecord:
    """The whole version as it was saved: routes by number, visits in order, lines left out. Raises NotFound."""
    row = db.get(PlanVersion, version_id)
    if row is None:
        raise NotFound("plan-not-found", _("There is no such plan version."))
    return PlanVersionRecord(summary=_summary(row), routes=routes(db, row.id), unassigned=unassigned(db, version_id))


def summary(db: Session, version_id: PlanVersionId) -> PlanVersionSummary:
    """The version without its routes. Raises NotFound."""
    row = db.get(PlanVersion, version_id)
    if row is None:
        raise NotFound("plan-not-found", _("There is no such plan version."))
    return _summary(row)


def versions(db: Session, day: date, slot: MealSlot) -> tuple[PlanVersionSummary, ...]:
    """All versions of a day and slot, the newest first."""
    return tuple(_summary(row) for row in db.scalars(_of_day(day, slot).order_by(PlanVersion.number.desc())))


def figures(db: Session, version: PlanVersionSummary, *, scope: Scope) -> PlanFigures:
    """The version's equation in portions, for the lines within the streets of the scope. Its routes stay the district's."""
    if scope.streets is None:
        return PlanFigures(ordered=version.ordered, planned=version.planned, unassigned=version.unassigned, whole=True)
    query = (
        select(PlanLine.visit_id.is_not(None), func.sum(PlanLine.portions))
        .join(BookLine, BookLine.id == PlanLine.book_line_id)
        .where(PlanLine.version_id == version.id, BookLine.street_code.in_(sorted(scope.streets)))
        .group_by(PlanLine.visit_id.is_not(None))
    )
    found = {bool(placed): int(portions) for placed, portions in db.execute(query)}
    planned, left = found.get(True, 0), found.get(False, 0)
    return PlanFigures(ordered=planned + left, planned=planned, unassigned=left, whole=False)


def latest(db: Session, day: date, slot: MealSlot) -> PlanVersionSummary | None:
    """The published version, else the newest that was not withdrawn, else None: what the plan page opens with."""
    found = versions(db, day, slot)
    best = best_id(found)
    return next((each for each in found if each.id == best), None)


def best_id(found: Sequence[PlanVersionSummary]) -> PlanVersionId | None:
    """Of versions, newest first: the published one, else the newest draft."""
    standing = [each.id for each in found if each.state is PlanState.PUBLISHED]
    return next(iter(standing or [each.id for each in found if each.state is PlanState.DRAFT]), None)


def published(db: Session, day: date, slot: MealSlot) -> PlanVersionSummary | None:
    """The one version that is published for a day and slot."""
    row = db.scalar(_of_day(day, slot).where(PlanVersion.state == PlanState.PUBLISHED))
    return None if row is None else _summary(row)


def route_numbers(db: Session, version_id: PlanVersionId) -> dict[str, int]:
    """Route numbers of a version by vehicle code."""
    query = select(PlanRoute.vehicle_code, PlanRoute.number).where(PlanRoute.version_id == version_id)
    return dict(db.execute(query).tuples().all())


def unassigned(db: Session, version_id: PlanVersionId) -> tuple[UnassignedRecord, ...]:
    """Lines without a place, with the reason in the reader's language and the owner."""
    rows = db.scalars(select(PlanUnassigned).where(PlanUnassigned.version_id == version_id).order_by(PlanUnassigned.id))
    return tuple(
        UnassignedRecord(
            book_line_id=BookLineId(row.book_line_id), portions=row.portions, reason_code=row.reason_code,
            reason=words.reason(row.reason_code, row.reason), owner=row.owner,
        )
        for row in rows
    )  # fmt: skip


def geometry(db: Session, version_id: PlanVersionId) -> tuple[RouteLine, ...]:
    """The lines to draw, leg by leg along roads; straight between stops where none were stored."""
    stored = db.scalar(select(PlanVersion.geometry_json).where(PlanVersion.id == version_id))
    if stored is None:
        return tuple(_straight(route) for route in routes(db, version_id))
    return tuple(
        RouteLine(number=entry["number"], legs=tuple(tuple(LonLat(*point) for point in leg) for leg in entry["legs"]))
        for entry in json.loads(zlib.decompress(stored))
    )


def stored_json(db: Session, version_id: PlanVersionId) -> tuple[dict[str, Any], dict[str, Any]]:
    """Problem (without matrices) and plan as saved with the version. Raises NotFound."""
    row = db.execute(
        select(PlanVersion.problem_json, PlanVersion.plan_json).where(PlanVersion.id == version_id)
    ).one_or_none()
    if row is None:
        raise NotFound("plan-not-found", _("There is no such plan version."))
    problem, plan = (cast("dict[str, Any]", json.loads(zlib.decompress(part))) for part in row)
    return problem, plan


def known_points(db: Session) -> tuple[LonLat, ...]:
    """Every point that a plan may ask about: kitchens, stations and residents' doors. For ``TravelTable``."""
    found: dict[LonLat, None] = {}
    for table in (Kitchen, Station, Resident):
        rows = db.execute(select(table.lon, table.lat).where(table.lon.is_not(None)).order_by(table.id))
        found |= {LonLat(lon, lat): None for lon, lat in rows.tuples() if lon is not None and lat is not None}
    return tuple(found)


def _of_day(day: date, slot: MealSlot) -> Any:
    return select(PlanVersion).where(PlanVersion.day == day, PlanVersion.slot == str(slot))


def _straight(route: RouteRecord) -> RouteLine:
    points = [LonLat(v.lon, v.lat) for v in route.visits if v.lon is not None and v.lat is not None]
    return RouteLine(number=route.number, legs=tuple(pairwise(points)))


def routes(db: Session, version_id: int, *, opened: bool = False) -> tuple[RouteRecord, ...]:
    """The routes of a version, or (``opened``) those that were opened on the road beside it. Three statements whatever their number."""
    beside = PlanRoute.id.in_(select(OpenedRoute.route_id))
    wanted = (PlanRoute.version_id == version_id, beside if opened else ~beside)
    lines: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for visit_id, line_id, new_face in db.execute(
        select(PlanLine.visit_id, PlanLine.book_line_id, PlanLine.new_face)
        .where(PlanLine.version_id == version_id, PlanLine.visit_id.is_not(None))
        .order_by(PlanLine.id)
    ).tuples():
        assert visit_id is not None
        lines[visit_id].append((line_id, new_face))
    visits: dict[int, list[VisitRecord]] = defaultdict(list)
    for visit in db.scalars(
        select(PlanVisit)
        .join(PlanRoute, PlanRoute.id == PlanVisit.route_id)
        .where(*wanted)
        .order_by(PlanVisit.route_id, PlanVisit.position)
    ):
        visits[visit.route_id].append(_visit(visit, lines.get(visit.id, ())))
    rows = db.scalars(select(PlanRoute).where(*wanted).order_by(PlanRoute.number))
    return tuple(_route(row, visits[row.id]) for row in rows)


def _visit(row: PlanVisit, lines: Iterable[tuple[int, bool]]) -> VisitRecord:
    return VisitRecord(
        id=row.id, position=row.position, trip=row.trip, kind=VisitKind(row.kind), stop_id=row.stop_id, arrival_s=row.arrival_s,
        waiting_s=row.waiting_s, setup_s=row.setup_s, service_s=row.service_s, portions=row.portions, lon=row.lon, lat=row.lat,
        window_from_s=row.window_from_s, window_to_s=row.window_to_s, food_margin_s=row.food_margin_s, station_code=row.station_code,
        lines=tuple(BookLineId(line) for line, _new in lines),
        new_faces=frozenset(BookLineId(line) for line, new in lines if new),
    )  # fmt: skip


def _route(row: PlanRoute, visits: list[VisitRecord]) -> RouteRecord:
    return RouteRecord(
        id=row.id, number=row.number, vehicle_code=row.vehicle_code, driver_code=row.driver_code, kitchen_code=row.kitchen_code,
        trips=row.trips, portions=row.portions, stops=row.stops, distance_m=row.distance_m, travel_s=row.travel_s,
        starts_s=row.starts_s, ends_s=row.ends_s, eat_by_s=row.eat_by_s, boxes=row.boxes, most_aboard=row.most_aboard, late_margin_s=row.late_margin_s,
        visits=tuple(visits),
    )  # fmt: skip


def _summary(row: PlanVersion) -> PlanVersionSummary:
    return PlanVersionSummary(
        id=PlanVersionId(row.id), day=row.day, slot=MealSlot(row.slot), number=row.number, state=PlanState(row.state),
        engine=row.engine, seed=row.seed, threads=row.threads, max_iterations=row.max_iterations, seconds=row.seconds, cost=row.cost, routes=row.routes, trips=row.trips,
        distance_m=row.distance_m, travel_s=row.travel_s, ordered=row.ordered, planned=row.planned, unassigned=row.unassigned,
        violations=tuple(row.violations), override_reason=row.override_reason, network=row.network,
        estimated_pairs=row.estimated_pairs, book_digest=row.book_digest, matrix_digest=row.matrix_digest,
        parent_id=None if row.parent_id is None else PlanVersionId(row.parent_id), created_by=row.created_by,
        created_at=row.created_at, published_by=row.published_by, published_at=row.published_at, withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at, withdraw_reason=row.withdraw_reason,
    )  # fmt: skip
