"""Reads of complaints: within a person's reach, with the words only for those who may read them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.text import mask_name
from mealroute.delivery.queries import ABOARD, in_scope
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine
from mealroute.oversight.models import Complaint, ComplaintStep
from mealroute.oversight.records import (
    Complainant,
    ComplaintId,
    ComplaintInput,
    ComplaintKind,
    ComplaintRecord,
    ComplaintState,
    ComplaintStepRecord,
)
from mealroute.planning.models import PlanLine, PlanVisit
from mealroute.residents.models import Resident


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a complaint hangs on, and who brought and cooked that meal."""

    resident_id: int | None
    book_line_id: int | None
    run_id: int | None
    street_code: str | None
    vendor_code: str | None
    kitchen_vendor_code: str | None
    day: date | None = None
    slot: str = ""


def within(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """The condition under which a complaint is within reach. A vendor reaches those about what it brought or cooked."""
    if scope.vendor is not None:
        return (or_(Complaint.vendor_code == scope.vendor, Complaint.kitchen_vendor_code == scope.vendor),)
    if scope.kitchen is not None or scope.driver is not None:
        return (false(),)
    if scope.streets is not None:
        return (Complaint.street_code.in_(sorted(scope.streets)),)
    return ()


def complaints(
    db: Session,
    *,
    scope: Scope,
    resident_id: int | None = None,
    only: ComplaintState | None = None,
    limit: int = 500,
) -> tuple[ComplaintRecord, ...]:
    """The newest complaints within reach; vendors get no words and no names."""
    query = _base().where(*within(scope)).order_by(Complaint.id.desc()).limit(limit)
    if resident_id is not None:
        query = query.where(Complaint.resident_id == resident_id)
    found = _records(db, query, words=scope.vendor is None)
    return tuple(one for one in found if only is None or one.state is only)


def complaint(db: Session, complaint_id: ComplaintId | int, *, scope: Scope) -> ComplaintRecord:
    """One complaint. Raises NotFound also where it lies outside the scope."""
    query = _base().where(Complaint.id == int(complaint_id), *within(scope))
    found = _records(db, query, words=scope.vendor is None)
    if not found:
        raise NotFound("complaint-not-found", _("There is no such complaint."))
    return found[0]


def blamed(db: Session, first: date, last: date, *, vendor: str | None = None) -> tuple[ComplaintRecord, ...]:
    """Complaints about meals of the days (both inclusive), without words: what a scorecard counts."""
    query = _base().where(Complaint.day >= first, Complaint.day <= last).order_by(Complaint.day, Complaint.id)
    if vendor is not None:
        query = query.where(*within(Scope(vendor=vendor)))
    return _records(db, query, words=False)


def _base() -> Select[Complaint, str | None, int | None]:
    return (
        select(Complaint, Resident.name, Run.number)
        .outerjoin(Resident, Resident.id == Complaint.resident_id)
        .outerjoin(Run, Run.id == Complaint.run_id)
    )


def _records(
    db: Session, query: Select[Complaint, str | None, int | None], *, words: bool
) -> tuple[ComplaintRecord, ...]:
    rows = db.execute(query).tuples().all()
    steps: dict[int, list[ComplaintStepRecord]] = defaultdict(list)
    ids = [row.id for row, _name, _number in rows]
    for start in range(0, len(ids), 10_000):
        found = select(ComplaintStep).where(ComplaintStep.complaint_id.in_(ids[start : start + 10_000]))
        for one in db.scalars(found.order_by(ComplaintStep.position)):
            steps[one.complaint_id].append(
                ComplaintStepRecord(
                    state=ComplaintState(one.state), person=one.person, text=one.text if words else "", by_name=one.by_name, at=one.at
                )
            )  # fmt: skip
    return tuple(_record(row, name if words else "", number, steps[row.id], words=words) for row, name, number in rows)


def _record(
    row: Complaint, name: str | None, number: int | None, steps: list[ComplaintStepRecord], *, words: bool
) -> ComplaintRecord:
    return ComplaintRecord(
        id=ComplaintId(row.id), kind=ComplaintKind(row.kind), complainant=Complainant(row.complainant), day=row.day, slot=row.slot,
        resident_id=row.resident_id if words else None, resident_name=mask_name(name or ""), street_code=row.street_code,
        run_id=row.run_id, run_number=number, book_line_id=row.book_line_id, vendor_code=row.vendor_code,
        kitchen_vendor_code=row.kitchen_vendor_code, text=row.text if words else "", by_name=row.by_name, by_role=row.by_role,
        at=row.at, steps=tuple(steps),
    )  # fmt: skip


def subject(db: Session, entry: ComplaintInput, *, scope: Scope) -> Subject:
    """Resolve what a complaint is about. Raises NotFound where it lies outside the scope, MealrouteError without any subject."""
    if entry.book_line_id is not None:
        found = _meal(db, scope, BookLine.id == entry.book_line_id)
        if found is None:
            raise NotFound("line-not-found", _("This meal is not on any run within your reach."))
        return found
    if entry.resident_id is not None:
        street = db.scalar(select(Resident.street_code).where(Resident.id == entry.resident_id))
        if street is None or not scope.sees_street(street):
            raise NotFound("resident-not-found", _("There is no such resident."))
        meal = _meal(
            db, Scope.everything(), BookLine.resident_id == entry.resident_id, Run.day == entry.day, Run.slot == entry.slot
        )  # fmt: skip
        return meal or Subject(
            resident_id=entry.resident_id, book_line_id=None, run_id=None, street_code=street, vendor_code=None, kitchen_vendor_code=None
        )  # fmt: skip
    if entry.run_id is not None:
        whole = _meal(db, scope, Run.id == entry.run_id)
        if whole is None:
            raise NotFound("run-not-found", _("There is no such run."))
        only = next(iter(scope.streets)) if scope.streets is not None and len(scope.streets) == 1 else None
        return Subject(
            resident_id=None, book_line_id=None, run_id=whole.run_id, street_code=only, vendor_code=whole.vendor_code,
            kitchen_vendor_code=whole.kitchen_vendor_code, day=whole.day, slot=whole.slot,
        )  # fmt: skip
    raise MealrouteError("complaint-subject", _("Say whom or which run the complaint is about."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Meal:
    """One loaded meal, or the first of a run, as a form about it names it. The name is masked."""

    resident_id: int
    resident_name: str
    run_number: int
    day: date
    slot: str


def meal(db: Session, *, scope: Scope, line: int | None = None, run: int | None = None) -> Meal | None:
    """The meal of a line, or any of a run, within the scope; None where there is none."""
    wanted = BookLine.id == line if line is not None else Run.id == run
    query = _aboard(scope, wanted).join(Resident, Resident.id == BookLine.resident_id)
    row = (
        db.execute(query.with_only_columns(Resident.id, Resident.name, Run.number, Run.day, Run.slot)).tuples().first()
    )
    if row is None:
        return None
    return Meal(resident_id=row[0], resident_name=mask_name(row[1]), run_number=row[2], day=row[3], slot=row[4])


def _aboard(scope: Scope, *wanted: ColumnElement[bool]) -> Select[int, int, int, str, str | None, str, date, str]:
    return (
        select(
            BookLine.resident_id,
            BookLine.id,
            Run.id,
            BookLine.street_code,
            case((Run.accepted_at.is_not(None), Run.vendor_code)),
            func.coalesce(Run.cooked_by, Run.vendor_code),
            Run.day,
            Run.slot,
        )
        .join(PlanVisit, PlanVisit.route_id == Run.route_id)
        .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
        .join(BookLine, BookLine.id == PlanLine.book_line_id)
        .where(and_(*wanted), Run.state.in_(ABOARD), *in_scope(scope))
        .order_by(Run.id.desc(), BookLine.id)
        .limit(1)
    )


def _meal(db: Session, scope: Scope, *wanted: ColumnElement[bool]) -> Subject | None:
    row = db.execute(_aboard(scope, *wanted)).tuples().first()
    if row is None:
        return None
    return Subject(
        resident_id=row[0], book_line_id=row[1], run_id=row[2], street_code=row[3], vendor_code=row[4] or None, kitchen_vendor_code=row[5] or None,
        day=row[6], slot=row[7],
    )  # fmt: skip
