"""One portion and one reading to change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from mealroute.kitchen.log_records import Limits, ReadingKind, ReadingRecord
from mealroute.kitchen.records import PlannedPortion


def portion(**more: object) -> PlannedPortion:
    """A portion of 红烧豆腐 for the first trip of route 1."""
    row = PlannedPortion(
        book_line_id=1, kitchen_code="K1", route=1, trip=1, position=1, load_at_s=36000, leave_s=36300, resident_name="王*",
        dish_code="D1", dish_name="红烧豆腐", diets=("normal",), strict=False, size="normal", quantity=1, vehicle_code="E1",
    )  # fmt: skip
    return replace(row, **more)  # type: ignore[arg-type]


def reading(*, at: datetime, kind: str = "cooked-core") -> ReadingRecord:
    """A temperature of that dish, in range."""
    return ReadingRecord(
        id=1, day=date(2026, 3, 9), slot="lunch", kind=ReadingKind(kind), kitchen_code="K1", station_code="", dish_code="D1",
        dish_name="红烧豆腐", vehicle_code="", trip=0, tenths=780, limits=Limits(least=700), in_range=True, action=None,
        again_tenths=None, note="", at=at, by_name="赵师傅", corrects_id=None, correction="", corrected=False,
    )  # fmt: skip
