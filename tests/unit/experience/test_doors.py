"""How a door is learnt: medians of the last visits, its class where it is hardly known, never optimistic."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.experience import door_rules
from mealroute.experience.door_rulebook import door_rules as rules_on
from mealroute.experience.records import DoorProfile, DoorSource, DoorVisit

DAY = date(2026, 3, 9)
RULES = rules_on(DAY)
NOON, EVENING = 12 * 3600, 17 * 3600


def visits(*seconds: int, at: int = NOON) -> list[DoorVisit]:
    return [DoorVisit(seconds=each, met_s=at) for each in seconds]


def test_one_forgotten_button_does_not_make_a_door_slow() -> None:
    found = door_rules.profile(visits(30, 28, 3000, 35, 31), RULES)
    assert found is not None
    assert found.usual_s == 31


def test_only_the_last_visits_count() -> None:
    found = door_rules.profile(visits(*([20] * RULES.most_visits), *([600] * 50)), RULES)
    assert found == DoorProfile(usual_s=20, slow_s=20, samples=RULES.most_visits)


def test_a_door_may_be_slower_in_the_evening() -> None:
    mixed = visits(20, 20, 20, 20, 20) + visits(90, 90, 90, 90, 90, at=EVENING)
    noon = door_rules.profile(mixed, RULES, second_of_day=NOON)
    evening = door_rules.profile(mixed, RULES, second_of_day=EVENING)
    assert noon is not None
    assert evening is not None
    assert (noon.usual_s, evening.usual_s) == (20, 90)


def test_a_time_of_day_with_few_visits_has_the_doors_usual_time() -> None:
    found = door_rules.profile(visits(20, 20, 20, 20, 20, 20) + visits(90, at=EVENING), RULES, second_of_day=EVENING)
    assert found is not None
    assert found.usual_s == 20


@pytest.mark.parametrize(
    ("own", "of_class", "source", "extra"),
    [
        (DoorProfile(usual_s=80, slow_s=190, samples=9), 45, DoorSource.OWN, 60),
        (DoorProfile(usual_s=5, slow_s=9, samples=9), 45, DoorSource.OWN, 0),
        (DoorProfile(usual_s=80, slow_s=190, samples=2), 45, DoorSource.CLASS, 25),
        (DoorProfile(usual_s=80, slow_s=190, samples=2), None, DoorSource.DEFAULT, 0),
        (None, 12, DoorSource.CLASS, 0),
        (None, None, DoorSource.DEFAULT, 0),
    ],
)
def test_a_plan_takes_the_doors_own_time_else_that_of_its_class_else_the_usual_one(
    own: DoorProfile | None, of_class: int | None, source: DoorSource, extra: int
) -> None:
    found = door_rules.use_of(own, of_class, RULES)
    assert (found.source, found.extra_s) == (source, extra)


def test_a_class_speaks_only_with_enough_doors_and_each_door_counts_once() -> None:
    few = [(n, True, 90) for n in range(RULES.class_doors - 1)]
    assert door_rules.class_medians(few, RULES) == {}
    many = [*((n, True, 60 + n) for n in range(RULES.class_doors)), *((0, True, 3000) for _ in range(2))]
    assert door_rules.class_medians(many, RULES) == {True: 63}


def test_a_door_is_slow_only_against_itself() -> None:
    usual = DoorProfile(usual_s=60, slow_s=80, samples=8)
    assert door_rules.is_slow(400, usual, RULES)
    assert not door_rules.is_slow(140, usual, RULES)
    assert not door_rules.is_slow(400, DoorProfile(usual_s=200, slow_s=390, samples=8), RULES)
    assert not door_rules.is_slow(400, DoorProfile(usual_s=60, slow_s=80, samples=2), RULES)
    assert not door_rules.is_slow(400, None, RULES)


def test_who_is_expected_to_need_longer() -> None:
    assert door_rules.frail(date(1940, 1, 1), None, DAY, RULES)
    assert door_rules.frail(date(1960, 1, 1), 1, DAY, RULES)
    assert not door_rules.frail(date(1960, 1, 1), 0, DAY, RULES)


@given(st.lists(st.integers(0, 3600), min_size=1, max_size=30), st.one_of(st.none(), st.integers(0, 600)))
def test_no_measurement_ever_takes_time_off_a_door(seconds: list[int], of_class: int | None) -> None:
    found = door_rules.use_of(door_rules.profile(visits(*seconds), RULES), of_class, RULES)
    assert 0 <= found.extra_s <= max([*seconds, of_class or 0])
