"""The rows that a span of days is settled from: books, plans, doors, payments, people. A fixed number of statements."""

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.orders.models import Amendment, BookLine, Order, OrderBook, Payment
from mealroute.planning.models import PlanLine, PlanVersion, PlanVisit
from mealroute.residents.models import Resident
from mealroute.subsidy.build import BookRow, DoorRow, MonthRows, PersonFacts, PlanRow
from mealroute.subsidy.cash_records import Purse
from mealroute.subsidy.earlier import earlier_lines
from mealroute.subsidy.parts import Beside, Part, among, line_ids, of_people, order_ids, resident_ids, within
from mealroute.subsidy.people import people_on, person_facts
from mealroute.subsidy.records import OpenItem
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.site_queries import periodic_facts
from mealroute.swipes.records import Mismatch, Trouble
from mealroute.swipes.words import sentence as swipe_sentence
from mealroute.vendors.models import Driver, Station


def month_days(month: str) -> tuple[date, date]:
    """First and last day of ``2026-02``.

    Raises
    ------
    MealrouteError
        ``month-invalid``.
    """
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise MealrouteError(
            "month-invalid", _("“%(month)s” is not a month.", month=month), _("Write it as 2026-02.")
        ) from None
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_rows(
    db: Session, month: str, *, facts: Mapping[int, PersonFacts] | None = None, part: Part | None = None
) -> MonthRows:
    """Everything that a month is settled from: books, published plans, current proofs, payments, people.

    ``facts`` are what a closed month holds of its residents; they stand instead of what the ledger says today.
    """
    return rows_between(db, *month_days(month), facts=facts, part=part)


def rows_between(
    db: Session, first: date, last: date, *, facts: Mapping[int, PersonFacts] | None = None, part: Part | None = None
) -> MonthRows:  # fmt: skip
    """The same for any span of days, both inclusive; what is paid hangs on the day alone, never on the month.

    ``part``: only what belongs to some streets or people.
    """
    in_book = (
        OrderBook.day >= first,
        OrderBook.day <= last,
        OrderBook.state == "closed",
        *within(part, BookLine.street_code),
        *of_people(part, BookLine.resident_id),
    )
    book = [
        BookRow(*row)
        for row in db.execute(
            select(
                BookLine.id, BookLine.order_id, BookLine.resident_id, BookLine.quantity, BookLine.unit_price_fen,
                BookLine.street_code, OrderBook.day, OrderBook.slot, BookLine.delivery,
                func.coalesce(BookLine.station_code, ""), Order.channel, Order.pay_means, BookLine.zone,
                BookLine.meal_kind,
            )
            .join(OrderBook, OrderBook.id == BookLine.book_id)
            .join(Order, Order.id == BookLine.order_id)
            .where(*in_book)
            .order_by(BookLine.id)
        )
    ]  # fmt: skip
    amendments = db.execute(
        select(Amendment.cancels_line_id, Amendment.adds_line_id)
        .join(OrderBook, OrderBook.id == Amendment.book_id)
        .join(BookLine, BookLine.id == func.coalesce(Amendment.cancels_line_id, Amendment.adds_line_id))
        .where(*in_book)
    ).all()
    published = (PlanVersion.day >= first, PlanVersion.day <= last, PlanVersion.state == "published")
    here = line_ids(first, last, part)
    plan = {
        line: PlanRow(line, visit is not None, portions)
        for line, visit, portions in db.execute(
            select(PlanLine.book_line_id, PlanLine.visit_id, PlanLine.portions)
            .join(PlanVersion, PlanVersion.id == PlanLine.version_id)
            .where(*published, *among(PlanLine.book_line_id, here))
        )
    }
    # A meal that stayed at a door was loaded, also where its run was withdrawn since and no plan in force carries the line.
    handed = db.execute(
        select(PlanLine.book_line_id, PlanLine.portions)
        .join(PlanVisit, PlanVisit.id == PlanLine.visit_id)
        .join(Run, Run.route_id == PlanVisit.route_id)
        .join(Proof, and_(Proof.visit_id == PlanVisit.id, Proof.book_line_id == PlanLine.book_line_id, current()))
        .where(Run.day >= first, Run.day <= last, Run.state == "withdrawn", *among(PlanLine.book_line_id, here))
    )
    for line, portions in handed:
        if line not in plan or not plan[line].aboard:
            plan[line] = PlanRow(line, True, portions)
    planned_days = frozenset(
        (day, slot) for day, slot in db.execute(select(PlanVersion.day, PlanVersion.slot).where(*published))
    )
    # A stop that changed hands on the road was cooked where it was loaded, whoever brought it.
    cooked = (
        select(StopTransfer.visit_id, func.max(StopTransfer.cooked_by).label("cooked_by"))
        .where(StopTransfer.cooked_by != "")
        .group_by(StopTransfer.visit_id)
        .subquery()
    )
    cooks = cooked.c
    doors = {
        row[0]: DoorRow(*row)
        for row in db.execute(
            # the claim is the cook's, also where another vendor drove (M46)
            select(
                Proof.book_line_id,
                Proof.id,
                Proof.outcome,
                Proof.quantity,
                func.coalesce(cooks.cooked_by, Run.cooked_by, Run.vendor_code),
                Run.id,
                Run.number,
                Run.driver_code,
                PlanVisit.position,
                PlanVisit.arrival_s,
                Proof.seen,
                Proof.left_with,
                Proof.source,
                func.coalesce(Proof.made_at, Proof.server_at),
                Proof.server_at,
                Driver.volunteer,
            )
            .join(Run, Run.id == Proof.run_id)
            .join(PlanVisit, PlanVisit.id == Proof.visit_id)
            .outerjoin(Driver, Driver.code == Run.driver_code)
            .outerjoin(cooked, cooks.visit_id == Proof.visit_id)
            .where(Run.day >= first, Run.day <= last, current(), *among(Proof.book_line_id, here))
        )
    }
    beside = _beside(db, first, last, part)
    swiped = beside.swiped
    ids = resident_ids(first, last, part)
    held = person_facts(db, ids) | dict(facts or {})
    people = people_on(db, {(row.resident_id, row.day) for row in book if row.line_id in doors}, ids, held)
    eaters = {number for number, _day in people}
    return MonthRows(
        book=book,
        plan=plan,
        planned_days=planned_days,
        doors=doors,
        cancelled=frozenset(line for line, _added in amendments if line is not None),
        added=frozenset(line for _cancelled, line in amendments if line is not None),
        stray=_stray(db, first, last, part),
        paid=_paid(db, first, last, part),
        people=people,
        evidence=_evidence(db, first, last, swiped.confirmed, here),
        open_items=[
            *(one for one in map(_swipe_open, swiped.open) if part is None or part.holds(one.street_code)),
            *map(_cash_open, (purse for purse in beside.purses if part is None or part.settles(purse))),
        ],
        earlier=earlier_lines(db, first, part),
        periodic=periodic_facts(
            db,
            first,
            last,
            load_rulebook() if part is None else part.rules,
            streets=None if part is None else part.streets,
        ),
        site_kinds=dict(db.execute(select(Station.code, Station.kind)).tuples().all()),
        facts={number: known for number, known in held.items() if number in eaters},
    )


def _beside(db: Session, first: date, last: date, part: Part | None) -> Beside:
    if part is None:
        return Beside.of(db, first, last)
    if part.beside is not None:
        return part.beside
    return Beside.of(db, first, last) if part.people is None else Beside.of_people(db, first, last)


def _cash_open(one: Purse) -> OpenItem:
    return OpenItem(
        code="cash", subject=one.key, sentence=_("Cash that was taken has not been handed in in full."), day=one.day,
        street_code="", expected=one.expected_fen, found=one.handed_fen, unit="fen",
    )  # fmt: skip


def _swipe_open(one: Mismatch) -> OpenItem:
    return OpenItem(
        code="swipe",
        subject=one.subject, sentence=swipe_sentence(one), day=one.day, street_code=one.line.street_code if one.line else "",
        expected=one.expected, found=one.found if one.expected or one.found else 1,
        unit="fen" if one.trouble is Trouble.AMOUNT_DIFFERS else "portions",
    )  # fmt: skip


def _evidence(
    db: Session, first: date, last: date, swiped: Mapping[int, str], here: Select[Any] | None
) -> dict[int, frozenset[str]]:
    """Proof → kinds of evidence beside it: swipes that go with it; a spoken code only where it was the right one."""
    query = (
        select(Evidence.proof_id, Evidence.kind, Evidence.verdict)
        .join(Proof, Proof.id == Evidence.proof_id)
        .join(Run, Run.id == Proof.run_id)
        .where(Run.day >= first, Run.day <= last, *among(Proof.book_line_id, here))
    )
    found: dict[int, set[str]] = {proof: {kind} for proof, kind in swiped.items()}
    for proof, kind, verdict in db.execute(query):
        if kind != "code" or verdict == "matched":
            found.setdefault(proof, set()).add(kind)
    return {proof: frozenset(kinds) for proof, kinds in found.items()}


def _stray(db: Session, first: date, last: date, part: Part | None) -> dict[tuple[date, str], int]:
    """Portions of placed orders that no closed book holds."""
    held = (
        select(BookLine.id)
        .join(OrderBook, OrderBook.id == BookLine.book_id)
        .where(BookLine.order_id == Order.id, OrderBook.state == "closed")
    )
    query = (
        select(Order.day, Order.slot, func.sum(Order.quantity))
        .where(Order.day >= first, Order.day <= last, Order.state == "placed", ~held.exists())
        .group_by(Order.day, Order.slot)
    )
    if part is not None:
        query = query.join(Resident, Resident.id == Order.resident_id)
        query = query.where(*within(part, Resident.street_code), *of_people(part, Order.resident_id))
    return {(day, slot): int(portions) for day, slot, portions in db.execute(query)}


def _paid(db: Session, first: date, last: date, part: Part | None) -> dict[int, int]:
    """What residents have paid for each order of the month, refunds taken off."""
    signed = case((Payment.kind == "payment", Payment.amount_fen), else_=-Payment.amount_fen)
    query = (
        select(Payment.order_id, func.sum(signed))
        .join(Order, Order.id == Payment.order_id)
        .where(Order.day >= first, Order.day <= last, *among(Order.id, order_ids(first, last, part)))
        .group_by(Payment.order_id)
    )
    return {order: int(amount) for order, amount in db.execute(query)}
