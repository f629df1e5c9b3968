"""The parameters of menus, and the calendar."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mealroute.core.errors import MealrouteError
from mealroute.core.rulebook import RULES
from mealroute.core.slots import MealSlot
from mealroute.menus import timetable
from mealroute.menus.queries import calendar_day
from mealroute.menus.records import DayKind
from mealroute.residents.foods import food_table
from mealroute.residents.records import Diet


def test_every_slot_has_its_clock() -> None:
    lunch = timetable.times_of(MealSlot.LUNCH)
    assert (lunch.cutoff_s, lunch.door_from_s < lunch.door_to_s) == (9 * 3600 + 1800, True)
    assert set(timetable.slot_times()) == set(MealSlot)


def test_the_way_up_counts_floors_by_stairs_and_by_lift() -> None:
    doors = timetable.door_times()
    assert doors.way_s(None, has_lift=False) == doors.way_s(1, has_lift=True) == 0
    assert doors.way_s(6, has_lift=False) == 5 * doors.stairs_s
    assert doors.way_s(6, has_lift=True) == doors.lift_wait_s + 5 * doors.lift_floor_s


def test_every_diet_of_the_ledger_has_a_rule() -> None:
    assert set(timetable.diet_table().diets) == set(map(str, Diet))


@pytest.mark.parametrize(
    ("file", "before", "after", "key", "load"),
    [
        ("service-times.yaml", 'time: "09:30"', 'time: "9 h"', "slots.lunch.cutoff.time", timetable.slot_times),
        ("service-times.yaml", 'to: "12:50"', 'to: "10:00"', "slots.lunch.doors.to", timetable.slot_times),
        ("service-times.yaml", "handover: 60", "handover: fast", "doors.handover", timetable.door_times),
        ("service-times.yaml", "weekend: false", "weekend: maybe", "calendar.serves.weekend", timetable.calendar),
        ("service-times.yaml", "saturday: 5", "saturday: 9", "calendar.make_up", timetable.calendar),
        ("diets.yaml", "made_for: false", "made_for: perhaps", "diets.normal.made_for", timetable.diet_table),
        ("diets.yaml", "avoids: [peanut]", "avoids: [peanuts-x]", "diets.no-peanut.avoids", timetable.diet_table),
        ("diets.yaml", "textures: [puree]", "textures: [porridge]", "diets.puree.textures", timetable.diet_table),
        ("diets.yaml", "why: {zh: 花生过敏", "why: {cn: 花生过敏", "diets.no-peanut.why", timetable.diet_table),
        ("foods.yaml", "also: [猪血, 鸭血]", "also: [猪血, 鸭肉]", "also", food_table),
        ("foods.yaml", "allergens: [peanut]", "allergens: [peanuts]", "ingredients.peanut.allergens", food_table),
        ("foods.yaml", "within: sugar", "within: sugars", "ingredients.sweet.within", food_table),
    ],
)
def test_a_mistake_in_a_file_names_the_file_and_the_key(  # type: ignore[no-untyped-def]
    tmp_path: Path, file: str, before: str, after: str, key: str, load
) -> None:
    path = tmp_path / file
    text = (RULES / file).read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(MealrouteError) as refused:
        load(path)
    assert refused.value.facts["file"] == file
    assert key in str(refused.value.facts["key"])


@pytest.mark.parametrize(
    ("day", "kind", "serves", "as_weekday"),
    [
        (date(2026, 3, 9), DayKind.WORKDAY, True, 1),
        (date(2026, 3, 8), DayKind.WEEKEND, False, 7),
        (date(2026, 10, 1), DayKind.HOLIDAY, False, 4),
        (date(2026, 2, 14), DayKind.MAKE_UP_WORKDAY, True, 5),
        (date(2027, 1, 1), DayKind.WORKDAY, True, 5),
    ],
)
def test_the_official_calendar_says_which_days_are_served(
    day: date, kind: DayKind, serves: bool, as_weekday: int
) -> None:
    found = calendar_day(day)
    assert (found.kind, found.serves, found.as_weekday) == (kind, serves, as_weekday)
    assert found.assumed == (day.year > 2026)
