"""One service day of the checks, read from the tables: doors with plan, phone, money and claims. Columns, never ORM objects."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.checks.around import Around
from mealroute.checks.counts_reading import (
    Conditions,
    boxes_of,
    closings_on,
    counts_of,
    logged_on,
    packed_on,
    photos_of,
    ready_of,
    received_on,
    sampled_on,
    sheets_on,
)
from mealroute.checks.facts import Day, Meal, PhotoSeen
from mealroute.checks.handed import Handed
from mealroute.checks.meal_reading import doors_of, meals_of
from mealroute.checks.money_reading import claims_of, money_of
from mealroute.checks.returns_reading import returned_on
from mealroute.checks.swipe_reading import Swiped
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.slots import MealSlot
from mealroute.delivery.models import Proof
from mealroute.dispatch.models import Run
from mealroute.menus import queries as menus


def days_of(db: Session, first: date, last: date) -> tuple[date, ...]:
    """The days of the span with any record of a door, in order."""
    query = select(Run.day).join(Proof, Proof.run_id == Run.id).where(Run.day >= first, Run.day <= last).distinct()
    return tuple(sorted(db.scalars(query)))


def around_of(db: Session, day: date, *, clock: Clock, swiped: Swiped | None = None) -> Around:
    """The counts of one day."""
    sheets = sheets_on(db, day)
    return Around(
        day=day, serves=menus.is_service_day(db, day), packed=packed_on(db, day, clock), ready_s=ready_of(db), received=received_on(db, day),
        logged=logged_on(db, day), sampled=sampled_on(db, day), boxes=boxes_of(db), sheets=sheets, returned=returned_on(db, day, sheets), closed=closings_on(db, day), prices=_list_prices(db, day),
        swiped=swiped or Swiped(), midnight=at_seconds(day, 0, clock.zone), next_midnight=at_seconds(day + timedelta(days=1), 0, clock.zone), clock=clock,
    )  # fmt: skip


def read_days(
    db: Session, around: Sequence[Around], *, periods: Collection[int], closed_at: datetime | None = None,
    logs_kept: frozenset[str] = frozenset(), differing: Mapping[int, str] | None = None, of_lines: Conditions = (),
    handed: Handed | None = None,
) -> Iterator[Day]:  # fmt: skip
    """Everything of some days that follow one another, in order; all of them are held at once.

    ``differing`` are lines of the month that came out differently when computed again. ``of_lines``: only what belongs to these book lines;
    ``handed``: their doors and money, read already.
    """
    if not around:
        return
    span = around[0].day, around[-1].day
    if handed is None:
        handed = Handed(
            doors_of(db, *span, of_lines), claims_of(db, periods, *span), money_of(db, *span, closed_at, of_lines)
        )
    meals: dict[date, list[Meal]] = defaultdict(list)
    for meal in meals_of(db, {one.day: one for one in around}, *handed):
        meals[meal.day].append(meal)
    photos: dict[date, list[PhotoSeen]] = defaultdict(list)
    for photo in photos_of(db, *span, {meal.proof: meal for several in meals.values() for meal in several}, of_lines):
        photos[photo.day].append(photo)
    for one in around:
        own = meals.pop(one.day, [])
        lines = {meal.line for meal in own} if differing else set()
        yield Day(
            day=one.day, serves=one.serves, meals=own, packed=one.packed, ready_s=one.ready_s, received=one.received, logged=one.logged,
            logs_kept=logs_kept, sampled=one.sampled, boxes=one.boxes, returned=one.returned, counts=(*counts_of(one.day, own, one.sheets, one.closed), *one.swiped.counts),
            elsewhere=one.swiped.elsewhere, photos=photos.pop(one.day, []), money=handed.money,
            differing={line: why for line, why in (differing or {}).items() if line in lines},
        )  # fmt: skip


def _list_prices(db: Session, day: date) -> dict[tuple[str, str], int]:
    """(slot, dish) → the highest price at which the day's menu offers it, or the dish's dated price."""
    found: dict[tuple[str, str], Any] = {}
    dated = menus.prices_on(db, day)
    for slot in MealSlot:
        for entry in menus.menu(db, day, slot).entries:
            price = max(entry.price_fen, dated[entry.dish.code][1] if entry.dish.code in dated else 0)
            found[str(slot), entry.dish.code] = max(found.get((str(slot), entry.dish.code), 0), price)
    return found
