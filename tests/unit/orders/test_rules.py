"""Windows, cut-offs, money in motion, overlaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from mealroute.core.slots import MealSlot
from mealroute.menus.timetable import times_of
from mealroute.orders import rules
from mealroute.orders.records import (
    Channel,
    DayRoll,
    Delivery,
    Flag,
    PayMeans,
    PaymentKind,
    Size,
    StandingOrderRecord,
)
from mealroute.residents.records import ResidentId

DAY = date(2026, 3, 9)
LUNCH = times_of(MealSlot.LUNCH)
PATTERN = StandingOrderRecord(
    id=1, code="O1", resident_id=ResidentId(1), slot=MealSlot.LUNCH, portions=(1, 0, 1, 0, 1, 0, 0), size=Size.NORMAL, choice="A",
    delivery=Delivery.HOME, station_code=None, channel=Channel.PHONE, pay_means=PayMeans.CARD, window_from_s=None,
    window_to_s=None, valid_from=DAY, valid_to=None, note="",
)  # fmt: skip


def test_an_order_without_a_window_has_that_of_its_slot() -> None:
    assert rules.window(Delivery.HOME, None, None, LUNCH) == (LUNCH.door_from_s, LUNCH.door_to_s)
    assert rules.window(Delivery.STATION, None, None, LUNCH) == (LUNCH.station_from_s, LUNCH.station_to_s)
    assert rules.window(Delivery.HOME, 41_000, None, LUNCH) == (41_000, LUNCH.door_to_s)


def test_the_cut_off_is_local_time() -> None:
    assert rules.cutoff_at(DAY, LUNCH, ZoneInfo("Asia/Shanghai")) == datetime(2026, 3, 9, 1, 30, tzinfo=UTC)


@given(st.sampled_from(PayMeans), st.integers(0, 10_000), st.integers(0, 10_000))
def test_after_settling_what_is_taken_beforehand_equals_what_is_due(means: PayMeans, due: int, paid: int) -> None:
    move = rules.settle(means, due, paid)
    after = paid
    if move is not None:
        assert move.amount_fen > 0
        after += move.amount_fen if move.kind is PaymentKind.PAYMENT else -move.amount_fen
    assert after == due if means.prepaid else after == min(paid, due)
    assert after >= 0


def test_flags_are_stored_and_read_back_in_one_order() -> None:
    assert rules.flags_of(rules.flag_text([Flag.NO_DISH, Flag.NO_POINT])) == (Flag.NO_POINT, Flag.NO_DISH)
    assert rules.flags_of("") == ()


def test_two_patterns_overlap_where_they_share_a_weekday_and_a_date() -> None:
    other = replace(PATTERN, code="O2")
    assert rules.overlaps(PATTERN, other)
    assert not rules.overlaps(PATTERN, replace(other, portions=(0, 1, 0, 1, 0, 0, 0)))
    assert not rules.overlaps(replace(PATTERN, valid_to=DAY), replace(other, valid_from=date(2026, 3, 10)))
    assert not rules.overlaps(PATTERN, replace(other, slot=MealSlot.DINNER))
    assert not rules.overlaps(PATTERN, replace(other, resident_id=ResidentId(2)))


def test_a_pattern_is_due_on_its_weekdays_within_its_dates() -> None:
    assert [PATTERN.portions_on(DAY, weekday) for weekday in (1, 2)] == [1, 0]
    assert PATTERN.portions_on(date(2026, 3, 2), 1) == 0


def test_a_roll_that_does_not_add_up_is_refused() -> None:
    try:
        DayRoll(day=DAY, slot=MealSlot.LUNCH, active=3, ordered_residents=1, paused=1, not_due=0, ordered_portions=1)
    except ValueError:
        return
    raise AssertionError("accepted")
