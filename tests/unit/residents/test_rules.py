"""What follows from the facts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.residents import rules
from mealroute.residents.queries import category_table
from mealroute.residents.records import (
    Handover,
    Living,
    PauseReason,
    PauseRecord,
    ResidentId,
    ResidentState,
    StateChangeRecord,
)

DAY = date(2026, 3, 9)
TABLE = category_table()
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def change(state: ResidentState, since: date) -> StateChangeRecord:
    return StateChangeRecord(state=state, since=since, reason="", by_name="x")


def pause(start: date, end: date | None, *, cancelled: bool = False) -> PauseRecord:
    return PauseRecord(
        id=1, resident_id=ResidentId(1), starts_on=start, ends_on=end, reason=PauseReason.AWAY, cancelled=cancelled
    )


def categories(
    *granted: str, age: int = 70, level: int | None = None, living: Living = Living.WITH_FAMILY
) -> tuple[str, ...]:
    return rules.categories_of(granted, age=age, ability_level=level, living=living, table=TABLE)


@pytest.mark.parametrize(
    ("age", "level", "expected"),
    [(80, None, True), (79, 0, False), (79, None, False), (60, 1, True), (59, 4, False), (60, 0, False)],
)
def test_laolaoren_are_over_80_or_over_60_and_disabled(age: int, level: int | None, expected: bool) -> None:
    assert rules.is_laolaoren(age, level, TABLE) is expected


def test_categories_follow_from_age_ability_and_living() -> None:
    assert categories(age=100) == ("centenarian", "advanced-age")
    assert categories(age=85, living=Living.ALONE) == ("advanced-age-alone", "living-alone", "advanced-age")
    assert categories(level=2) == ("disabled-moderate",)
    assert categories(level=4) == ("severely-disabled",)
    assert categories(living=Living.COUPLE_BOTH_80) == ("both-over-80",)
    assert categories() == ("general",)


def test_granted_categories_stand_beside_derived_ones_heaviest_first() -> None:
    assert categories("low-income", "dementia", age=81) == ("dementia", "low-income", "advanced-age")


def test_priority_is_that_of_the_heaviest_and_the_centenarian_must_be_served() -> None:
    assert rules.priority_of(categories(age=101, level=1), TABLE) == (100, True)
    assert rules.priority_of(categories(age=80, living=Living.ALONE), TABLE) == (95, True)
    assert rules.priority_of(categories("low-income"), TABLE) == (55, False)
    assert rules.priority_of((), TABLE) == (0, False)


def test_every_category_has_a_name_in_both_languages_a_weight_and_a_source() -> None:
    assert len({rule.code for rule in TABLE.rules}) == len(TABLE.rules)
    for rule in TABLE.rules:
        assert rule.name_zh
        assert rule.name_en
        assert rule.source
        assert 0 <= rule.priority <= 100


def test_dementia_means_in_person_whatever_was_asked() -> None:
    assert rules.handover_of(Handover.DOOR_ALLOWED, ("dementia",), TABLE) is Handover.IN_PERSON_ONLY
    assert rules.handover_of(Handover.DOOR_ALLOWED, ("low-income",), TABLE) is Handover.DOOR_ALLOWED


def test_the_state_of_a_day_is_the_last_that_had_begun() -> None:
    history = [
        change(ResidentState.PENDING, date(2026, 1, 1)),
        change(ResidentState.ACTIVE, date(2026, 2, 1)),
        change(ResidentState.STOPPED, DAY),
    ]
    assert rules.state_on(history, (), date(2025, 12, 31)) is None
    assert rules.state_on(history, (), date(2026, 1, 31)) is ResidentState.PENDING
    assert rules.state_on(history, (), date(2026, 3, 8)) is ResidentState.ACTIVE
    assert rules.state_on(history, (), DAY) is ResidentState.STOPPED


def test_of_two_changes_on_one_day_the_later_entry_counts() -> None:
    history = [change(ResidentState.PENDING, DAY), change(ResidentState.ACTIVE, DAY)]
    assert rules.state_on(history, (), DAY) is ResidentState.ACTIVE


@given(DAYS, st.one_of(st.none(), DAYS), DAYS)
def test_an_active_person_is_paused_exactly_on_the_days_of_the_pause(start: date, end: date | None, day: date) -> None:
    history = [change(ResidentState.ACTIVE, rules.SINCE_ALWAYS)]
    inside = start <= day and (end is None or day <= end)
    expected = ResidentState.PAUSED if inside else ResidentState.ACTIVE
    assert rules.state_on(history, [pause(start, end)], day) is expected
    assert rules.state_on(history, [pause(start, end, cancelled=True)], day) is ResidentState.ACTIVE


def test_a_pause_does_not_bring_back_who_has_stopped() -> None:
    history = [change(ResidentState.STOPPED, rules.SINCE_ALWAYS)]
    assert rules.state_on(history, [pause(DAY, None)], DAY) is ResidentState.STOPPED


@given(DAYS, st.integers(0, 60), DAYS, st.integers(0, 60), st.booleans())
def test_two_pauses_overlap_exactly_when_they_share_a_day(
    a: date, a_days: int, b: date, b_days: int, is_open: bool
) -> None:
    a_end, b_end = a + timedelta(a_days), None if is_open else b + timedelta(b_days)
    shared = any(pause(b, b_end).covers(a + timedelta(n)) for n in range(a_days + 1))
    assert (rules.overlaps(a, a_end, [pause(b, b_end)]) is not None) is shared


def test_only_legal_steps_are_taken_and_death_is_final_but_for_a_correction() -> None:
    may = rules.may_change
    assert may(ResidentState.PENDING, ResidentState.ACTIVE)
    assert may(ResidentState.STOPPED, ResidentState.ACTIVE)
    assert not may(ResidentState.ACTIVE, ResidentState.PENDING)
    assert not any(may(ResidentState.DECEASED, state) for state in ResidentState)
    assert may(ResidentState.DECEASED, ResidentState.ACTIVE, correction=True)
    assert not any(may(state, ResidentState.PAUSED) for state in ResidentState)


@pytest.mark.parametrize(("born", "age"), [(date(1940, 3, 9), 86), (date(1940, 3, 10), 85), (date(1940, 2, 29), 86)])
def test_a_year_of_life_is_full_on_the_birthday(born: date, age: int) -> None:
    assert rules.age_on(born, DAY) == age


def test_an_id_number_is_checked_by_length_date_and_last_character() -> None:
    good = "11010119400101993X"
    digits = [c for c in "0123456789X" if rules.id_number_fault(good[:17] + c) is None]
    assert len(digits) == 1
    good = good[:17] + digits[0]
    assert rules.id_number_fault(good) is None
    assert rules.id_number_fault(good, date(1940, 1, 1)) is None
    assert rules.id_number_fault(good, date(1940, 1, 2)) == "birth-differs"
    assert rules.id_number_fault(good[:-1]) == "length"
    assert rules.id_number_fault("110101194013019932") == "birth-date"
    assert rules.id_number_fault(good[:17] + ("0" if digits[0] != "0" else "1")) == "checksum"


@given(st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(position: int, shift: int) -> None:
    good = "110101194001011234"
    good = next(good[:17] + c for c in "0123456789X" if rules.id_number_fault(good[:17] + c) is None)
    wrong = good[:position] + str((int(good[position]) + shift) % 10) + good[position + 1 :]
    assert rules.id_number_fault(wrong) is not None
