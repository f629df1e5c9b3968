"""Reads of weekly menus: versions, their meals, what is missing, what was amended."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.menus import queries
from mealroute.menus.models import Dish, MenuAmendment, MenuItem, MenuWeek
from mealroute.menus.records import (
    NORMAL,
    Menu,
    MenuAmendmentRecord,
    MenuEntryRecord,
    MenuWeekRecord,
    WeekState,
)


def draft_of(db: Session, monday: date) -> MenuWeekRecord | None:
    """The draft of a week; there is one at most."""
    query = select(MenuWeek).where(MenuWeek.monday == monday, MenuWeek.state == str(WeekState.DRAFT))
    row = db.scalars(query.order_by(MenuWeek.number.desc())).first()
    return week_record(row) if row else None


def versions(db: Session, monday: date) -> tuple[MenuWeekRecord, ...]:
    """Every version of a week, the newest first."""
    rows = db.scalars(select(MenuWeek).where(MenuWeek.monday == monday).order_by(MenuWeek.number.desc()))
    return tuple(week_record(row) for row in rows)


def week(db: Session, week_id: int) -> MenuWeekRecord:
    row = db.get(MenuWeek, week_id)
    if row is None:
        raise NotFound("week-not-found", _("There is no such menu."))
    return week_record(row)


def items_of(db: Session, week_id: int, day: date, slot: MealSlot) -> Menu:
    """What one version has on one day and slot, whether it holds or not."""
    return menus_of(db, week_id).get((day, slot)) or Menu(day=day, slot=slot, entries=())


def menus_of(db: Session, week_id: int) -> dict[tuple[date, MealSlot], Menu]:
    """Every meal of one version; one statement."""
    query = select(MenuItem, Dish).join(Dish, Dish.code == MenuItem.dish_code).where(MenuItem.week_id == week_id)
    found: dict[tuple[date, MealSlot], list[MenuEntryRecord]] = {}
    for item, dish in db.execute(query):
        entry = MenuEntryRecord(
            diet=item.diet, choice=item.choice, dish=queries.dish_record(dish), price_fen=item.price_fen
        )  # fmt: skip
        found.setdefault((item.day, MealSlot(item.slot)), []).append(entry)
    return {
        (day, slot): Menu(day=day, slot=slot, entries=tuple(sorted(entries, key=_order)))
        for (day, slot), entries in found.items()
    }


def week_menus(db: Session, monday: date) -> dict[tuple[date, MealSlot], Menu]:
    """What holds in a week, published or by the pattern; days without service and slots without dishes are left out."""
    found = {}
    for day in (item.day for item in queries.service_days(db, monday, monday + timedelta(days=6)) if item.serves):
        for slot in MealSlot:
            menu = queries.menu(db, day, slot)
            if menu.entries:
                found[day, slot] = menu
    return found


def gaps(db: Session, week_id: int) -> tuple[tuple[date, MealSlot], ...]:
    """Served days without a main dish: lunch always, dinner where the version serves dinner on any day."""
    held = menus_of(db, week_id)
    monday = week(db, week_id).monday
    slots = {MealSlot.LUNCH} | {slot for _day, slot in held}
    days = [item.day for item in queries.service_days(db, monday, monday + timedelta(days=6)) if item.serves]
    return tuple(
        (day, slot)
        for day in days
        for slot in MealSlot
        if slot in slots and not ((day, slot) in held and _has_main(held[day, slot]))
    )


def amendments(db: Session, day: date, slot: MealSlot | None = None) -> tuple[MenuAmendmentRecord, ...]:
    """Dishes replaced after the book of the day had closed, in the order of entry."""
    query = select(MenuAmendment).where(MenuAmendment.day == day).order_by(MenuAmendment.id)
    if slot is not None:
        query = query.where(MenuAmendment.slot == str(slot))
    rows: Sequence[MenuAmendment] = db.scalars(query).all()
    dishes = {dish.code: dish for dish in queries.dishes(db)} if rows else {}
    return tuple(
        MenuAmendmentRecord(
            id=row.id, day=row.day, slot=MealSlot(row.slot), diet=row.diet, choice=row.choice, before=dishes[row.before_dish],
            after=dishes[row.after_dish], reason=row.reason, by_name=row.by_name, at=row.at,
        )
        for row in rows
    )  # fmt: skip


def week_record(row: MenuWeek) -> MenuWeekRecord:
    return MenuWeekRecord(
        id=row.id, monday=row.monday, number=row.number, state=WeekState(row.state), created_by=row.created_by,
        created_at=row.created_at, signed_by=row.signed_by, signed_on=row.signed_on, published_by=row.published_by,
        published_at=row.published_at,
    )  # fmt: skip


def _has_main(menu: Menu) -> bool:
    return any(entry.diet == NORMAL and entry.choice == "A" for entry in menu.entries)


def _order(entry: MenuEntryRecord) -> tuple[bool, str, str]:
    return entry.diet != NORMAL, entry.diet, entry.choice
