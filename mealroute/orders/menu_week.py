"""The week's menu where it meets the books: publishing with the books locked, and replacing a dish after the book has closed."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.menus import rules as menu_rules
from mealroute.menus import week, week_queries
from mealroute.menus.dishes import whole_district
from mealroute.menus.models import Dish, MenuAmendment, MenuItem, MenuWeek
from mealroute.menus.records import MenuWeekRecord, WeekState
from mealroute.menus.timetable import diet_table
from mealroute.menus.week import Frozen
from mealroute.menus.words import clash_sentence
from mealroute.orders import models
from mealroute.orders.closing import amend_dishes, closed_book
from mealroute.orders.context import DayContext, locked_book
from mealroute.orders.paying import needed_reason
from mealroute.orders.records import BookState, Pricing


def frozen_meals(db: Session, monday: date) -> Frozen:
    """The days and slots of a week whose book is closed."""
    row = models.OrderBook
    query = select(row.day, row.slot).where(
        row.day.between(monday, monday + timedelta(days=6)), row.state == str(BookState.CLOSED)
    )
    return frozenset((day, MealSlot(slot)) for day, slot in db.execute(query))


def publish_week(db: Session, week_id: int, *, by: Actor, clock: Clock) -> MenuWeekRecord:
    """Publish a draft. The books of the meals that it changes are locked first: none closes with the old dishes meanwhile."""
    monday = week_queries.week(db, week_id).monday
    drafted, held = week_queries.menus_of(db, week_id), week_queries.week_menus(db, monday)
    for day, slot in sorted(drafted.keys() | held.keys()):
        if drafted.get((day, slot)) != held.get((day, slot)):
            locked_book(db, day, slot)
    return week.publish(db, week_id, frozen=frozen_meals(db, monday), by=by, clock=clock)


def replace_dish(
    db: Session,
    day: date,
    slot: MealSlot,
    *,
    diet: str,
    choice: str,
    dish_code: str,
    reason: str,
    by: Actor,
    clock: Clock,
    pricing: Pricing,
) -> int:
    """Another dish at the old price after the book of the day has closed: the cabbage did not come. Returns the lines changed.

    A new version of the week is published with it, the kitchen sees what replaced what and why, and every line whose dish
    follows from it is amended: who cannot eat the new dish gets another one, or none with an owner.
    """
    whole_district(by)
    reason = needed_reason(reason)
    book = closed_book(db, day, slot)
    before = next((e for e in menus.menu(db, day, slot).entries if (e.diet, e.choice) == (diet, choice)), None)
    row = db.scalars(select(Dish).where(Dish.code == dish_code)).one_or_none()
    if before is None or row is None:
        raise NotFound("dish-not-on-menu", _("This dish is not on the menu of the day."))
    dish, table = menus.dish_record(row), diet_table()
    if dish.code == before.dish.code:
        return 0
    wrong = menu_rules.clashes(dish, {diet}, table)
    if wrong:
        raise Conflict("dish-against-its-line", clash_sentence(wrong[0], dish, table))
    version = _next_version(db, day, by=by, clock=clock)
    for item in db.scalars(select(MenuItem).where(MenuItem.week_id == version.id, MenuItem.day == day)):
        if (item.slot, item.diet, item.choice) == (str(slot), diet, choice):
            item.dish_code, item.price_fen = dish.code, before.price_fen
    version.state = str(WeekState.PUBLISHED)
    db.add(
        MenuAmendment(
            week_id=version.id, day=day, slot=str(slot), diet=diet, choice=choice, before_dish=before.dish.code,
            after_dish=dish.code, reason=reason, by_name=by.name, at=clock.now(),
        )
    )  # fmt: skip
    db.flush()
    context = DayContext(db=db, day=day, slot=slot)
    changed = amend_dishes(context, book, reason=reason, by=by, clock=clock, pricing=pricing)
    audit.record(
        db, by=by, clock=clock, action="menus.dish-replaced", subject=f"menu/{version.monday}/{version.number}", reason=reason,
        detail={"place": f"{day}/{slot}/{diet}/{choice}", "before": before.dish.code, "after": dish.code}, rows=changed,
    )  # fmt: skip
    return changed


def _next_version(db: Session, day: date, *, by: Actor, clock: Clock) -> MenuWeek:
    """A copy of what holds that week, to be published with one dish changed. A draft that is being worked on keeps its place."""
    monday = menu_rules.monday_of(day)
    numbers = [version.number for version in week_queries.versions(db, monday)]
    row = MenuWeek(
        monday=monday, number=max(numbers, default=0) + 1, state=str(WeekState.DRAFT), created_by=by.name,
        created_at=clock.now(), published_by=by.name, published_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    for (on, slot), menu in week_queries.week_menus(db, monday).items():
        for entry in menu.entries:
            db.add(
                MenuItem(
                    week_id=row.id, day=on, slot=str(slot), diet=entry.diet, choice=entry.choice,
                    dish_code=entry.dish.code, price_fen=entry.price_fen,
                )
            )  # fmt: skip
    db.flush()
    return row
