"""What the log takes and refuses, and what a kitchen is reminded of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.core.errors import MealrouteError
from mealroute.kitchen import log_rules, reminders
from mealroute.kitchen.figures import figures_on
from mealroute.kitchen.log_records import (
    Action,
    DueKind,
    DueState,
    Limits,
    ReadingInput,
    ReadingKind,
    ReadingRecord,
    SampleInput,
    SampleRecord,
)
from mealroute.kitchen.records import PlannedPortion

DAY = date(2026, 3, 9)
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 9, 2, 30, tzinfo=UTC)  # 10:30
FIGURES = figures_on(DAY)


def _reading(tenths: int, kind: ReadingKind = ReadingKind.COOKED_CORE, **more: object) -> ReadingInput:
    entry = ReadingInput(
        client_id="00000000-0000", day=DAY, slot="lunch", kind=kind, kitchen_code="K1", tenths=tenths, at=NOW
    )
    return replace(entry, **more)  # type: ignore[arg-type]


def _check(entry: ReadingInput) -> None:
    log_rules.check_reading(entry, log_rules.limits_of(entry.kind, FIGURES), FIGURES, NOW)


@given(st.integers(-999, 9999))
def test_a_temperature_that_is_written_is_read_back_the_same(tenths: int) -> None:
    assert log_rules.parse_tenths(log_rules.degrees(tenths)) == tenths


@pytest.mark.parametrize("text", ["", "warm", "6o", "63.55", "1e2", "--4", "63.", "٦٣"])
def test_what_is_no_temperature_is_refused(text: str) -> None:
    if text == "63.":
        assert log_rules.parse_tenths(text) == 630
        return
    with pytest.raises(MealrouteError, match="temperature-wrong"):
        log_rules.parse_tenths(text)


@pytest.mark.parametrize(
    ("kind", "tenths"),
    [
        (ReadingKind.COOKED_CORE, 700), (ReadingKind.HOT_HOLDING, 600), (ReadingKind.BOX_HOT, 600), (ReadingKind.COLD_HOLDING, 80),
        (ReadingKind.BOX_COLD, 80), (ReadingKind.STATION, 600), (ReadingKind.SAMPLE_FRIDGE, 0), (ReadingKind.SAMPLE_FRIDGE, 80),
    ],
)  # fmt: skip
def test_a_reading_on_the_limit_is_in_range(kind: ReadingKind, tenths: int) -> None:
    _check(_reading(tenths, kind))


def test_food_out_of_range_asks_what_was_done() -> None:
    with pytest.raises(MealrouteError, match="action-missing"):
        _check(_reading(699))


def test_reheating_counts_only_with_a_second_reading_that_is_hot_enough() -> None:
    with pytest.raises(MealrouteError, match="again-missing"):
        _check(_reading(550, action=Action.REHEATED))
    with pytest.raises(MealrouteError, match="again-out-of-range"):
        _check(_reading(550, action=Action.REHEATED, again_tenths=690))
    _check(_reading(550, action=Action.REHEATED, again_tenths=720))


def test_another_way_of_dealing_with_it_needs_a_note() -> None:
    with pytest.raises(MealrouteError, match="note-missing"):
        _check(_reading(550, action=Action.OTHER))


def test_a_correction_says_why() -> None:
    with pytest.raises(MealrouteError, match="correction-reason-missing"):
        _check(_reading(710, corrects_id=1))


def test_nothing_is_measured_tomorrow() -> None:
    with pytest.raises(MealrouteError, match="reading-in-future"):
        _check(_reading(710, at=NOW + timedelta(hours=1)))


def test_a_sample_below_the_weight_is_refused() -> None:
    entry = SampleInput(
        client_id="0", day=DAY, slot="lunch", kitchen_code="K1", dish_code="D1", grams=124, taken_at=NOW
    )
    with pytest.raises(MealrouteError, match="sample-too-small"):
        log_rules.check_sample(entry, FIGURES, NOW)
    log_rules.check_sample(replace(entry, grams=125), FIGURES, NOW)


def test_every_figure_names_its_source() -> None:
    assert (FIGURES.sample_grams, FIGURES.sample_hours, FIGURES.sample_coldest, FIGURES.sample_warmest) == (
        125,
        48,
        0,
        8,
    )


# -- reminders ---------------------------------------------------------------------------------------------------
def _portion(**more: object) -> PlannedPortion:
    row = PlannedPortion(
        book_line_id=1, kitchen_code="K1", route=1, trip=1, position=1, load_at_s=37800, leave_s=38100, resident_name="李桂兰",
        dish_code="D1", dish_name="红烧豆腐", diets=(), strict=False, size="normal", quantity=1, vehicle="T1", vehicle_code="E1",
        cooked_at_s=32400, ready_at_s=36000, eat_by_s=46800,
    )  # fmt: skip
    return replace(row, **more)  # type: ignore[arg-type]


def _kept(**more: object) -> SampleRecord:
    row = SampleRecord(
        id=1, day=DAY, slot="lunch", kitchen_code="K1", dish_code="D1", dish_name="红烧豆腐", grams=130, place="", taken_at=NOW,
        keep_until=NOW + timedelta(hours=48), by_name="赵", corrects_id=None, correction="", corrected=False, discarded_at=None,
        discarded_by="",
    )  # fmt: skip
    return replace(row, **more)  # type: ignore[arg-type]


def _read(kind: ReadingKind, **more: object) -> ReadingRecord:
    row = ReadingRecord(
        id=1, day=DAY, slot="lunch", kind=kind, kitchen_code="K1", station_code="", dish_code="", dish_name="", vehicle_code="",
        trip=0, tenths=750, limits=Limits(700), in_range=True, action=None, again_tenths=None, note="", at=NOW, by_name="赵",
        corrects_id=None, correction="", corrected=False,
    )  # fmt: skip
    return replace(row, **more)  # type: ignore[arg-type]


def _due(
    *, now: datetime = NOW, samples: tuple[SampleRecord, ...] = (), readings: tuple[ReadingRecord, ...] = ()
) -> list:  # type: ignore[type-arg]
    rows = [_portion(), _portion(book_line_id=2, position=2)]
    return [
        (each.kind, each.state) for each in reminders.due_of_meal(rows, samples, readings, day=DAY, zone=ZONE, now=now)
    ]


def test_a_dish_needs_its_sample_and_core_before_loading_and_a_trip_its_box_before_leaving() -> None:
    at_ten = NOW - timedelta(minutes=30)
    assert _due(now=at_ten) == [
        (DueKind.CORE, DueState.DUE), (DueKind.SAMPLE, DueState.DUE), (DueKind.BOX_HOT, DueState.AHEAD),
    ]  # fmt: skip
    assert (DueKind.BOX_HOT, DueState.DUE) in _due()
    assert {state for _kind, state in _due(now=NOW + timedelta(minutes=5))} == {DueState.OVERDUE}


def test_what_is_in_the_log_is_not_asked_again() -> None:
    readings = (
        _read(ReadingKind.COOKED_CORE, dish_code="D1"), _read(ReadingKind.BOX_HOT, vehicle_code="E1", trip=1),
    )  # fmt: skip
    assert _due(samples=(_kept(),), readings=readings) == []


def test_a_corrected_row_counts_no_more() -> None:
    assert (DueKind.SAMPLE, DueState.OVERDUE) in _due(samples=(_kept(corrected=True),))


def test_a_cold_dish_is_measured_cold_and_travels_in_the_cold_box() -> None:
    found = reminders.due_of_meal([_portion(cold=True)], (), (), day=DAY, zone=ZONE, now=NOW)
    assert {each.kind for each in found} == {DueKind.SAMPLE, DueKind.COLD, DueKind.BOX_COLD}


def test_a_sample_is_thrown_away_after_its_time_and_not_before() -> None:
    early, over = NOW + timedelta(hours=47), NOW + timedelta(hours=49)
    assert reminders.due_discards([_kept()], FIGURES, early) == ()
    (due,) = reminders.due_discards([_kept()], FIGURES, over)
    assert due.state is DueState.DUE
    (late,) = reminders.due_discards([_kept()], FIGURES, NOW + timedelta(hours=73))
    assert late.state is DueState.OVERDUE
    assert reminders.due_discards([_kept(discarded_at=over)], FIGURES, over) == ()
