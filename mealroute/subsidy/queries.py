"""Reads of the money: the rows of a month, its statement, a settlement's lines. A fixed number of statements each."""

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.text import mask_id, mask_name
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.orders.models import Amendment, BookLine, Order, OrderBook, Payment
from mealroute.planning.models import PlanLine, PlanVersion, PlanVisit
from mealroute.residents.loading import around_of
from mealroute.residents.models import Resident
from mealroute.residents.rules import state_on
from mealroute.subsidy.build import BookRow, DoorRow, MonthRows, PlanRow
from mealroute.subsidy.models import ClaimLine, Explanation, Period
from mealroute.subsidy.records import (
    Beneficiary,
    ClaimLineRecord,
    ExplanationRecord,
    PeriodState,
    ResidentOnDay,
)
from mealroute.subsidy.statements import SettlementLine


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


def month_rows(db: Session, month: str) -> MonthRows:
    """Everything that a month is settled from: books, published plans, current proofs, payments, people."""
    return rows_between(db, *month_days(month))


def rows_between(db: Session, first: date, last: date) -> MonthRows:
    """The same for any span of days, both inclusive; what is paid hangs on the day alone, never on the month."""
    in_book = (OrderBook.day >= first, OrderBook.day <= last, OrderBook.state == "closed")
    book = [
        BookRow(*row)
        for row in db.execute(
            select(
                BookLine.id, BookLine.order_id, BookLine.resident_id, BookLine.quantity, BookLine.unit_price_fen,
                BookLine.street_code, OrderBook.day, OrderBook.slot,
            )
            .join(OrderBook, OrderBook.id == BookLine.book_id)
            .where(*in_book)
            .order_by(BookLine.id)
        )
    ]  # fmt: skip
    amendments = db.execute(
        select(Amendment.cancels_line_id, Amendment.adds_line_id)
        .join(OrderBook, OrderBook.id == Amendment.book_id)
        .where(*in_book)
    ).all()
    published = (PlanVersion.day >= first, PlanVersion.day <= last, PlanVersion.state == "published")
    plan = {
        line: PlanRow(line, visit is not None, portions)
        for line, visit, portions in db.execute(
            select(PlanLine.book_line_id, PlanLine.visit_id, PlanLine.portions)
            .join(PlanVersion, PlanVersion.id == PlanLine.version_id)
            .where(*published)
        )
    }
    # A meal that stayed at a door was loaded, also where its run was withdrawn since and no plan in force carries the line.
    handed = db.execute(
        select(PlanLine.book_line_id, PlanLine.portions)
        .join(PlanVisit, PlanVisit.id == PlanLine.visit_id)
        .join(Run, Run.route_id == PlanVisit.route_id)
        .join(Proof, and_(Proof.run_id == Run.id, Proof.book_line_id == PlanLine.book_line_id, current()))
        .where(Run.day >= first, Run.day <= last, Run.state == "withdrawn")
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
            )
            .join(Run, Run.id == Proof.run_id)
            .outerjoin(cooked, cooks.visit_id == Proof.visit_id)
            .where(Run.day >= first, Run.day <= last, current())
        )
    }
    return MonthRows(
        book=book,
        plan=plan,
        planned_days=planned_days,
        doors=doors,
        cancelled=frozenset(line for line, _added in amendments if line is not None),
        added=frozenset(line for _cancelled, line in amendments if line is not None),
        stray=_stray(db, first, last),
        paid=_paid(db, first, last),
        people=_people(db, {(row.resident_id, row.day) for row in book if row.line_id in doors}, first, last),
    )


def _stray(db: Session, first: date, last: date) -> dict[tuple[date, str], int]:
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
    return {(day, slot): int(portions) for day, slot, portions in db.execute(query)}


def _paid(db: Session, first: date, last: date) -> dict[int, int]:
    """What residents have paid for each order of the month, refunds taken off."""
    signed = case((Payment.kind == "payment", Payment.amount_fen), else_=-Payment.amount_fen)
    query = (
        select(Payment.order_id, func.sum(signed))
        .join(Order, Order.id == Payment.order_id)
        .where(Order.day >= first, Order.day <= last)
        .group_by(Payment.order_id)
    )
    return {order: int(amount) for order, amount in db.execute(query)}


def _people(
    db: Session, wanted: set[tuple[int, date]], first: date, last: date
) -> dict[tuple[int, date], ResidentOnDay]:
    """Each resident as of each day on which they got a meal: state, pause, dwelling, basic service."""
    query: Select[Resident] = select(Resident).where(
        Resident.id.in_(
            select(BookLine.resident_id)
            .join(OrderBook, OrderBook.id == BookLine.book_id)
            .where(OrderBook.day >= first, OrderBook.day <= last)
        )
    )
    rows = {row.id: row for row in db.scalars(query)}
    around = around_of(db, query, contacts=False)
    found = {}
    for number, day in wanted:
        row, near = rows[number], around[number]
        pause = near.pause_on(day)
        found[number, day] = ResidentOnDay(
            resident_id=number,
            code=row.code,
            state=str(state_on(near.history, near.pauses, day) or "pending"),
            living=row.living,
            basic_service=row.basic_service and (row.basic_service_from is None or row.basic_service_from <= day),
            pause_reason=None if pause is None else str(pause.reason),
        )
    return found


def masked_people(db: Session, ids: set[int]) -> dict[int, tuple[str, str]]:
    """Resident → masked name and masked ID number, as they stand in a settlement."""
    found = {}
    for number, name, id_number in db.execute(select(Resident.id, Resident.name, Resident.id_number)):
        if number in ids:
            found[number] = (mask_name(name), mask_id(id_number) if id_number else "")
    return found


def period(db: Session, payer: str, month: str) -> Period | None:
    """The payer's month, once anything has been built for it."""
    return db.scalars(select(Period).where(Period.payer == payer, Period.month == month)).one_or_none()


def periods(db: Session, payer: str) -> dict[str, PeriodState]:
    """Every month of the payer and whether it is closed, the newest first."""
    query = select(Period.month, Period.state).where(Period.payer == payer).order_by(Period.month.desc())
    return {month: PeriodState(state) for month, state in db.execute(query)}


def explanations(db: Session, period_id: int) -> tuple[ExplanationRecord, ...]:
    """Every explanation of a month, by day."""
    query = select(Explanation).where(Explanation.period_id == period_id).order_by(Explanation.day, Explanation.id)
    return tuple(
        ExplanationRecord(
            book_line_id=row.book_line_id, day=row.day, code=row.code, sentence=row.sentence, portions=row.portions,
            automatic=row.automatic, by_name=row.by_name, at=row.at,
        )
        for row in db.scalars(query)
    )  # fmt: skip


def explained_on(db: Session, day: date) -> dict[int, int]:
    """Order line → portions of a day that a person has explained."""
    query = select(Explanation.book_line_id, Explanation.portions).where(Explanation.day == day)
    return dict(db.execute(query.where(Explanation.automatic.is_(False))).tuples().all())


def open_names(db: Session, resident_ids: set[int]) -> dict[int, str]:
    """Masked names for a short list of differences."""
    query = select(Resident.id, Resident.name).where(Resident.id.in_(sorted(resident_ids)))
    return {number: mask_name(name) for number, name in db.execute(query)}


_CLAIM = (
    ClaimLine.line_no, ClaimLine.rule_id, ClaimLine.rule_version, ClaimLine.document_no, ClaimLine.beneficiary,
    ClaimLine.amount_fen, ClaimLine.shares, ClaimLine.order_id, ClaimLine.book_line_id, ClaimLine.proof_id,
    ClaimLine.resident_id, ClaimLine.resident_code, ClaimLine.day, ClaimLine.slot, ClaimLine.street_code,
    ClaimLine.vendor_code, ClaimLine.unit_price_fen, ClaimLine.resident_paid_fen, ClaimLine.copay_fen, ClaimLine.outcome,
    ClaimLine.basis,
)  # fmt: skip


def settlement_lines(db: Session, period_id: int, *, scope: Scope) -> tuple[SettlementLine, ...]:
    """The rows of a settlement in their order, as far as the scope reaches."""
    query = select(*_CLAIM).where(ClaimLine.period_id == period_id).order_by(ClaimLine.line_no)
    if scope.streets is not None:
        query = query.where(ClaimLine.street_code.in_(sorted(scope.streets)))
    if scope.vendor is not None:
        query = query.where(ClaimLine.vendor_code == scope.vendor)
    return tuple(_settlement_line(row._mapping) for row in db.execute(query))  # noqa: SLF001 -- SQLAlchemy's public name


def _settlement_line(row: Mapping[Any, Any]) -> SettlementLine:
    values = dict(row)
    basis = values.pop("basis")
    assert isinstance(basis, dict)
    shares = values.pop("shares")
    assert isinstance(shares, dict)
    line_no = values.pop("line_no")
    assert isinstance(line_no, int)
    values["beneficiary"] = Beneficiary(str(values["beneficiary"]))
    return SettlementLine(
        line_no=line_no,
        claim=ClaimLineRecord(**values, shares=tuple(sorted(shares.items())), basis=basis),
        resident_name=basis["name"],
        resident_id_masked=basis["id_number"],
        street_name=basis["street"],
        vendor_name=basis["vendor"],
    )
