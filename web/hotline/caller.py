"""What a caller wants to know: the meals of today and the next days, how each stands, what is paused."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries as doors
from mealroute.delivery.records import Outcome
from mealroute.menus import queries as menus
from mealroute.orders import by_phone, queries
from mealroute.orders.by_phone import Usual
from mealroute.orders.records import OrderRecord, OrderState, StandingOrderRecord
from mealroute.residents import queries as residents
from mealroute.residents.records import PauseRecord, ResidentId, ResidentRecord, ResidentSummary

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Meal:
    """One meal of one day as the caller may ask about it. ``arrival_s`` and ``route`` where a plan is published."""

    day: date
    slot: MealSlot
    orders: tuple[OrderRecord, ...]
    paused: bool
    closed: bool
    usual: Usual
    request_id: str
    arrival_s: int | None = None
    outcome: Outcome | None = None

    @property
    def placed(self) -> tuple[OrderRecord, ...]:
        return tuple(order for order in self.orders if order.state is OrderState.PLACED)

    @property
    def portions(self) -> int:
        return sum(order.quantity for order in self.placed)

    @property
    def diets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(diet for order in self.placed for diet in order.diets if diet != "normal"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The page of one caller."""

    person: ResidentRecord
    meals: tuple[Meal, ...]
    pauses: tuple[PauseRecord, ...]
    standing: tuple[StandingOrderRecord, ...]
    today: date


def caller_of(db: Session, resident: ResidentId, *, scope: Scope, today: date) -> Caller:
    """Gather the page. Raises NotFound out of reach."""
    person = residents.resident(db, resident, scope=scope, day=today)
    pauses = tuple(
        pause for pause in residents.pauses(db, resident)
        if not pause.cancelled and (pause.ends_on is None or pause.ends_on >= today)
    )  # fmt: skip
    days = _days(db, today)
    orders = queries.orders_of(db, resident, today, days[-1], scope=scope)
    standing = queries.standing_orders(db, scope=scope, resident_id=resident, day=today)
    wanted = {order.slot for order in orders} | {pattern.slot for pattern in standing}
    slots = [slot for slot in MealSlot if slot is MealSlot.LUNCH or slot in wanted]
    meals = tuple(_meal(db, resident, day, slot, orders, pauses, scope) for day in days for slot in slots)
    return Caller(person=person, meals=meals, pauses=pauses, standing=standing, today=today)


def today_of(
    db: Session, found: tuple[ResidentSummary, ...], *, scope: Scope, today: date
) -> dict[int, tuple[OrderRecord, ...]]:
    """What each of the people found has ordered for today."""
    return {
        int(one.id): tuple(order for order in queries.orders_of(db, one.id, today, today, scope=scope) if order.state is OrderState.PLACED)
        for one in found
    }  # fmt: skip


def _days(db: Session, today: date) -> list[date]:
    """Today where meals are served, and the service days after it."""
    days = [today] if menus.is_service_day(db, today) else []
    last = today
    while len(days) < DAYS and last - today < timedelta(days=40):
        last = menus.next_service_day(db, last)
        days.append(last)
    return days


def _meal(
    db: Session, resident: ResidentId, day: date, slot: MealSlot, orders: tuple[OrderRecord, ...], pauses: tuple[PauseRecord, ...], scope: Scope
) -> Meal:  # fmt: skip
    own = tuple(order for order in orders if order.day == day and order.slot is slot)
    arrival, outcome = _at_the_door(db, resident, day, slot, scope) if own else (None, None)
    return Meal(
        day=day, slot=slot, orders=own, paused=any(pause.covers(day) for pause in pauses), closed=by_phone.closed(db, day, slot),
        usual=by_phone.usual(db, resident, day, slot, scope=scope), request_id=str(uuid.uuid4()), arrival_s=arrival, outcome=outcome,
    )  # fmt: skip


def _at_the_door(
    db: Session, resident: ResidentId, day: date, slot: MealSlot, scope: Scope
) -> tuple[int | None, Outcome | None]:
    lines = [
        line for line in doors.loaded_lines(db, scope=scope, day=day, slot=str(slot)) if line.resident_id == resident
    ]
    if not lines:
        return None, None
    proofs = doors.current_proofs(db, [line.book_line_id for line in lines])
    recorded = [Outcome(proof.outcome) for proof in proofs.values()]
    return lines[0].arrival_s, recorded[0] if recorded else None
