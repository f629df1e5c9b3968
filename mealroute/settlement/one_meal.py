"""One meal from order to money: everything that a figure leads back to, in a fixed number of statements."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.core.text import mask_name
from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.models import Proof
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine, Order, OrderBook, Payment
from mealroute.planning.models import PlanVisit
from mealroute.residents.models import Resident
from mealroute.settlement import correcting, holding
from mealroute.settlement.models import AdjustmentLine
from mealroute.settlement.records import Correction
from mealroute.subsidy import queries
from mealroute.subsidy.models import ClaimLine, Explanation, Period
from mealroute.subsidy.payers import Who, payer_of
from mealroute.subsidy.queries import lines_query, settlement_line
from mealroute.subsidy.statements import SettlementLine


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorEntry:
    """One record at the door; ``current`` is the one that counts. ``beside`` are the kinds of evidence kept with it."""

    proof_id: int
    outcome: str
    quantity: int
    seen: bool
    left_with: str
    reason: str
    source: str
    by_name: str
    made_at: datetime | None
    server_at: datetime
    run_number: int
    driver_code: str
    vendor_code: str
    kitchen_code: str
    planned_s: int | None
    beside: tuple[str, ...]
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEntry:
    """Money from the resident for the order (negative: given back)."""

    amount_fen: Fen
    means: str
    at: datetime
    by_name: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneMeal:
    """One order line with all that hangs on it. The resident's name is masked."""

    book_line_id: int
    order_id: int
    day: date
    slot: str
    street_code: str
    resident_id: int
    resident_code: str
    resident_name: str
    quantity: int
    unit_price_fen: Fen
    channel: str
    pay_means: str
    ordered_by: str
    ordered_at: datetime
    payments: tuple[PaymentEntry, ...]
    doors: tuple[DoorEntry, ...]
    claims: tuple[SettlementLine, ...]
    corrections: tuple[tuple[str, Correction], ...]
    explanation: str
    explained_by: str
    blocks: tuple[str, ...]


def one_meal(db: Session, payer: Who, month: str, book_line_id: int, *, scope: Scope) -> OneMeal:
    """Everything about one order line of the month. Raises NotFound outside the scope as where there is none."""
    first, last = queries.month_days(month)
    row = db.execute(
        select(BookLine, Order, OrderBook.day, OrderBook.slot, Resident.code, Resident.name)
        .join(Order, Order.id == BookLine.order_id)
        .join(OrderBook, OrderBook.id == BookLine.book_id)
        .join(Resident, Resident.id == BookLine.resident_id)
        .where(BookLine.id == book_line_id, OrderBook.day >= first, OrderBook.day <= last)
    ).one_or_none()
    doors = _doors(db, book_line_id) if row is not None else ()
    who = payer_of(db, payer)
    if row is None or not who.within(scope).sees_street(row[0].street_code) or not _own(doors, scope):
        raise NotFound("meal-not-found", _("The month has no such meal."))
    line, order, day, slot, code, name = row
    period = queries.period(db, who.code, month)
    said = db.execute(
        select(Explanation.sentence, Explanation.by_name).where(Explanation.book_line_id == book_line_id)
    ).one_or_none()
    claims = db.execute(lines_query(Scope.everything()).where(ClaimLine.book_line_id == book_line_id))
    return OneMeal(
        book_line_id=book_line_id, order_id=order.id, day=day, slot=slot, street_code=line.street_code, resident_id=line.resident_id,
        resident_code=code, resident_name=mask_name(name), quantity=line.quantity, unit_price_fen=line.unit_price_fen, channel=order.channel,
        pay_means=order.pay_means, ordered_by=order.created_by, ordered_at=order.created_at, payments=_payments(db, order.id), doors=doors,
        claims=tuple(settlement_line(each._mapping) for each in claims) if period else (),  # noqa: SLF001 -- SQLAlchemy's public name
        corrections=_corrections(db, book_line_id), explanation=said[0] if said else "", explained_by=said[1] if said else "",
        blocks=tuple(each.sentence for each in holding.blocks_of(db, month).get(book_line_id, ())),
    )  # fmt: skip


def _own(doors: tuple[DoorEntry, ...], scope: Scope) -> bool:
    if scope.vendor is None and scope.kitchen is None:
        return True
    return any(
        scope.vendor in {None, each.vendor_code} and scope.kitchen in {None, each.kitchen_code} for each in doors
    )


def _payments(db: Session, order_id: int) -> tuple[PaymentEntry, ...]:
    query = select(Payment).where(Payment.order_id == order_id).order_by(Payment.id)
    return tuple(
        PaymentEntry(
            amount_fen=row.amount_fen if row.kind == "payment" else -row.amount_fen, means=row.means, at=row.at, by_name=row.by_name,
            reference=row.reference,
        )
        for row in db.scalars(query)
    )  # fmt: skip


def _doors(db: Session, book_line_id: int) -> tuple[DoorEntry, ...]:
    query = (
        select(Proof, Run, PlanVisit.arrival_s)
        .join(Run, Run.id == Proof.run_id)
        .join(PlanVisit, PlanVisit.id == Proof.visit_id)
        .where(Proof.book_line_id == book_line_id)
        .order_by(Proof.id)
    )
    rows = db.execute(query).tuples().all()
    beside: dict[int, list[str]] = {}
    ids = [proof.id for proof, _run, _at in rows]
    for number, kind in db.execute(select(Evidence.proof_id, Evidence.kind).where(Evidence.proof_id.in_(ids))):
        beside.setdefault(number, []).append(kind)
    superseded = {proof.supersedes_id for proof, _run, _at in rows}
    return tuple(
        DoorEntry(
            proof_id=proof.id, outcome=proof.outcome, quantity=proof.quantity, seen=proof.seen, left_with=proof.left_with,
            reason=proof.reason, source=proof.source, by_name=proof.by_name, made_at=proof.made_at or proof.phone_at, server_at=proof.server_at,
            run_number=run.number, driver_code=run.driver_code, vendor_code=run.cooked_by or run.vendor_code, kitchen_code=run.kitchen_code,
            planned_s=planned, beside=tuple(sorted(set(beside.get(proof.id, [])))), current=proof.id not in superseded,
        )
        for proof, run, planned in rows
    )  # fmt: skip


def _corrections(db: Session, book_line_id: int) -> tuple[tuple[str, Correction], ...]:
    query = (
        select(AdjustmentLine, Period.month)
        .join(Period, Period.id == AdjustmentLine.period_id)
        .where(AdjustmentLine.book_line_id == book_line_id)
        .order_by(AdjustmentLine.id)
    )
    return tuple((month, correcting.correction(row)) for row, month in db.execute(query))
