"""Whom the coming days' meals will meet: the closed book where there is one, else the orders, else what is asked for every week."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.orders import queries as orders
from mealroute.orders.models import Order, StandingOrder
from mealroute.orders.records import BookState, OrderState
from mealroute.residents.models import Pause
from mealroute.welfare.rules import Meetings


def meetings(db: Session, days: Sequence[date]) -> Meetings:
    """Day → residents who get a meal that day, at the door or at a counter."""
    served = {each.day: each for each in menus.service_days(db, days[0], days[-1])} if days else {}
    found = {}
    for day in days:
        service = served.get(day) or menus.service_day(db, day)
        met: set[int] = set()
        for slot in MealSlot:
            met |= _of_meal(db, day, slot, service.as_weekday, serves=service.serves)
        found[day] = frozenset(met)
    return found


def _of_meal(db: Session, day: date, slot: MealSlot, weekday: int, *, serves: bool) -> set[int]:
    book = orders.book(db, day, slot)
    if book is not None and book.state is BookState.CLOSED:
        return {int(line.resident_id) for line in book.lines}
    placed = select(Order.resident_id, Order.state, Order.auto_cancelled).where(
        Order.day == day, Order.slot == str(slot)
    )
    asked = db.execute(placed).tuples().all()
    found = {resident for resident, state, _auto in asked if state == OrderState.PLACED}
    if not serves:
        return found
    settled = {resident for resident, _state, _auto in asked}
    row = StandingOrder
    standing = select(row.resident_id, row.portions).where(
        row.slot == str(slot), row.valid_from <= day, row.valid_to.is_(None) | (row.valid_to >= day)
    )
    weekly = {resident for resident, portions in db.execute(standing) if portions[weekday - 1]}
    return found | (weekly - settled - _paused(db, day))


def _paused(db: Session, day: date) -> set[int]:
    query = select(Pause.resident_id).where(
        Pause.cancelled_at.is_(None), Pause.starts_on <= day, Pause.ends_on.is_(None) | (Pause.ends_on >= day)
    )
    return set(db.scalars(query))
