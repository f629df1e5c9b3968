"""The six steps of a day, from what each stage says about itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from mealroute.core.actor import Actor
from mealroute.core.slots import MealSlot
from mealroute.core.text import mask_name
from mealroute.delivery import queries as delivery
from mealroute.delivery.records import LiveBoard
from mealroute.menus import queries as menus
from mealroute.menus.records import ServiceDayRecord
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineRecord, DayRoll, OrderBookRecord, OrderState
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanFigures, PlanState, PlanVersionSummary, UnassignedRecord
from mealroute.residents import queries as residents

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

STEPS = ("orders", "book", "plan", "publish", "deliver", "settle")


@dataclass(frozen=True, slots=True)
class Left:
    """An unassigned meal with its person, masked."""

    record: UnassignedRecord
    resident_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Everything that the page shows. ``states`` gives done, now or next for each of ``STEPS``."""

    service: ServiceDayRecord
    roll: DayRoll
    book: OrderBookRecord | None
    portions: int
    special: int
    version: PlanVersionSummary | None
    plan: PlanFigures | None
    left: tuple[Left, ...]
    live: LiveBoard
    states: dict[str, str]
    now: datetime

    @property
    def closed(self) -> bool:
        return self.book is not None and self.book.state == "closed"

    @property
    def published(self) -> bool:
        return self.version is not None and self.version.state is PlanState.PUBLISHED


def today_of(db: Session, day: date, slot: MealSlot, *, actor: Actor, now: datetime) -> Today:
    """Gather the day. Everything about people stays within the actor's scope; the plan is the district's."""
    scope = actor.scope
    book = orders.book(db, day, slot)
    version = planning.latest(db, day, slot)
    live = delivery.live_board(db, day, slot, scope)
    if book is not None and book.state == "closed":
        mine = [line for line in book.lines if scope.sees_street(line.street_code)]
        sizes = [(line.quantity, line.diets) for line in mine]
    else:
        mine = []
        placed = orders.orders_on(db, day, slot, scope=scope)
        sizes = [(order.quantity, order.diets) for order in placed if order.state is OrderState.PLACED]
    found = Today(
        service=menus.service_day(db, day), roll=orders.day_roll(db, day, slot, scope=scope), book=book,
        portions=sum(quantity for quantity, _diets in sizes),
        special=sum(quantity for quantity, diets in sizes if set(diets) - {"normal"}),
        version=version, plan=planning.figures(db, version, scope=scope) if version else None,
        left=_left(db, version, {line.line_id: line for line in mine}, day), live=live, states={}, now=now,
    )  # fmt: skip
    return replace(found, states=_states(found))


def _left(
    db: Session, version: PlanVersionSummary | None, lines: dict[int, BookLineRecord], day: date
) -> tuple[Left, ...]:
    if version is None:
        return ()
    records = [record for record in planning.unassigned(db, version.id) if record.book_line_id in lines]
    people = residents.by_ids(db, {lines[record.book_line_id].resident_id for record in records}, day=day)
    return tuple(
        Left(record, resident, mask_name(people[resident].name))
        for record in records
        for resident in [lines[record.book_line_id].resident_id]
    )


def _states(found: Today) -> dict[str, str]:
    """What is done, what is next to do, what lies ahead: the first step that is not done is now."""
    totals = found.live.totals
    over = bool(totals.portions_loaded) and not totals.open
    done = {
        "orders": found.roll.ordered_portions > 0, "book": found.closed, "plan": found.version is not None,
        "publish": found.published, "deliver": over, "settle": over and not found.live.cases,
    }  # fmt: skip
    states, reached = {}, False
    for step in STEPS:
        states[step] = "done" if done[step] and not reached else "next" if reached else "now"
        reached = reached or not done[step]
    return states
