"""Money for orders: what was paid, by what means and when, and what went back. Never more back than was paid."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.money import Fen, yuan
from mealroute.core.slots import MealSlot
from mealroute.orders import build, models, rules
from mealroute.orders.context import Money, locked_book, money_of
from mealroute.orders.records import OrderId, OrderState, PayMeans, PaymentKind, PaymentRecord
from mealroute.residents.models import Resident


def settle_orders(
    db: Session,
    orders: Iterable[models.Order],
    money: dict[int, Money],
    *,
    by: Actor,
    clock: Clock,
    reference: str = "",
) -> int:
    """Take what is due beforehand and give back what is too much, for orders that already have their ids.

    Each movement has a natural key of the order's key and its number, so that it cannot be written twice. Returns how many.
    """
    rows: list[dict[str, Any]] = []
    now = clock.now()
    for order in orders:
        held = money.setdefault(order.id, Money())
        due = order.resident_part_fen if order.state == OrderState.PLACED else 0
        move = rules.settle(PayMeans(order.pay_means), due, held.paid_fen)
        if move is None:
            continue
        held.movements += 1
        held.paid_fen += move.amount_fen if move.kind is PaymentKind.PAYMENT else -move.amount_fen
        rows.append({
            "natural_key": f"{order.natural_key}/{held.movements}", "order_id": order.id, "kind": str(move.kind),
            "amount_fen": move.amount_fen, "means": order.pay_means, "at": now, "by_name": by.name, "reference": reference,
        })  # fmt: skip
    if rows:
        db.execute(insert(models.Payment), rows)
    return len(rows)


def record_payment(
    db: Session,
    order_id: OrderId,
    *,
    amount_fen: Fen,
    means: PayMeans,
    by: Actor,
    clock: Clock,
    reference: str = "",
    natural_key: str | None = None,
) -> PaymentRecord:
    """Money received, at most what is still due. The same ``natural_key`` again gives back the first payment unchanged."""
    order = locked_order(db, order_id, by=by)
    earlier = _earlier(db, natural_key)
    if earlier:
        return earlier
    _positive(amount_fen)
    held = money_of(db, [order.id]).get(order.id, Money())
    due = (order.resident_part_fen if order.state == OrderState.PLACED else 0) - held.paid_fen
    if amount_fen > due:
        raise MealrouteError(
            "payment-more-than-due",
            _("Only %(due)s yuan are still to be paid for this order.", due=yuan(max(due, 0))),
            _("Enter at most this amount; add a portion first if more was ordered."),
        )
    return _move(db, order, held, PaymentKind.PAYMENT, amount_fen, means, reference, natural_key, by=by, clock=clock)


def refund(
    db: Session,
    order_id: OrderId,
    *,
    amount_fen: Fen,
    reason: str,
    by: Actor,
    clock: Clock,
    means: PayMeans | None = None,
    natural_key: str | None = None,
) -> PaymentRecord:
    """Money given back, at most what was paid; by the means of the order unless another is named."""
    order = locked_order(db, order_id, by=by)
    earlier = _earlier(db, natural_key)
    if earlier:
        return earlier
    _positive(amount_fen)
    reason = needed_reason(reason)
    held = money_of(db, [order.id]).get(order.id, Money())
    if amount_fen > held.paid_fen:
        raise MealrouteError(
            "refund-more-than-paid",
            _("Only %(paid)s yuan were paid for this order.", paid=yuan(held.paid_fen)),
            _("Give back at most this amount."),
        )
    given = means or PayMeans(order.pay_means)
    return _move(db, order, held, PaymentKind.REFUND, amount_fen, given, reason, natural_key, by=by, clock=clock)


def locked_order(db: Session, order_id: OrderId, *, by: Actor, with_book: bool = False) -> models.Order:
    """The order's row, locked; NotFound outside the actor's streets just as where there is none.

    ``with_book`` for everything that changes the order: the book is locked first, as materialising does, so that two people never
    wait for each other.
    """
    where = select(models.Order.day, models.Order.slot, Resident.street_code).join(
        Resident, Resident.id == models.Order.resident_id
    )
    found = db.execute(where.where(models.Order.id == order_id)).tuples().one_or_none()
    if found is None or not by.scope.sees_street(found[2]):
        raise NotFound("order-not-found", _("There is no such order."))
    if with_book:
        locked_book(db, found[0], MealSlot(found[1]))
    query = select(models.Order).where(models.Order.id == order_id)
    return db.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def needed_reason(reason: str) -> str:
    """The reason without outer white space. Raises where nobody gave one."""
    if not reason.strip():
        raise MealrouteError("reason-needed", _("A reason is needed."), _("Say in a few words why."))
    return reason.strip()


def _positive(amount_fen: Fen) -> None:
    if amount_fen <= 0:
        raise MealrouteError(
            "amount-not-positive", _("The amount must be more than nothing."), _("Enter an amount in yuan.")
        )


def _earlier(db: Session, natural_key: str | None) -> PaymentRecord | None:
    if natural_key is None:
        return None
    row = db.scalars(select(models.Payment).where(models.Payment.natural_key == natural_key)).one_or_none()
    return build.payment_record(row) if row else None


def _move(
    db: Session,
    order: models.Order,
    held: Money,
    kind: PaymentKind,
    amount_fen: Fen,
    means: PayMeans,
    reference: str,
    natural_key: str | None,
    *,
    by: Actor,
    clock: Clock,
) -> PaymentRecord:
    row = models.Payment(
        natural_key=natural_key or f"{order.natural_key}/{held.movements + 1}", order_id=order.id, kind=str(kind),
        amount_fen=amount_fen, means=str(means), at=clock.now(), by_name=by.name, reference=reference,
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(
        db, by=by, clock=clock, action=f"orders.{kind}", subject=f"order/{order.id}",
        detail={"amount_fen": amount_fen, "means": str(means)},
    )  # fmt: skip
    return build.payment_record(row)
