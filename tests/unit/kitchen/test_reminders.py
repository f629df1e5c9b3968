"""What the kitchen is reminded of while food waits, and when boxes stay away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mealroute.kitchen import reminders
from mealroute.kitchen.box_records import BoxBalance, BoxKind
from mealroute.kitchen.figures import figures_on
from mealroute.kitchen.log_records import DueKind, DueState
from tests.unit.kitchen.rows import portion, reading

DAY, ZONE, HOUR = date(2026, 3, 9), ZoneInfo("Asia/Shanghai"), 3600
FIGURES = figures_on(DAY)
ROWS = (portion(cooked_at_s=9 * HOUR, load_at_s=10 * HOUR), portion(cooked_at_s=9 * HOUR, load_at_s=12 * HOUR))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 9, hour, minute, tzinfo=ZONE).astimezone(UTC)


def states(now: datetime, *readings: object) -> list[tuple[DueKind, DueState]]:
    found = reminders.due_holdings(ROWS, readings, FIGURES, day=DAY, zone=ZONE, now=now)  # type: ignore[arg-type]
    return [(each.kind, each.state) for each in found]


@pytest.mark.parametrize(
    ("now", "state"),
    [(at(9, 30), DueState.AHEAD), (at(9, 55), DueState.DUE), (at(10, 5), DueState.OVERDUE)],
)
def test_a_dish_that_waits_is_measured_again_an_hour_after_its_core(now: datetime, state: DueState) -> None:
    assert states(now, reading(at=at(9, 5))) == [(DueKind.HOLDING, state)]


def test_each_new_temperature_begins_the_hour_anew() -> None:
    assert states(at(10, 5), reading(at=at(9, 5)), reading(kind="hot-holding", at=at(10, 1))) == [
        (DueKind.HOLDING, DueState.AHEAD)
    ]


def test_nothing_is_held_before_it_is_cooked_or_once_the_last_of_it_is_loaded() -> None:
    assert states(at(10)) == []
    assert states(at(12), reading(at=at(9, 5))) == []
    assert states(at(11, 50), reading(at=at(9, 5)), reading(kind="hot-holding", at=at(11, 10))) == []


def test_a_corrected_temperature_and_a_cold_dish_do_not_count() -> None:
    assert states(at(10, 5), replace(reading(at=at(9, 5)), corrected=True)) == []
    cold = tuple(replace(row, cold=True) for row in ROWS)
    assert reminders.due_holdings(cold, (reading(at=at(9, 5)),), FIGURES, day=DAY, zone=ZONE, now=at(11)) == ()


def balance(kind: BoxKind, away: int, missing: int, since: datetime | None) -> BoxBalance:
    return BoxBalance(
        kitchen_code="K1", vehicle_code="E1", kind=kind, out=away, back=0, written_off=0, away=away, unexplained=0, missing=missing,
        since=since,
    )  # fmt: skip


def test_boxes_that_stay_away_are_one_reminder_a_vehicle() -> None:
    hot, cold = balance(BoxKind.HOT, 4, 3, at(8)), balance(BoxKind.COLD, 2, 1, at(7))
    (due,) = reminders.due_boxes((hot, cold), FIGURES)
    assert (due.kind, due.state, due.count, due.vehicle_code) == (DueKind.BOXES, DueState.OVERDUE, 4, "E1")
    assert due.due_at == at(7) + timedelta(hours=FIGURES.box_return_hours)
    assert reminders.due_boxes((balance(BoxKind.HOT, 4, 0, None),), FIGURES) == ()
