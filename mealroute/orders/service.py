"""Use-cases of orders: place, change, cancel, pay while the book is open; amend once it is closed."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock, clock_text
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.menus.timetable import times_of
from mealroute.menus.words import slot_label
from mealroute.orders import models, queries, rules
from mealroute.orders.build import Ask
from mealroute.orders.closing import (
    add_line,
    amend_line,
    close_book,
    closed_book,
    resident_now,
)
from mealroute.orders.context import DayContext, locked_book
from mealroute.orders.intake import add_standing_order, end_standing_order, import_standing_orders
from mealroute.orders.late import absorb_late_changes
from mealroute.orders.materialise import ask_of, materialise, new_order, reprice
from mealroute.orders.paying import locked_order, needed_reason, record_payment, refund, settle_orders
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
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId, ResidentRecord, ResidentState

__all__ = [
    "absorb_late_changes", "add_standing_order", "amend_add", "amend_cancel", "amend_change", "cancel_order", "change_quantity", "close_book",
    "end_standing_order", "import_standing_orders", "materialise", "place_order", "record_payment", "refund",
]  # fmt: skip


def place_order(
    db: Session,
    *,
    resident_id: ResidentId,
    day: date,
    slot: MealSlot,
    channel: Channel,
    pay_means: PayMeans,
    by: Actor,
    clock: Clock,
    pricing: Pricing,
    quantity: int = 1,
    size: Size = Size.NORMAL,
    choice: str = "A",
    delivery: Delivery = Delivery.HOME,
    station_code: str | None = None,
    window_from_s: int | None = None,
    window_to_s: int | None = None,
    note: str = "",
    request_id: str | None = None,
    late: bool = False,
) -> OrderRecord:
    """An order beside the standing ones: one day's meal, or extra portions.

    The same ``request_id`` again gives back the first order (a form sent twice). ``late`` lets a dispatcher order after the
    cut-off as long as the book is open.
    """
    ask = _ask(quantity, size, choice, delivery, station_code, channel, pay_means, window_from_s, window_to_s, note)
    context = DayContext(db=db, day=day, slot=slot)
    resident = _resident(db, resident_id, day, by)
    key = _key(context, resident, request_id)
    earlier = context.of_key(key)
    if earlier is None:
        _open(db, day, slot, clock=clock, late=late)
        context = DayContext(db=db, day=day, slot=slot)
        key = _key(context, resident, request_id)
        _can_order(context, resident, ask)
        earlier = new_order(context, resident, ask, key, by=by, clock=clock, pricing=pricing)
        _audit(db, "orders.placed", earlier, by=by, clock=clock, detail={"quantity": quantity, "channel": str(channel)})
    return queries.order(db, OrderId(earlier.id), scope=by.scope)


def cancel_order(
    db: Session, order_id: OrderId, *, reason: str, by: Actor, clock: Clock, late: bool = False
) -> OrderRecord:
    """Take an order out and give back what was paid. A cancelled order stays cancelled and stays in the list."""
    reason = needed_reason(reason)
    order = locked_order(db, order_id, by=by, with_book=True)
    if order.state == OrderState.CANCELLED and not order.auto_cancelled:
        return queries.order(db, order_id, scope=by.scope)
    _open(db, order.day, MealSlot(order.slot), clock=clock, late=late)
    order.state, order.cancel_reason, order.auto_cancelled = str(OrderState.CANCELLED), reason, False
    db.flush()
    context = DayContext(db=db, day=order.day, slot=MealSlot(order.slot))
    settle_orders(db, [order], context.money, by=by, clock=clock, reference=reason[:120])
    _audit(db, "orders.cancelled", order, by=by, clock=clock, reason=reason)
    return queries.order(db, order_id, scope=by.scope)


def change_quantity(
    db: Session,
    order_id: OrderId,
    quantity: int,
    *,
    by: Actor,
    clock: Clock,
    pricing: Pricing,
    late: bool = False,
) -> OrderRecord:
    """Another number of portions; money follows. From then on the standing order no longer rules this one order."""
    _quantity(quantity)
    order = locked_order(db, order_id, by=by, with_book=True)
    _open(db, order.day, MealSlot(order.slot), clock=clock, late=late)
    if order.state != OrderState.PLACED:
        raise Conflict("order-cancelled", _("This order is cancelled."), _("Place a new one."))
    if order.quantity != quantity:
        context = DayContext(db=db, day=order.day, slot=MealSlot(order.slot))
        before, order.edited = order.quantity, True
        ask = replace(ask_of(order), quantity=quantity)
        reprice(context, resident_now(context, order.resident_id), order, ask, pricing=pricing)
        settle_orders(db, [order], context.money, by=by, clock=clock)
        _audit(db, "orders.changed", order, by=by, clock=clock, detail={"before": before, "after": quantity})
    return queries.order(db, order_id, scope=by.scope)


def amend_add(
    db: Session,
    *,
    resident_id: ResidentId,
    day: date,
    slot: MealSlot,
    channel: Channel,
    pay_means: PayMeans,
    reason: str,
    by: Actor,
    clock: Clock,
    pricing: Pricing,
    quantity: int = 1,
    size: Size = Size.NORMAL,
    choice: str = "A",
    delivery: Delivery = Delivery.HOME,
    station_code: str | None = None,
    window_from_s: int | None = None,
    window_to_s: int | None = None,
    note: str = "",
    request_id: str | None = None,
) -> None:
    """An order and its line in a closed book. The same ``request_id`` again changes nothing."""
    reason = needed_reason(reason)
    ask = _ask(quantity, size, choice, delivery, station_code, channel, pay_means, window_from_s, window_to_s, note)
    resident = _resident(db, resident_id, day, by)
    book = closed_book(db, day, slot)
    context = DayContext(db=db, day=day, slot=slot)
    key = _key(context, resident, request_id)
    if context.of_key(key) is not None:
        return
    _can_order(context, resident, ask)
    order = new_order(context, resident, ask, key, by=by, clock=clock, pricing=pricing)
    add_line(context, book, order, resident, reason=reason, by=by, clock=clock)


def amend_cancel(
    db: Session,
    order_id: OrderId,
    *,
    reason: str,
    by: Actor,
    clock: Clock,
    pricing: Pricing,
    give_back: bool = True,
) -> None:
    """Take an order out of a closed book. ``give_back`` False keeps the money (the meal is cooked)."""
    order = locked_order(db, order_id, by=by, with_book=True)
    amend_line(db, order, ask=None, reason=reason, by=by, clock=clock, pricing=pricing, give_back=give_back)


def amend_change(
    db: Session,
    order_id: OrderId,
    *,
    reason: str,
    by: Actor,
    clock: Clock,
    pricing: Pricing,
    quantity: int | None = None,
) -> None:
    """Replace an order's line in a closed book by one with another quantity and with the ledger's facts of now.

    Without a quantity only the facts change: a point found for the door, a new diet, another handover rule.
    """
    order = locked_order(db, order_id, by=by, with_book=True)
    ask = ask_of(order)
    if quantity is not None:
        ask = replace(ask, quantity=_quantity(quantity))
    amend_line(db, order, ask=ask, reason=reason, by=by, clock=clock, pricing=pricing)


def _ask(
    quantity: int,
    size: Size,
    choice: str,
    delivery: Delivery,
    station_code: str | None,
    channel: Channel,
    pay_means: PayMeans,
    window_from_s: int | None,
    window_to_s: int | None,
    note: str,
) -> Ask:
    if window_from_s is not None and window_to_s is not None and window_from_s > window_to_s:
        raise MealrouteError("window-reversed", _("The time window ends before it begins."), _("Swap the two times."))
    return Ask(
        quantity=_quantity(quantity), size=Size(size), choice=choice, delivery=Delivery(delivery), station_code=station_code,
        channel=Channel(channel), pay_means=PayMeans(pay_means), window_from_s=window_from_s, window_to_s=window_to_s, note=note.strip(),
    )  # fmt: skip


def _quantity(quantity: int) -> int:
    if not 1 <= quantity <= rules.LARGEST_QUANTITY:
        raise MealrouteError(
            "quantity-out-of-range",
            _("An order has 1 to %(most)d portions.", most=rules.LARGEST_QUANTITY),
            _("Cancel the order instead, or place several."),
        )
    return quantity


def _resident(db: Session, resident_id: ResidentId, day: date, by: Actor) -> ResidentRecord:
    return residents.resident(db, resident_id, scope=by.scope, day=day)


def _key(context: DayContext, resident: ResidentRecord, request_id: str | None) -> str:
    """The request's own key, or the next free number of this resident's extra orders that day."""
    prefix = rules.one_off_key(context.day, context.slot, resident.code, "")
    if request_id is not None:
        return f"{prefix}{request_id}"[:120]
    return f"{prefix}{1 + context.of_prefix(prefix)}"


def _can_order(context: DayContext, resident: ResidentRecord, ask: Ask) -> None:
    """Raises where the calendar, the resident's state or the station stands against the order."""
    if not context.service.serves:
        raise MealrouteError(
            "not-a-service-day",
            _("No meals are served on %(day)s.", day=context.day.isoformat()),
            _("Open the day in the service calendar, or choose another day."),
        )
    if resident.state is ResidentState.PAUSED:
        raise MealrouteError(
            "resident-paused", _("This resident's meals are paused on that day."), _("End the pause first.")
        )
    if resident.state is not ResidentState.ACTIVE:
        raise MealrouteError(
            "resident-not-in-service",
            _("This resident is not in service on that day."),
            _("Admit the resident first."),
        )
    if ask.delivery is Delivery.STATION and ask.station_code not in context.stations:
        raise NotFound("station-not-found", _("There is no such station."), _("Choose a station from the list."))


def _open(db: Session, day: date, slot: MealSlot, *, clock: Clock, late: bool) -> None:
    """Lock the book and refuse a change that comes after the book was closed, or (unless ``late``) after the cut-off."""
    book = locked_book(db, day, slot)
    cutoff = rules.cutoff_at(day, times_of(slot), clock.zone)
    if book.state == BookState.CLOSED:
        when = clock.local(book.closed_at) if book.closed_at else clock.local(cutoff)
    elif late or clock.now() <= cutoff:
        return
    else:
        when = clock.local(cutoff)
    after = menus.next_service_day(db, max(day, clock.today()))
    raise MealrouteError(
        "order-after-cutoff",
        _(
            "The %(slot)s book for %(day)s closed at %(time)s.",
            slot=slot_label(slot),
            day=day.isoformat(),
            time=clock_text(when.hour * 3600 + when.minute * 60)
            if when.date() == day
            else when.strftime("%Y-%m-%d %H:%M"),
        ),
        _("Change it on the dispatch board with a reason, or order for %(next)s.", next=after.isoformat()),
        day=day,
        slot=str(slot),
    )


def _audit(
    db: Session,
    action: str,
    order: models.Order,
    *,
    by: Actor,
    clock: Clock,
    reason: str = "",
    detail: dict[str, object] | None = None,
) -> None:
    audit.record(db, by=by, clock=clock, action=action, subject=f"order/{order.id}", reason=reason, detail=detail)
