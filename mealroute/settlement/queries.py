"""Reads of the close: what is due and paid, and what was changed since the month was prepared. A fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.i18n import _
from mealroute.delivery.models import Proof
from mealroute.dispatch.models import Run
from mealroute.orders.models import Amendment, BookLine, Order, OrderBook, Payment
from mealroute.residents.models import Pause, Resident, StateChange
from mealroute.settlement import history, rules
from mealroute.settlement.models import AdjustmentLine, SettlementPayment
from mealroute.settlement.payees import names
from mealroute.settlement.records import Act, Change, Due, PaymentRecord, StepRecord
from mealroute.subsidy.models import ClaimLine, Explanation, Period
from mealroute.subsidy.payers import Who, code_of
from mealroute.subsidy.queries import month_days, period

MOST = 500
"""Changes shown of each kind; the page says when there are more."""


def due_by_payee(db: Session, period_id: int) -> dict[str, dict[str, int]]:
    """Payee → fund → fen, from the lines and corrections of the period. Who advanced the money (the vendor, mostly) is its payee."""
    due: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for model in (ClaimLine, AdjustmentLine):
        for payee, shares in db.execute(select(model.payee, model.shares).where(model.period_id == period_id)):
            for fund, amount in shares.items():
                due[payee][fund] += amount
    return {payee: dict(funds) for payee, funds in due.items()}


def dues(db: Session, found: Period) -> tuple[Due, ...]:
    """What each payee gets from each fund of a closed month, as fixed at its approval; empty while it is open."""
    if found.state != "closed":
        return ()
    approved = [entry for entry in history.steps(db, found.id) if entry.act is Act.APPROVED]
    fixed = approved[-1].figures.get("dues") if approved else None
    due = fixed if isinstance(fixed, dict) else due_by_payee(db, found.id)
    query = (
        select(SettlementPayment.payee, SettlementPayment.fund, func.sum(SettlementPayment.amount_fen))
        .where(SettlementPayment.period_id == found.id)
        .group_by(SettlementPayment.payee, SettlementPayment.fund)
    )
    paid = {(payee, fund): int(amount) for payee, fund, amount in db.execute(query)}
    payees = {*due, *(payee for payee, _fund in paid)}
    return rules.dues_of(due, names(db, payees), paid)


def payments(db: Session, period_id: int) -> tuple[PaymentRecord, ...]:
    """Every transfer of a month in the order in which it was written down; who was written down by the code alone has the name of today."""
    query = select(SettlementPayment).where(SettlementPayment.period_id == period_id).order_by(SettlementPayment.id)
    rows = db.scalars(query).all()
    known = names(db, {row.payee for row in rows if row.payee_name == row.payee})
    return tuple(
        PaymentRecord(
            payee=row.payee, payee_name=known.get(row.payee, row.payee_name), fund=row.fund, amount_fen=row.amount_fen, paid_on=row.paid_on,
            voucher=row.voucher, note=row.note, by_name=row.by_name, at=row.at,
        )
        for row in rows
    )  # fmt: skip


def month_history(db: Session, payer: Who, month: str) -> tuple[StepRecord, ...]:
    """The history of a month; empty where nothing has been done yet."""
    found = period(db, code_of(payer), month)
    return history.steps(db, found.id) if found else ()


def changes_since(db: Session, found: Period, since: datetime) -> tuple[Change, ...]:
    """What was changed in a month's records after ``since``: by whom, where, and what; the newest first."""
    return tuple(
        sorted(
            [*_doors(db, found, since), *_money(db, found, since), *_books(db, found, since), *_people(db, found, since)],
            key=lambda change: change.at,
            reverse=True,
        )
    )  # fmt: skip


def _doors(db: Session, found: Period, since: datetime) -> Iterator[Change]:
    first, last = month_days(found.month)
    query = (
        select(Proof.server_at, Proof.by_name, Run.day, BookLine.street_code, Proof.book_line_id, Proof.outcome, Proof.supersedes_id)
        .join(Run, Run.id == Proof.run_id)
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .where(Run.day >= first, Run.day <= last, Proof.server_at > since)
        .order_by(Proof.id.desc())
        .limit(MOST)
    )  # fmt: skip
    for at, name, day, street, line, outcome, earlier in db.execute(query):
        yield Change(
            kind="record", at=at, by_name=name, day=day, street=street, subject=f"book-line/{line}", book_line_id=line,
            words=(_("A record at the door was corrected") if earlier else _("A record at the door came in")) + f" ({outcome})",
        )  # fmt: skip


def _money(db: Session, found: Period, since: datetime) -> Iterator[Change]:
    first, last = month_days(found.month)
    query = (
        select(Payment.at, Payment.by_name, Order.day, Resident.street_code, Order.id, Payment.kind, Payment.amount_fen)
        .join(Order, Order.id == Payment.order_id)
        .join(Resident, Resident.id == Order.resident_id)
        .where(Order.day >= first, Order.day <= last, Payment.at > since)
        .order_by(Payment.id.desc())
        .limit(MOST)
    )
    for at, name, day, street, order, kind, _amount in db.execute(query):
        words = _("A resident's payment was entered") if kind == "payment" else _("Money was given back to a resident")
        yield Change(kind="payment", at=at, by_name=name, day=day, street=street, subject=f"order/{order}", words=words)
    reasons = (
        select(Explanation.at, Explanation.by_name, Explanation.day, BookLine.street_code, BookLine.id, Explanation.sentence)
        .join(BookLine, BookLine.id == Explanation.book_line_id)
        .where(Explanation.period_id == found.id, Explanation.at > since, Explanation.automatic.is_(False))
        .order_by(Explanation.id.desc())
        .limit(MOST)
    )  # fmt: skip
    for at, name, day, street, line, sentence in db.execute(reasons):
        yield Change(
            kind="explanation", at=at, by_name=name, day=day, street=street, subject=f"book-line/{line}", book_line_id=line,
            words=sentence,
        )  # fmt: skip


def _books(db: Session, found: Period, since: datetime) -> Iterator[Change]:
    first, last = month_days(found.month)
    query = (
        select(
            Amendment.at, Amendment.by_name, OrderBook.day, Resident.street_code, Amendment.order_id, Amendment.reason
        )
        .join(OrderBook, OrderBook.id == Amendment.book_id)
        .join(Order, Order.id == Amendment.order_id)
        .join(Resident, Resident.id == Order.resident_id)
        .where(OrderBook.day >= first, OrderBook.day <= last, Amendment.at > since)
        .order_by(Amendment.id.desc())
        .limit(MOST)
    )
    for at, name, day, street, order, reason in db.execute(query):
        yield Change(
            kind="amendment", at=at, by_name=name, day=day, street=street, subject=f"order/{order}", words=reason
        )


def _people(db: Session, found: Period, since: datetime) -> Iterator[Change]:
    """States and pauses that reach back into the month."""
    first, last = month_days(found.month)
    states = (
        select(StateChange.at, StateChange.by_name, StateChange.since, Resident.street_code, Resident.code, StateChange.state)
        .join(Resident, Resident.id == StateChange.resident_id)
        .where(StateChange.since <= last, StateChange.at > since)
        .order_by(StateChange.id.desc())
        .limit(MOST)
    )  # fmt: skip
    for row in db.execute(states).tuples():
        yield _person(row, _("The resident's state was changed"))
    pauses = (
        select(Pause.created_at, Pause.created_by, Pause.starts_on, Resident.street_code, Resident.code, Pause.reason)
        .join(Resident, Resident.id == Pause.resident_id)
        .where(Pause.starts_on <= last, Pause.created_at > since)
        .where((Pause.ends_on.is_(None)) | (Pause.ends_on >= first))
        .order_by(Pause.id.desc())
        .limit(MOST)
    )
    for row in db.execute(pauses).tuples():
        yield _person(row, _("A pause was entered"))


def _person(row: tuple[datetime, str, date, str, str, str], words: str) -> Change:
    at, name, day, street, code, what = row
    return Change(
        kind="person",
        at=at,
        by_name=name,
        day=day,
        street=street,
        subject=f"resident/{code}",
        words=f"{words} ({what})",
    )
