"""Reads of orders. A day is a handful of statements, whatever the number of people."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.core.slots import MealSlot
from mealroute.orders import build, models
from mealroute.orders.context import CHUNK, Money, money_of
from mealroute.orders.records import (
    BookLineId,
    BookLineRecord,
    BookState,
    DayRoll,
    OrderBookRecord,
    OrderId,
    OrderRecord,
    OrderState,
    PaymentRecord,
    StandingOrderRecord,
)
from mealroute.residents import queries as residents
from mealroute.residents.loading import in_scope
from mealroute.residents.models import Resident
from mealroute.residents.records import ResidentId, ResidentState


def book(db: Session, day: date, slot: MealSlot) -> OrderBookRecord | None:
    """The book in effect, whole: frozen lines − cancelled + added. An open book has no lines; None where nobody began one."""
    query = select(models.OrderBook).where(models.OrderBook.day == day, models.OrderBook.slot == str(slot))
    row = db.scalars(query).one_or_none()
    return None if row is None else book_of(db, row)


def book_of(db: Session, row: models.OrderBook) -> OrderBookRecord:
    """The record of a book whose row is at hand."""
    return _books(db, [row])[0]


def last_amendment(db: Session, day: date, slot: MealSlot) -> int:
    """The newest change of a closed book, by its id; 0 where there is none. Quick: no line is read."""
    query = (
        select(func.max(models.Amendment.id))
        .join(models.OrderBook, models.OrderBook.id == models.Amendment.book_id)
        .where(models.OrderBook.day == day, models.OrderBook.slot == str(slot))
    )
    return db.scalar(query) or 0


def month_books(db: Session, month: str, slot: MealSlot | None = None) -> tuple[OrderBookRecord, ...]:
    """Every closed book of a month (``2026-02``), by day and slot; three statements."""
    first = date.fromisoformat(f"{month}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    query = select(models.OrderBook).where(
        models.OrderBook.day >= first, models.OrderBook.day < after, models.OrderBook.state == str(BookState.CLOSED)
    )
    if slot is not None:
        query = query.where(models.OrderBook.slot == str(slot))
    return _books(db, db.scalars(query.order_by(models.OrderBook.day, models.OrderBook.slot.desc())).all())


def lines(db: Session, line_ids: Iterable[BookLineId]) -> dict[BookLineId, BookLineRecord]:
    """Lines that the caller already knows by id (a plan, a proof), in effect or not."""
    wanted = sorted(set(line_ids))
    found: dict[BookLineId, BookLineRecord] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        added = select(models.Amendment.adds_line_id, models.Amendment.id).where(
            models.Amendment.adds_line_id.in_(part)
        )
        added_by = {line: number for line, number in db.execute(added) if line is not None}
        rows = db.scalars(select(models.BookLine).where(models.BookLine.id.in_(part)))
        found |= {BookLineId(row.id): build.line_record(row, added_by) for row in rows}
    return found


def order_ids(db: Session, line_ids: Iterable[BookLineId]) -> dict[BookLineId, int]:
    """Line → its order, nothing else read."""
    wanted = sorted(set(line_ids))
    found: dict[BookLineId, int] = {}
    for start in range(0, len(wanted), CHUNK):
        row = models.BookLine
        query = select(row.id, row.order_id).where(row.id.in_(wanted[start : start + CHUNK]))
        found |= {BookLineId(line): order for line, order in db.execute(query)}
    return found


def orders_on(
    db: Session, day: date, slot: MealSlot, *, scope: Scope, resident_id: ResidentId | None = None
) -> tuple[OrderRecord, ...]:
    """Orders of a day and slot within the scope, cancelled ones too, by street and resident's code; two statements."""
    row = models.Order
    conditions = [row.day == day, row.slot == str(slot), *in_scope(scope)]
    if resident_id is not None:
        conditions.append(row.resident_id == resident_id)
    return _orders(db, conditions)


def orders_of(
    db: Session, resident_id: ResidentId, first: date, last: date, *, scope: Scope
) -> tuple[OrderRecord, ...]:
    """One resident's orders from ``first`` to ``last``, the newest day first."""
    row = models.Order
    found = _orders(db, [row.resident_id == resident_id, row.day.between(first, last), *in_scope(scope)])
    return tuple(sorted(found, key=lambda order: (-order.day.toordinal(), order.slot, order.id)))


def orders_by_id(db: Session, order_ids: Iterable[OrderId]) -> dict[OrderId, OrderRecord]:
    """Orders that the caller already knows by id (a claim, a manifest)."""
    wanted = sorted(set(order_ids))
    parts = (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))
    return {order.id: order for part in parts for order in _orders(db, [models.Order.id.in_(part)])}


def order(db: Session, order_id: OrderId, *, scope: Scope) -> OrderRecord:
    """One order. Raises NotFound outside the scope, just as where there is none."""
    found = _orders(db, [models.Order.id == order_id, *in_scope(scope)])
    if not found:
        raise NotFound("order-not-found", _("There is no such order."))
    return found[0]


def standing_orders(
    db: Session, *, scope: Scope, resident_id: ResidentId | None = None, day: date | None = None
) -> tuple[StandingOrderRecord, ...]:
    """Weekly patterns, by code; with ``day`` those whose dates cover it."""
    row = models.StandingOrder
    query = select(row).join(Resident, Resident.id == row.resident_id).where(*in_scope(scope)).order_by(row.code)
    if resident_id is not None:
        query = query.where(row.resident_id == resident_id)
    if day is not None:
        query = query.where(row.valid_from <= day, row.valid_to.is_(None) | (row.valid_to >= day))
    return tuple(build.standing_record(item) for item in db.scalars(query))


def payments_of(db: Session, order_ids: Iterable[OrderId]) -> dict[OrderId, tuple[PaymentRecord, ...]]:
    """Every movement of money by order, in the order of entry; orders without one are not in it."""
    wanted = sorted(set(order_ids))
    found: dict[OrderId, list[PaymentRecord]] = {}
    for start in range(0, len(wanted), CHUNK):
        ids = wanted[start : start + CHUNK]
        query = select(models.Payment).where(models.Payment.order_id.in_(ids)).order_by(models.Payment.id)
        for row in db.scalars(query):
            found.setdefault(OrderId(row.order_id), []).append(build.payment_record(row))
    return {order_id: tuple(items) for order_id, items in found.items()}


def paid_of(db: Session, order_ids: Iterable[OrderId]) -> dict[OrderId, Fen]:
    """Paid less refunded, by order; orders without a movement are not in it."""
    return {OrderId(number): money.paid_fen for number, money in money_of(db, order_ids).items()}


def day_roll(db: Session, day: date, slot: MealSlot, *, scope: Scope) -> DayRoll:
    """Everyone in service on a day, each counted once: with an order, else paused, else not due.

    Orders are those of the book in effect once it is closed, the placed ones before. Somebody who left the service after the book
    was closed counts as long as the order stands.
    """
    closed = book(db, day, slot)
    if closed is not None and closed.state is BookState.CLOSED:
        portions = _portions((int(x.resident_id), x.quantity) for x in closed.lines if scope.sees_street(x.street_code))
    else:
        row = models.Order
        query = (
            select(row.resident_id, func.sum(row.quantity))
            .join(Resident, Resident.id == row.resident_id)
            .where(row.day == day, row.slot == str(slot), row.state == str(OrderState.PLACED), *in_scope(scope))
            .group_by(row.resident_id)
        )
        portions = _portions((resident_id, int(total)) for resident_id, total in db.execute(query))
    states = {int(person.id): person.state for person in residents.active_on(db, day, scope=scope)}
    paused = sum(state is ResidentState.PAUSED and number not in portions for number, state in states.items())
    active = len(states.keys() | portions.keys())
    return DayRoll(
        day=day, slot=slot, active=active, ordered_residents=len(portions), paused=paused,
        not_due=active - len(portions) - paused, ordered_portions=sum(portions.values()),
    )  # fmt: skip


def _portions(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for resident_id, quantity in pairs:
        found[resident_id] = found.get(resident_id, 0) + quantity
    return found


def _orders(db: Session, conditions: Sequence[ColumnElement[bool]]) -> tuple[OrderRecord, ...]:
    row = models.Order
    joined = select(row, Resident.code, Resident.street_code).join(Resident, Resident.id == row.resident_id)
    found = db.execute(joined.where(*conditions).order_by(Resident.street_code, Resident.code, row.id)).all()
    ids = select(row.id).join(Resident, Resident.id == row.resident_id).where(*conditions)
    money = money_of(db, ids)
    return tuple(
        build.order_record(item, resident_code=code, street_code=street, paid_fen=money.get(item.id, Money()).paid_fen)
        for item, code, street in found
    )


def _books(db: Session, rows: Sequence[models.OrderBook]) -> tuple[OrderBookRecord, ...]:
    ids = [row.id for row in rows]
    found: dict[int, list[models.BookLine]] = {number: [] for number in ids}
    for line in db.scalars(
        select(models.BookLine).where(models.BookLine.book_id.in_(ids)).order_by(models.BookLine.id)
    ):
        found[line.book_id].append(line)
    amended: dict[int, list[models.Amendment]] = {number: [] for number in ids}
    for item in db.scalars(
        select(models.Amendment).where(models.Amendment.book_id.in_(ids)).order_by(models.Amendment.id)
    ):
        amended[item.book_id].append(item)
    return tuple(build.book_record(row, found[row.id], amended[row.id]) for row in rows)
