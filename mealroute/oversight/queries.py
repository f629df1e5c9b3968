"""Reads of oversight: the loaded lines that a scorecard is made of, and the card itself. A handful of statements each."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.errors import NotFound
from mealroute.core.geo import LonLat, haversine_m
from mealroute.core.i18n import _
from mealroute.delivery import satisfaction
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import ABOARD, current
from mealroute.delivery.records import Answer, Outcome, Source
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine
from mealroute.oversight import complaint_queries, rules
from mealroute.oversight.records import DoorLine, Scorecard
from mealroute.oversight.rulebook import policy_on
from mealroute.planning.models import PlanLine, PlanVisit
from mealroute.subsidy.queries import month_days
from mealroute.vendors.models import Vendor


def vendor_code(db: Session, vendor_id: int, *, scope: Scope) -> str:
    """The code of the vendor with this number. Raises NotFound also where it lies outside the scope."""
    code = db.scalar(select(Vendor.code).where(Vendor.id == vendor_id))
    if code is None or (scope.vendor is not None and scope.vendor != code):
        raise NotFound("vendor-not-found", _("There is no such vendor."))
    return code


def vendor_ids(db: Session) -> dict[str, int]:
    """Code → number, for addresses."""
    return dict(db.execute(select(Vendor.code, Vendor.id)).tuples().all())


def bringer(run: type[Run]) -> ColumnElement[str | None]:
    """Who answers for bringing a run: the vendor that has accepted it; NULL while nobody has, whoever it was meant for."""
    return case((run.accepted_at.is_not(None), run.vendor_code))


def door_lines(
    db: Session, first: date, last: date, *, zone: ZoneInfo, vendor: str | None = None
) -> tuple[DoorLine, ...]:
    """Every loaded line of the days (both inclusive) with its current record; of one vendor: brought or cooked by it.

    Where a line was recorded on another run than the one that carries it now, that run's vendor brought it.
    """
    recorded = aliased(Run)
    brought = func.coalesce(case((recorded.id.is_not(None), bringer(recorded)), else_=bringer(Run)), "")
    cooked = func.coalesce(recorded.cooked_by, recorded.vendor_code, Run.cooked_by, Run.vendor_code)
    query = (
        select(
            BookLine.id, Run.day, Run.slot, Run.id, Run.number, brought, cooked, BookLine.street_code,
            BookLine.station_code, BookLine.quantity, BookLine.window_from_s, BookLine.window_to_s, BookLine.lon, BookLine.lat,
            Proof.outcome, Proof.quantity, Proof.reason, Proof.seen, Proof.source, Proof.phone_at, Proof.server_at, Proof.lon, Proof.lat,
        )
        .join(PlanVisit, PlanVisit.route_id == Run.route_id)
        .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
        .join(BookLine, BookLine.id == PlanLine.book_line_id)
        .outerjoin(Proof, and_(Proof.book_line_id == BookLine.id, current()))
        .outerjoin(recorded, recorded.id == Proof.run_id)
        .where(Run.day >= first, Run.day <= last, Run.state.in_(ABOARD))
        .order_by(Run.day, Run.slot, Run.number, PlanVisit.position, BookLine.id)
    )  # fmt: skip
    if vendor is not None:
        query = query.where(or_(brought == vendor, cooked == vendor))
    rows = db.execute(query).tuples().all()
    said = satisfaction.answers(db, [row[0] for row in rows])
    return tuple(_door(row, said.get(row[0]), zone) for row in rows)


def _door(row: Any, answer: Answer | None, zone: ZoneInfo) -> DoorLine:
    (
        line, day, slot, run, number, brought, cooked, street, station, quantity, window_from, window_to, lon, lat, outcome, delivered,
        reason, seen, source, phone_at, server_at, at_lon, at_lat,
    ) = row  # fmt: skip
    return DoorLine(
        book_line_id=line, day=day, slot=slot, run_id=run, run_number=number, vendor_code=brought, kitchen_vendor_code=cooked,
        street_code=street, at_station=bool(station), quantity=quantity, window_from_s=window_from, window_to_s=window_to,
        outcome=None if outcome is None else Outcome(outcome), delivered=delivered or 0, reason=reason or "", seen=bool(seen),
        source=None if source is None else Source(source), phone_s=_seconds(phone_at, day, zone),
        delay_minutes=None if phone_at is None else int((server_at - phone_at).total_seconds() // 60),
        place_m=_metres(lon, lat, at_lon, at_lat), answer=answer,
    )  # fmt: skip


def _seconds(moment: datetime | None, day: date, zone: ZoneInfo) -> int | None:
    return None if moment is None else int((moment - at_seconds(day, 0, zone)).total_seconds())


def _metres(lon: float | None, lat: float | None, at_lon: float | None, at_lat: float | None) -> int | None:
    if lon is None or lat is None or at_lon is None or at_lat is None:
        return None
    return round(haversine_m(LonLat(lon, lat), LonLat(at_lon, at_lat)))


def scorecard(db: Session, vendor: str, month: str, *, scope: Scope, clock: Clock) -> Scorecard:
    """A vendor's card of a month, up to today where the month is not over. Raises NotFound outside the scope."""
    if scope.vendor is not None and scope.vendor != vendor:
        raise NotFound("vendor-not-found", _("There is no such vendor."))
    first, last = month_days(month)
    lines = door_lines(db, first, min(last, clock.today()), zone=clock.zone, vendor=vendor)
    complaints = complaint_queries.blamed(db, first, last, vendor=vendor)
    return rules.scorecard(vendor, first, last, lines, complaints, policy_on(last))


def scorecards(db: Session, month: str, *, clock: Clock) -> tuple[Scorecard, ...]:
    """The cards of every vendor that brought or cooked anything in the month, by code."""
    first, last = month_days(month)
    lines = door_lines(db, first, min(last, clock.today()), zone=clock.zone)
    of: dict[str, list[DoorLine]] = defaultdict(list)
    for line in lines:
        for code in {line.vendor_code, line.kitchen_vendor_code} - {""}:
            of[code].append(line)
    complaints = complaint_queries.blamed(db, first, last)
    policy = policy_on(last)
    return tuple(rules.scorecard(code, first, last, of[code], complaints, policy) for code in sorted(of))


def last_driven(db: Session, vendor: str, before: date) -> tuple[date, str] | None:
    """The newest day and meal before ``before`` on which the vendor brought something."""
    query = select(Run.day, Run.slot).where(bringer(Run) == vendor, Run.day < before, Run.state.in_(ABOARD))
    row = db.execute(query.order_by(Run.day.desc(), Run.slot).limit(1)).tuples().first()
    return None if row is None else (row[0], row[1])
