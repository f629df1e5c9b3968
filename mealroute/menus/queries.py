"""Reads of dishes, the weekly menu and the service calendar."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.menus import rules
from mealroute.menus.models import Dish, MenuEntry, ServiceDay
from mealroute.menus.records import Compartment, DayKind, DishRecord, Menu, MenuEntryRecord, ServiceDayRecord
from mealroute.menus.timetable import calendar

LOOK_AHEAD_DAYS = 60
"""The longest closure in the calendar is nine days; beyond two months something is wrong with it."""


def dishes(db: Session) -> tuple[DishRecord, ...]:
    """Every dish, by code."""
    return tuple(dish_record(row) for row in db.scalars(select(Dish).order_by(Dish.code)))


def menu(db: Session, day: date, slot: MealSlot) -> Menu:
    """The menu of one day and slot. Of several entries for one diet and choice the one that began last holds."""
    weekday = service_day(db, day).as_weekday
    query = (
        select(MenuEntry, Dish)
        .join(Dish, Dish.code == MenuEntry.dish_code)
        .where(
            MenuEntry.weekday == weekday, MenuEntry.slot == str(slot), MenuEntry.valid_from <= day,
            (MenuEntry.valid_to.is_(None)) | (MenuEntry.valid_to >= day),
        )
        .order_by(MenuEntry.valid_from, MenuEntry.id)
    )  # fmt: skip
    found: dict[tuple[str, str], MenuEntryRecord] = {}
    for entry, dish in db.execute(query):
        found[entry.diet, entry.choice] = MenuEntryRecord(
            diet=entry.diet, choice=entry.choice, dish=dish_record(dish),
            price_fen=entry.price_fen,
        )  # fmt: skip
    ordered = sorted(found.values(), key=lambda entry: (entry.diet != rules.NORMAL, entry.diet, entry.choice))
    return Menu(day=day, slot=slot, entries=tuple(ordered))


def service_day(db: Session, day: date) -> ServiceDayRecord:
    """What the calendar page says of a day; for a day that is not in the table, what seeding would say."""
    row = db.get(ServiceDay, day)
    return day_record(row) if row else calendar_day(day)


def service_days(db: Session, first: date, last: date) -> tuple[ServiceDayRecord, ...]:
    """Every day from ``first`` to ``last``, both included."""
    held = {
        row.day: day_record(row) for row in db.scalars(select(ServiceDay).where(ServiceDay.day.between(first, last)))
    }
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(held.get(day) or calendar_day(day) for day in days)


def is_service_day(db: Session, day: date) -> bool:
    """Whether meals are served on ``day``."""
    return service_day(db, day).serves


def next_service_day(db: Session, after: date) -> date:
    """The first service day later than ``after``."""
    first = after + timedelta(days=1)
    for found in service_days(db, first, first + timedelta(days=LOOK_AHEAD_DAYS)):
        if found.serves:
            return found.day
    raise MealrouteError(
        "no-service-day",
        _("There is no service day within two months of %(day)s.", day=after.isoformat()),
        _("Open days in the service calendar."),
    )


def calendar_day(day: date) -> ServiceDayRecord:
    """A day by the official calendar; beyond the years that the library knows, by the weekday alone and marked ``assumed``."""
    import chinese_calendar

    given: dict[str, Any] = {"serves": calendar().serves, "make_up": calendar().make_up}
    weekend = day.isoweekday() > 5
    try:
        off, holiday = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        kind = DayKind.WEEKEND if weekend else DayKind.WORKDAY
        return rules.assumed_day(day, kind, **given, source="assumed")
    if off:
        kind = DayKind.HOLIDAY if holiday else DayKind.WEEKEND
    else:
        kind = DayKind.MAKE_UP_WORKDAY if weekend else DayKind.WORKDAY
    note = chinese_calendar.Holiday(holiday).chinese if holiday else ""
    return rules.assumed_day(day, kind, **given, note=note, source="chinesecalendar")


def dish_record(row: Dish) -> DishRecord:
    return DishRecord(
        code=row.code, name=row.name, name_en=row.name_en, suits=frozenset(row.suits), contains=frozenset(row.contains),
        size_large=row.size_large, compartment=Compartment(row.compartment), price_fen=row.price_fen,
    )  # fmt: skip


def day_record(row: ServiceDay) -> ServiceDayRecord:
    return ServiceDayRecord(
        day=row.day, serves=row.serves, kind=DayKind(row.kind), as_weekday=row.as_weekday, note=row.note,
        source=row.source, edited_by=row.edited_by,
    )  # fmt: skip
