"""Reads of stops that changed hands on the road, and routes as they are driven now."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, false, select
from sqlalchemy.orm import Session, aliased

from mealroute.core.actor import Scope
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.dispatch.transfer_records import FoodWay, StationPlace, TransferKind, TransferRecord
from mealroute.dispatch.transfer_rules import driven, newest
from mealroute.planning import queries as planning
from mealroute.planning.opened import opened
from mealroute.planning.records import PlanVersionId, RouteRecord, VisitRecord
from mealroute.vendors.models import Station


def of_day(db: Session, day: date, slot: str) -> tuple[TransferRecord, ...]:
    """Every change of hands of a meal, in order."""
    query = (
        select(StopTransfer)
        .join(Run, Run.id == StopTransfer.from_run_id)
        .where(Run.day == day, Run.slot == str(slot))
        .order_by(StopTransfer.id)
    )
    return tuple(record_of(row) for row in db.scalars(query))


def of_versions(db: Session, version_ids: Collection[int]) -> tuple[TransferRecord, ...]:
    """Every change of hands of the runs of some versions, in order."""
    query = (
        select(StopTransfer)
        .join(Run, Run.id == StopTransfer.from_run_id)
        .where(Run.version_id.in_(sorted(set(version_ids))))
        .order_by(StopTransfer.id)
    )
    return tuple(record_of(row) for row in db.scalars(query))


def routes_driven(
    db: Session,
    routes: Mapping[int, RouteRecord],
    transfers: Iterable[TransferRecord],
    versions: Iterable[RouteRecord] = (),
) -> dict[int, RouteRecord]:
    """Run → its route as it is driven now. ``versions``: all routes of the versions, where a taken stop may be on one not asked for."""
    standing = newest(transfers)
    if not standing:
        return dict(routes)
    visits: dict[int, VisitRecord] = {
        visit.id: visit for route in (*routes.values(), *versions) for visit in route.visits if visit.id in standing
    }
    known = {run: held for run, held in standing.items() if run in visits}
    return driven(routes, visits, known, _stations(db, {held.station_code for held in known.values()}))


def version_driven(db: Session, version_id: int, runs: Iterable[tuple[int, int]]) -> dict[int, RouteRecord]:
    """Route id → the route as driven now, for ``(run, route)`` of a version, also of routes opened beside it."""
    every = {route.id: route for route in planning.version(db, PlanVersionId(version_id)).routes}
    pairs, given = list(runs), of_versions(db, [version_id])
    if not given:
        return {route: every[route] for _run, route in pairs}
    every |= {route.id: route for route in opened(db, [version_id])}
    found = routes_driven(db, {run: every[route] for run, route in pairs}, given, tuple(every.values()))
    return {route: found[run] for run, route in pairs}


def standing_now(transfers: Iterable[TransferRecord]) -> dict[int, TransferRecord]:
    """Visit → the change of hands that stands."""
    return newest(transfers)


def visits_taken(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a stop transfer leads to a run, or a station, within somebody's reach; false where nothing limits them."""
    run = aliased(Run)
    wanted: list[ColumnElement[bool]] = []
    if scope.vendor is not None:
        wanted.append(and_(run.vendor_code == scope.vendor, run.accepted_at.is_not(None)))
    if scope.kitchen is not None:
        wanted.append(run.kitchen_code == scope.kitchen)
    if scope.driver is not None:
        wanted.append(run.driver_code == scope.driver if scope.driver else false())
    if not wanted:
        return false()
    return select(run.id).where(run.id == StopTransfer.to_run_id, *wanted).exists()


def _stations(db: Session, codes: Collection[str]) -> dict[str, StationPlace]:
    wanted = sorted(code for code in codes if code)
    if not wanted:
        return {}
    query = select(Station.code, Station.lon, Station.lat).where(Station.code.in_(wanted))
    rows = db.execute(query).tuples()
    return {
        code: StationPlace(code=code, lon=lon, lat=lat)
        for code, lon, lat in rows
        if lon is not None and lat is not None
    }


def record_of(row: StopTransfer) -> TransferRecord:
    """The row as others may read it."""
    return TransferRecord(
        id=row.id, visit_id=row.visit_id, number=row.number, from_run_id=row.from_run_id, kind=TransferKind(row.kind), to_run_id=row.to_run_id,
        after_visit_id=row.after_visit_id, to_name=row.to_name, station_code=row.station_code, food=FoodWay(row.food), place=row.place,
        meet_s=row.meet_s, arrive_s=row.arrive_s, deadline_s=row.deadline_s, portions=row.portions, made_again=row.made_again,
        cooked_by=row.cooked_by, reason=row.reason, by_name=row.by_name, at=row.at,
    )  # fmt: skip
