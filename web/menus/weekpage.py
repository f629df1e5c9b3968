"""What the week's page shows: versions, meals, and the line that is being edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mealroute.core.actor import Actor
from mealroute.core.slots import MealSlot
from mealroute.menus import queries, week_queries
from mealroute.menus import rules as menu_rules
from mealroute.menus.records import DishRecord, Menu, MenuAmendmentRecord, MenuWeekRecord, ServiceDayRecord, WeekState
from mealroute.menus.timetable import diet_table, sign_off_required
from mealroute.menus.week import CHOICES
from mealroute.orders.menu_week import frozen_meals

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Line:
    """The place of a dish on a menu: diet group and choice."""

    day: date
    slot: MealSlot
    diet: str
    choice: str

    @property
    def key(self) -> str:
        return f"{self.day.isoformat()}/{self.slot.value}/{self.diet}/{self.choice}"

    @classmethod
    def read(cls, key: str) -> Line | None:
        parts = key.split("/")
        try:
            return cls(date.fromisoformat(parts[0]), MealSlot(parts[1]), parts[2], parts[3])
        except (ValueError, IndexError):
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meal:
    """One slot of one day. ``frozen``: its book is closed, so what holds is shown, not the draft."""

    slot: MealSlot
    menu: Menu
    frozen: bool
    amended: tuple[MenuAmendmentRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    service: ServiceDayRecord
    meals: tuple[Meal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPage:
    """``draft`` is shown where there is one and the reader may work on it, unless ``holding`` is asked for."""

    monday: date
    days: tuple[Day, ...]
    draft: MenuWeekRecord | None
    holds: MenuWeekRecord | None
    showing_draft: bool
    versions: tuple[MenuWeekRecord, ...]
    gaps: tuple[tuple[date, MealSlot], ...]
    needs_signature: bool
    editing: Line | None
    dishes: tuple[DishRecord, ...]
    earlier: tuple[date, ...]

    @property
    def free_choices(self) -> str:
        return CHOICES


def week_of(db: Session, day: date, *, actor: Actor, may_edit: bool, edit: str, holding: bool) -> WeekPage:
    """Gather the page of the week of ``day``."""
    monday = menu_rules.monday_of(day)
    versions = week_queries.versions(db, monday)
    draft = next((one for one in versions if one.state is WeekState.DRAFT), None)
    holds = next((one for one in versions if one.state is WeekState.PUBLISHED), None)
    showing = draft is not None and may_edit and not holding and actor.scope.streets is None
    frozen = frozen_meals(db, monday)
    held = week_queries.week_menus(db, monday)
    drafted = week_queries.menus_of(db, draft.id) if draft and showing else held
    days = []
    for service in queries.service_days(db, monday, monday + timedelta(days=6)):
        meals = [
            Meal(
                slot=slot, menu=(held if (service.day, slot) in frozen else drafted).get((service.day, slot)) or Menu(day=service.day, slot=slot, entries=()),
                frozen=(service.day, slot) in frozen, amended=week_queries.amendments(db, service.day, slot),
            )
            for slot in MealSlot
            if service.serves and (slot is MealSlot.LUNCH or (service.day, slot) in drafted or showing)
        ]  # fmt: skip
        days.append(Day(service=service, meals=tuple(meals)))
    line = Line.read(edit) if may_edit else None
    return WeekPage(
        monday=monday, days=tuple(days), draft=draft, holds=holds, showing_draft=showing, versions=versions,
        gaps=week_queries.gaps(db, draft.id) if draft and showing else (), needs_signature=sign_off_required(), editing=line,
        dishes=_fitting(db, line), earlier=tuple(monday - timedelta(days=7 * n) for n in range(1, 5)),
    )  # fmt: skip


def _fitting(db: Session, line: Line | None) -> tuple[DishRecord, ...]:
    """The dishes that may stand on the line: what clashes with its diet is not offered."""
    if line is None:
        return ()
    table = diet_table()
    return tuple(
        dish for dish in queries.dishes(db) if dish.active and not menu_rules.clashes(dish, {line.diet}, table)
    )  # fmt: skip
