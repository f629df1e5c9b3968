"""Reads of dishes, the weekly menu and the service calendar."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.core.slots import MealSlot
from mealroute.menus import rules
from mealroute.menus.models import Dish, DishPrice, MenuEntry, MenuItem, MenuWeek, ServiceDay
from mealroute.menus.records import (
    NORMAL,
    Compartment,
    DayKind,
    DishPriceRecord,
    DishRecord,
    Menu,
    MenuEntryRecord,
    ServiceDayRecord,
    WeekState,
)
from mealroute.menus.rules import monday_of
from mealroute.menus.timetable import calendar

LOOK_AHEAD_DAYS = 60
"""The longest closure in the calendar is nine days; beyond two months something is wrong with it."""


def dishes(db: Session) -> tuple[DishRecord, ...]:
    """Every dish, by code."""
    return tuple(dish_record(row) for row in db.scalars(select(Dish).order_by(Dish.code)))


def dish(db: Session, dish_id: int) -> DishRecord:
    """One dish. Raises NotFound where there is none."""
    row = db.get(Dish, dish_id)
    if row is None:
        raise NotFound("dish-not-found", _("There is no such dish."))
    return dish_record(row)


def menu(db: Session, day: date, slot: MealSlot) -> Menu:
    """What may be had on one day in one slot: the published week where it has dishes then, else the weekly pattern."""
    found = _published(db, day, slot) or _pattern(db, day, slot)
    ordered = sorted(found, key=lambda entry: (entry.diet != NORMAL, entry.diet, entry.choice))
    return Menu(day=day, slot=slot, entries=tuple(ordered))


def pattern(db: Session, day: date, slot: MealSlot) -> Menu:
    """What the weekly pattern alone says, for a first draft of a week."""
    ordered = sorted(_pattern(db, day, slot), key=lambda entry: (entry.diet != NORMAL, entry.diet, entry.choice))
    return Menu(day=day, slot=slot, entries=tuple(ordered))


def prices_on(db: Session, day: date) -> dict[str, tuple[date, Fen]]:
    """The dated price of each dish that has one by ``day``, with the day from which it holds."""
    query = select(DishPrice).where(DishPrice.valid_from <= day).order_by(DishPrice.valid_from, DishPrice.id)
    return {row.dish_code: (row.valid_from, row.price_fen) for row in db.scalars(query)}


def price_history(db: Session, code: str) -> tuple[DishPriceRecord, ...]:
    """Every dated price of a dish, the newest day first."""
    query = select(DishPrice).where(DishPrice.dish_code == code)
    rows = db.scalars(query.order_by(DishPrice.valid_from.desc(), DishPrice.id.desc()))
    return tuple(
        DishPriceRecord(valid_from=x.valid_from, price_fen=x.price_fen, by_name=x.by_name, at=x.at) for x in rows
    )


def published_version(db: Session, monday: date) -> int | None:
    """The id of the version of a week that holds: the published one with the highest number."""
    query = select(MenuWeek.id).where(MenuWeek.monday == monday, MenuWeek.state == str(WeekState.PUBLISHED))
    return db.scalar(query.order_by(MenuWeek.number.desc()).limit(1))


def _published(db: Session, day: date, slot: MealSlot) -> list[MenuEntryRecord]:
    version = published_version(db, monday_of(day))
    if version is None:
        return []
    query = (
        select(MenuItem, Dish)
        .join(Dish, Dish.code == MenuItem.dish_code)
        .where(MenuItem.week_id == version, MenuItem.day == day, MenuItem.slot == str(slot))
    )
    return [
        MenuEntryRecord(diet=item.diet, choice=item.choice, dish=dish_record(dish), price_fen=item.price_fen)
        for item, dish in db.execute(query)
    ]


def _pattern(db: Session, day: date, slot: MealSlot) -> list[MenuEntryRecord]:
    """Of several entries for one diet and choice the one that began last holds; so does, of its price and the dish's dated ones."""
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
    dated = prices_on(db, day)
    found: dict[tuple[str, str], MenuEntryRecord] = {}
    for entry, dish in db.execute(query):
        since, price = dated.get(dish.code, (date.min, 0))
        found[entry.diet, entry.choice] = MenuEntryRecord(
            diet=entry.diet, choice=entry.choice, dish=dish_record(dish),
            price_fen=price if since > entry.valid_from else entry.price_fen,
        )  # fmt: skip
    return list(found.values())


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


def dish_kinds(db: Session) -> dict[str, str]:
    """Dish code → kind of meal; dishes without one are left out."""
    return dict(db.execute(select(Dish.code, Dish.kind).where(Dish.kind != "")).tuples().all())


def dish_record(row: Dish) -> DishRecord:
    return DishRecord(
        code=row.code, name=row.name, name_en=row.name_en, suits=frozenset(row.suits), contains=frozenset(row.contains),
        size_large=row.size_large, compartment=Compartment(row.compartment), price_fen=row.price_fen,
        id=row.id, allergens=frozenset(row.allergens), textures=frozenset(row.textures), active=row.active,
        kind=row.kind,
    )  # fmt: skip


def day_record(row: ServiceDay) -> ServiceDayRecord:
    return ServiceDayRecord(
        day=row.day, serves=row.serves, kind=DayKind(row.kind), as_weekday=row.as_weekday, note=row.note,
        source=row.source, edited_by=row.edited_by,
    )  # fmt: skip
