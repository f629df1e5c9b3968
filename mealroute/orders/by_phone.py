"""Orders taken on the telephone: one word does the right thing whether the book is open or closed.

While the book is open an order is placed or cancelled; afterwards it is an amendment with its reason, and dispatch finds it a place.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.orders import queries, rules, service
from mealroute.orders.records import (
    BookState,
    Channel,
    Delivery,
    OrderId,
    OrderRecord,
    OrderState,
    PayMeans,
    Pricing,
    Size,
)
from mealroute.residents.records import ResidentId

LOOK_BACK_DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What somebody orders otherwise, so that a call need not ask for it."""

    quantity: int = 1
    size: Size = Size.NORMAL
    delivery: Delivery = Delivery.HOME
    station_code: str | None = None
    pay_means: PayMeans = PayMeans.CASH_AT_DOOR


def usual(db: Session, resident_id: ResidentId, day: date, slot: MealSlot, *, scope: Scope) -> Usual:
    """From the standing order in force, else from the last order of that slot; one portion to the door for somebody new."""
    for standing in queries.standing_orders(db, scope=scope, resident_id=resident_id, day=day):
        if standing.slot is slot:
            return Usual(
                quantity=max(1, *standing.portions), size=standing.size, delivery=standing.delivery, station_code=standing.station_code,
                pay_means=standing.pay_means,
            )  # fmt: skip
    first = date.fromordinal(day.toordinal() - LOOK_BACK_DAYS)
    for order in queries.orders_of(db, resident_id, first, day, scope=scope):
        if order.slot is slot:
            return Usual(
                quantity=order.quantity, size=order.size, delivery=order.delivery, station_code=order.station_code, pay_means=order.pay_means
            )  # fmt: skip
    return Usual()


def order(
    db: Session,
    resident_id: ResidentId,
    day: date,
    slot: MealSlot,
    *,
    quantity: int,
    pay_means: PayMeans,
    request_id: str,
    by: Actor,
    clock: Clock,
    pricing: Pricing,
) -> OrderRecord:
    """One meal more, as the caller orders otherwise. The same ``request_id`` again is the same order.

    Raises what ``service.place_order`` and ``service.amend_add`` refuse, ``day-over`` for a day that has passed.
    """
    _not_over(day, clock)
    as_usual = usual(db, resident_id, day, slot, scope=by.scope)
    asked = {
        "resident_id": resident_id, "day": day, "slot": slot, "channel": Channel.PHONE, "pay_means": pay_means, "quantity": quantity,
        "size": as_usual.size, "delivery": as_usual.delivery, "station_code": as_usual.station_code, "request_id": request_id, "by": by,
        "clock": clock, "pricing": pricing,
    }  # fmt: skip
    if not closed(db, day, slot):
        return service.place_order(db, late=True, **asked)  # type: ignore[arg-type]
    service.amend_add(db, reason=_("Ordered by phone"), **asked)  # type: ignore[arg-type]
    found = [
        each
        for each in queries.orders_of(db, resident_id, day, day, scope=by.scope)
        if each.natural_key.endswith(request_id)
    ]
    if not found:
        raise Conflict("order-not-found", _("There is no such order."))
    return found[0]


def cancel(db: Session, order_id: OrderId, *, reason: str, by: Actor, clock: Clock, pricing: Pricing) -> OrderRecord:
    """Take an order out. Cancelled already is no fault: the caller hears the same."""
    standing = queries.order(db, order_id, scope=by.scope)
    _not_over(standing.day, clock)
    if standing.state is OrderState.CANCELLED:
        return standing
    why = reason.strip() or _("Cancelled by phone")
    if closed(db, standing.day, standing.slot):
        service.amend_cancel(db, order_id, reason=why, by=by, clock=clock, pricing=pricing)
        return queries.order(db, order_id, scope=by.scope)
    return service.cancel_order(db, order_id, reason=why, late=True, by=by, clock=clock)


def closed(db: Session, day: date, slot: MealSlot) -> bool:
    """Whether the book of a meal is closed: what comes now needs a place on a road that is planned already."""
    found = queries.book(db, day, slot)
    return found is not None and found.state is BookState.CLOSED


def _not_over(day: date, clock: Clock) -> None:
    if day < clock.today():
        raise MealrouteError("day-over", _("That day is over."), _("Order for another day."))


MOST = rules.LARGEST_QUANTITY
