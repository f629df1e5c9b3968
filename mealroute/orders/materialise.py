"""Standing orders → the orders of one day, as often as anyone likes: the orders follow the ledger until the book is closed."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.slots import MealSlot
from mealroute.orders import build, models, rules
from mealroute.orders.build import Ask
from mealroute.orders.context import DayContext, locked_book
from mealroute.orders.paying import settle_orders
from mealroute.orders.records import BookState, ChoiceKind, Delivery, OrderId, OrderState, Pricing
from mealroute.residents.records import ResidentRecord, ResidentState

CLOSED_DAY, NOT_IN_SERVICE, PAUSED, NOT_ORDERED = "closed-day", "not-in-service", "paused", "not-ordered"
DECLINED = "declined"
"""Why an order is taken out by itself; stored as ``cancel_reason`` and shown through ``words.cancel_label``."""


def materialise(
    db: Session, day: date, slot: MealSlot, *, by: Actor, clock: Clock, pricing: Pricing
) -> tuple[OrderId, ...]:
    """Give every resident in service the orders that their standing orders ask for, with the payments taken beforehand.

    Until the book is closed the orders follow the ledger: a pause takes them out and gives the money back, its end brings
    them in again, a new diet changes the dish. What a person has changed or cancelled by hand stays. Doing it twice changes
    nothing; a closed book is left alone. Returns the placed orders of the day and slot.
    """
    book = locked_book(db, day, slot)
    context = DayContext(db=db, day=day, slot=slot)
    if book.state == BookState.OPEN:
        follow_ledger(context, by=by, clock=clock, pricing=pricing)
    return tuple(OrderId(order.id) for order in context.of_slot() if order.state == OrderState.PLACED)


@dataclass(slots=True)
class _Work:
    """The orders of a day while they are brought into line with the ledger."""

    context: DayContext
    pricing: Pricing
    subsidised: dict[int, str] = field(default_factory=dict)
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[models.Order] = field(default_factory=list)

    def why_out(self, resident: ResidentRecord | None) -> str:
        """Why somebody gets no meal that day, or nothing."""
        if not self.context.service.serves:
            return CLOSED_DAY
        if resident is None:
            return NOT_IN_SERVICE
        if resident.state is ResidentState.PAUSED:
            return PAUSED
        decided = self.context.choices.get(int(resident.id))
        return DECLINED if decided is not None and decided.kind is ChoiceKind.NO_MEAL else ""

    def columns(self, resident: ResidentRecord, ask: Ask, key: str, promised: models.Order | None) -> dict[str, Any]:
        """The columns of an order as they should be. A price once promised for a dish is kept."""
        decided = self.context.choices.get(int(resident.id))
        meal = build.served(resident, self.context.menu, ask.choice, self.context.diets, decided)
        price = meal.unit_price_fen
        if promised is not None and promised.dish_code == meal.dish_code and meal.dish_code is not None:
            price = promised.unit_price_fen
        own, subsidy = self.pricing.resident_part(
            resident, self.context.day, self.context.slot, price, ask.quantity, delivery=ask.delivery, channel=str(ask.channel),
            station_code=ask.station_code, meal_kind=self.context.meal_kinds.get(meal.dish_code or "", ""),
            zone=self.context.zones.get(resident.street_code, ""),
        )  # fmt: skip
        # What is once a day, or once a meal, is the first order's.
        if subsidy and self.subsidised.setdefault(int(resident.id), key) != key:
            own, subsidy = own + subsidy, 0
        collected = ask.delivery is Delivery.STATION
        point = self.context.stations.get(ask.station_code or "") if collected else resident.point
        flag = rules.flag_text(build.flags_for(meal.dish_code, point, collected=collected))
        return {
            **ask.columns(self.context.times), "dish_code": meal.dish_code, "diets": meal.diets, "avoids": meal.avoids, "unit_price_fen": price,
            "resident_part_fen": own, "expected_subsidy_fen": subsidy, "flag": flag,
            "flag_owner": self.context.owners.get(resident.street_code, "") if flag else "",
        }  # fmt: skip

    def set(self, order: models.Order, values: dict[str, Any]) -> None:
        differing = {name: value for name, value in values.items() if getattr(order, name) != value}
        for name, value in differing.items():
            setattr(order, name, value)
        if differing:
            self.changed.append(order)

    def take_out(self, order: models.Order, reason: str) -> None:
        if order.state == OrderState.PLACED:
            self.set(order, {"state": str(OrderState.CANCELLED), "cancel_reason": reason, "auto_cancelled": True})
            if self.subsidised.get(order.resident_id) == order.natural_key:
                del self.subsidised[order.resident_id]


def follow_ledger(context: DayContext, *, by: Actor, clock: Clock, pricing: Pricing) -> None:
    """Bring the day's orders of an open book into line with the ledger, then take and give back money."""
    held = {order.natural_key: order for order in context.of_slot()}
    work = _Work(context, pricing, subsidised=_subsidised(context, pricing))
    wanted = _wanted(work)
    for key, order in held.items():
        reason = work.why_out(context.in_service.get(order.resident_id))
        if not reason and order.standing_order_id is not None and key not in wanted and not order.edited:
            reason = NOT_ORDERED
        if reason:
            work.take_out(order, reason)
    for key, (resident, standing, ask) in wanted.items():
        existing = held.get(key)
        if existing is None:
            values = work.columns(resident, ask, key, None)
            work.new.append(_row(context, key, resident, values, standing.id, by, clock))
    for key, order in held.items():
        person = context.in_service.get(order.resident_id)
        if person is None or work.why_out(person) or (order.state != OrderState.PLACED and not order.auto_cancelled):
            continue
        standing_ask = wanted[key][2] if key in wanted and not order.edited else None
        if standing_ask is None and order.standing_order_id is not None and not order.edited:
            continue
        back = {"state": str(OrderState.PLACED), "cancel_reason": "", "auto_cancelled": False}
        work.set(order, {**work.columns(person, standing_ask or ask_of(order), key, order), **back})
    added = add_orders(context, work.new)
    context.db.flush()
    moved = settle_orders(context.db, context.of_slot(), context.money, by=by, clock=clock)
    if added or work.changed or moved:
        audit.record(
            context.db, by=by, clock=clock, action="orders.materialised", subject=f"book/{context.day}/{context.slot}",
            detail={"added": added, "changed": len({order.id for order in work.changed}), "payments": moved},
            rows=len(context.of_slot()),
        )  # fmt: skip


def new_order(
    context: DayContext,
    resident: ResidentRecord,
    ask: Ask,
    key: str,
    *,
    by: Actor,
    clock: Clock,
    pricing: Pricing,
    standing_id: int | None = None,
) -> models.Order:
    """One order beside those of the materialising, priced, with its payment."""
    work = _Work(context, pricing, subsidised=_subsidised(context, pricing))
    columns = work.columns(resident, ask, key, None)
    add_orders(context, [_row(context, key, resident, columns, standing_id, by, clock)])
    order = context.orders[-1]
    settle_orders(context.db, [order], context.money, by=by, clock=clock)
    return order


def reprice(context: DayContext, resident: ResidentRecord, order: models.Order, ask: Ask, *, pricing: Pricing) -> None:
    """Write what a person has changed about an order, and what follows from it."""
    work = _Work(context, pricing, subsidised=_subsidised(context, pricing))
    work.set(order, work.columns(resident, ask, order.natural_key, order))
    context.db.flush()


def ask_of(order: models.Order) -> Ask:
    """An order as if it were asked for again."""
    record = build.order_record(order, resident_code="", street_code="", paid_fen=0)
    return Ask(
        quantity=record.quantity, size=record.size, choice=record.choice, delivery=record.delivery,
        station_code=record.station_code, channel=record.channel, pay_means=record.pay_means,
        window_from_s=record.window_from_s, window_to_s=record.window_to_s, note=record.note,
    )  # fmt: skip


def add_orders(context: DayContext, rows: list[dict[str, Any]]) -> int:
    """Insert all rows in one go and take them into the context. The book's lock keeps other hands off the day."""
    if rows:
        last = max((order.id for order in context.orders), default=0)
        context.db.execute(insert(models.Order).execution_options(render_nulls=True), rows)
        new = select(models.Order).where(models.Order.day == context.day, models.Order.slot == str(context.slot))
        context.orders.extend(context.db.scalars(new.where(models.Order.id > last).order_by(models.Order.id)))
    return len(rows)


def _wanted(work: _Work) -> dict[str, tuple[ResidentRecord, models.StandingOrder, Ask]]:
    """What the standing orders ask for that day, by natural key."""
    context = work.context
    found: dict[str, tuple[ResidentRecord, models.StandingOrder, Ask]] = {}
    for standing in context.standing:
        portions = standing.portions[context.service.as_weekday - 1]
        resident = context.in_service.get(standing.resident_id)
        if portions and resident is not None and not work.why_out(resident):
            ask = Ask.standing(build.standing_record(standing), portions)
            found[rules.standing_key(context.day, context.slot, standing.code)] = (resident, standing, ask)
    return found


def _subsidised(context: DayContext, pricing: Pricing) -> dict[int, str]:
    """Who already has the subsidy of the day, and with which order; of the meal alone where the pricing looks at other meals itself."""
    found: dict[int, str] = {}
    for order in context.of_slot() if pricing.knows_others else context.orders:
        if order.state == OrderState.PLACED and order.expected_subsidy_fen:
            found.setdefault(order.resident_id, order.natural_key)
    return found


def _row(
    context: DayContext,
    key: str,
    resident: ResidentRecord,
    values: dict[str, Any],
    standing_id: int | None,
    by: Actor,
    clock: Clock,
) -> dict[str, Any]:
    return {
        **values, "natural_key": key, "resident_id": int(resident.id), "standing_order_id": standing_id,
        "day": context.day, "slot": str(context.slot), "state": str(OrderState.PLACED), "cancel_reason": "",
        "auto_cancelled": False, "edited": False, "created_by": by.name, "created_at": clock.now(),
    }  # fmt: skip
