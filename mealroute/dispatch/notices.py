"""Notices of a changed plan: written with the change, read by those whom it concerns, and who has seen them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from mealroute.areas import queries as areas
from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch.models import Run
from mealroute.dispatch.notice_models import NoticeReceipt, RunNotice
from mealroute.dispatch.notice_records import (
    Audience,
    Means,
    NoticeDraft,
    NoticeId,
    NoticeKind,
    NoticeRecord,
    Receipt,
)
from mealroute.dispatch.notice_rulebook import unseen_minutes
from mealroute.dispatch.queries import within
from mealroute.dispatch.records import RunId, RunRecord
from mealroute.orders.models import BookLine
from mealroute.planning import words
from mealroute.planning.models import PlanLine, PlanVersion, PlanVisit
from mealroute.vendors import queries as vendors


def write(
    db: Session,
    drafts: Iterable[NoticeDraft],
    *,
    version_id: int,
    replaces: int | None = None,
    reason: str,
    by: Actor,
    clock: Clock,
    key: str = "",
) -> None:
    """Keep the notices of one change. The natural key makes a second writing of the same one impossible; ``key`` tells changes of one
    version apart.
    """
    db.add_all(
        RunNotice(
            natural_key=f"{version_id}/{draft.kind}{key}/{draft.audience}/{draft.code}/{draft.run_id or 0}", version_id=version_id,
            replaces_version_id=replaces, audience=draft.audience, code=draft.code, run_id=draft.run_id, kind=draft.kind,
            content=dict(draft.content), reason=reason.strip(), by_name=by.name, at=clock.now(),
        )
        for draft in drafts
    )  # fmt: skip
    db.flush()


def notices(db: Session, scope: Scope, *, day: date, slot: MealSlot | str, clock: Clock) -> tuple[NoticeRecord, ...]:
    """Notices of a day and slot within a person's scope, the newest first; of the unseen, who must phone once it is time.

    A vendor sees its own and those of its drivers and kitchens, a kitchen and a driver their own, a street those that touch its runs.
    """
    query = _query().where(PlanVersion.day == day, PlanVersion.slot == str(slot), *_reach(scope))
    return _records(db, db.execute(query).tuples().all(), clock.now())


def notice(db: Session, notice_id: NoticeId | int, *, scope: Scope, clock: Clock) -> NoticeRecord:
    """One notice. Raises NotFound, also where it lies outside the scope."""
    row = db.execute(_query().where(RunNotice.id == notice_id, *_reach(scope))).tuples().one_or_none()
    if row is None:
        raise NotFound("notice-not-found", _("There is no such notice."))
    return _records(db, [row], clock.now())[0]


def for_run(db: Session, run: RunRecord, *, clock: Clock) -> tuple[NoticeRecord, ...]:
    """What the driver of a run has to know about that day's meal, the newest first."""
    if not run.driver_code:
        return ()
    return notices(db, Scope(driver=run.driver_code), day=run.day, slot=run.slot, clock=clock)


def seen(db: Session, notice_id: NoticeId | int, *, means: Means = Means.PAGE, by: Actor, clock: Clock) -> bool:
    """Somebody has seen a notice (or told its receiver on the phone). True = written, False = it was known before.

    Raises NotFound where the notice lies outside the person's reach.
    """
    notice(db, notice_id, scope=by.scope, clock=clock)
    name = by.name[:80]
    known = select(NoticeReceipt.id).where(
        NoticeReceipt.notice_id == notice_id, NoticeReceipt.by_name == name, NoticeReceipt.means == means
    )
    if db.scalar(known) is not None:
        return False
    db.add(NoticeReceipt(notice_id=int(notice_id), by_name=name, means=means, at=clock.now()))
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="dispatch.notice-seen", subject=f"notice/{notice_id}", detail={"means": str(means)}
    )  # fmt: skip
    return True


# -- reads -----------------------------------------------------------------------------------------------------------
Row = tuple[RunNotice, PlanVersion, int | None, int | None]


def _query() -> Select[RunNotice, PlanVersion, int, int]:
    """A notice, its version, the number of the version before, and the number of the run; the last two may be None."""
    before = aliased(PlanVersion)
    return (
        select(RunNotice, PlanVersion, before.number, Run.number)
        .join(PlanVersion, PlanVersion.id == RunNotice.version_id)
        .outerjoin(before, before.id == RunNotice.replaces_version_id)
        .outerjoin(Run, Run.id == RunNotice.run_id)
        .order_by(RunNotice.id.desc())
    )


def _reach(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """The condition under which a notice is within reach; the one place that turns a scope into SQL here."""
    if scope.driver is not None:
        return (_is(Audience.DRIVER, RunNotice.code == scope.driver),)
    if scope.kitchen is not None:
        return (_is(Audience.KITCHEN, RunNotice.code == scope.kitchen),)
    if scope.vendor is not None:
        theirs = select(Run.id).where(Run.vendor_code == scope.vendor, Run.accepted_at.is_not(None))
        cooks = select(Run.kitchen_code).where(Run.cooked_by == scope.vendor)
        return (
            or_(
                _is(Audience.VENDOR, RunNotice.code == scope.vendor),
                _is(Audience.DRIVER, RunNotice.run_id.in_(theirs)),
                _is(Audience.KITCHEN, RunNotice.code.in_(cooks)),
            ),
        )
    if scope.streets is None and scope.station is None:
        return ()
    mine = within(select(Run), scope).subquery()
    of_version = or_(mine.c.version_id == RunNotice.version_id, mine.c.version_id == RunNotice.replaces_version_id)
    return (
        or_(
            _is(Audience.DRIVER, RunNotice.run_id.in_(select(mine.c.id))),
            _is(Audience.VENDOR, select(mine.c.id).where(of_version, mine.c.vendor_code == RunNotice.code).exists()),
            _is(Audience.KITCHEN, select(mine.c.id).where(of_version, mine.c.kitchen_code == RunNotice.code).exists()),
        ),
    )


def _is(audience: Audience, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(RunNotice.audience == str(audience), condition)


def _records(db: Session, rows: Sequence[Row], now: datetime) -> tuple[NoticeRecord, ...]:
    if not rows:
        return ()
    receipts = _receipts(db, [row[0].id for row in rows])
    people = _people(db)
    found = [_record(row, receipts.get(row[0].id, ()), people) for row in rows]
    due = now - timedelta(minutes=unseen_minutes(found[0].day))
    late = [one for one in found if not one.seen and one.at <= due]
    owners = _owners(db, {int(one.run_id) for one in late if one.run_id is not None}) if late else {}
    return tuple(
        replace(one, must_phone=owners.get(one.run_id or 0) or words.district_dispatcher()) if one in late else one
        for one in found
    )


def _record(row: Row, receipts: tuple[Receipt, ...], people: Mapping[tuple[str, str], tuple[str, str]]) -> NoticeRecord:
    told, version, before, run_number = row
    name, phone = people.get((told.audience, told.code), (told.code, ""))
    return NoticeRecord(
        id=NoticeId(told.id), version_id=told.version_id, version_number=version.number, replaces_number=before, day=version.day,
        slot=version.slot, audience=Audience(told.audience), code=told.code, name=name, phone=phone,
        run_id=None if told.run_id is None else RunId(told.run_id), run_number=run_number, kind=NoticeKind(told.kind),
        content=told.content, reason=told.reason, by_name=told.by_name, at=told.at, receipts=receipts,
    )  # fmt: skip


def _receipts(db: Session, notice_ids: Sequence[int]) -> dict[int, tuple[Receipt, ...]]:
    found: dict[int, tuple[Receipt, ...]] = {}
    query = select(NoticeReceipt).where(NoticeReceipt.notice_id.in_(notice_ids)).order_by(NoticeReceipt.id)
    for row in db.scalars(query):
        receipt = Receipt(by_name=row.by_name, means=Means(row.means), at=row.at)
        found[row.notice_id] = (*found.get(row.notice_id, ()), receipt)
    return found


def _people(db: Session) -> dict[tuple[str, str], tuple[str, str]]:
    """Name and phone by audience and code."""
    everything = Scope.everything()
    drivers = vendors.drivers(db, scope=everything)
    found = {(str(Audience.DRIVER), each.code): (each.name, each.phone or "") for each in drivers}
    found |= {(str(Audience.VENDOR), each.code): (each.name, "") for each in vendors.vendors(db, scope=everything)}
    found |= {(str(Audience.KITCHEN), each.code): (each.name, "") for each in vendors.kitchens(db)}
    return found


def _owners(db: Session, run_ids: set[int]) -> dict[int, str]:
    """Who answers for a run: the dispatcher of the street with most of its portions."""
    query = (
        select(Run.id, BookLine.street_code, func.sum(BookLine.quantity))
        .join(PlanVisit, PlanVisit.route_id == Run.route_id)
        .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
        .join(BookLine, BookLine.id == PlanLine.book_line_id)
        .where(Run.id.in_(sorted(run_ids)))
        .group_by(Run.id, BookLine.street_code)
    )
    named = {street.code: street.dispatch_owner or words.street_dispatcher(street.name) for street in areas.streets(db)}
    found: dict[int, tuple[int, str]] = {}
    for run, street, portions in db.execute(query):
        if run not in found or int(portions) > found[run][0]:
            found[run] = (int(portions), named.get(street, ""))
    return {run: owner for run, (_portions, owner) in found.items()}
