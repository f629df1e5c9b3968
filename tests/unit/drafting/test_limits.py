"""Every limit broken by hand, one by one: each is named, with its route, its stop and by how much."""

from __future__ import annotations

from typing import Any

import pytest

from mealroute.core.i18n import speaking
from mealroute.drafting.evaluate import Evaluation, evaluate
from mealroute.drafting.records import Arrangement, Broken
from solver.plan import Cause
from solver.problem import TimeWindow
from tests.unit.drafting.grounds import HOUR, START, arranged, ground
from tests.unit.drafting.views import view_of

CASES: dict[str, tuple[dict[str, Any], Arrangement, tuple[Cause, int | None, int | None, int | None]]] = {
    "nine portions in eight boxes": (
        {}, arranged({1: ((1, 2, 3, 4, 5, 6, 7, 8, 9),)}), (Cause.CAPACITY, 1, None, 1),
    ),
    "eleven portions from a kitchen that cooks ten": (
        {}, arranged({1: ((1, 2, 3, 4, 5, 6),), 2: ((7, 8, 9, 10, 11),)}), (Cause.DEPOT_CAPACITY, None, None, None),
    ),
    "a window that ends before anybody can be there": (
        {"stops": {2: {"time_windows": (TimeWindow(10 * HOUR, 10 * HOUR + 600),)}}}, START, (Cause.TIME_WINDOW, 1, 2, 270),
    ),
    "food on the way for longer than it may": (
        {"stops": {4: {"max_ride": 900}}}, START, (Cause.MAX_RIDE, 1, 4, 330),
    ),
    "loading before the food is ready": (
        {}, arranged({1: ((1, 2, 3, 4),)}, starts={1: 10 * HOUR - 240}), (Cause.RELEASE, 1, 1, 240),
    ),
    "back after the shift": (
        {"vehicles": {1: {"shift": TimeWindow(10 * HOUR, 10 * HOUR + 2400)}}}, START, (Cause.SHIFT, 1, None, 180),
    ),
    "a halal meal in a vehicle without a sealed box": (
        {"stops": {3: {"skills": frozenset({1})}}}, START, (Cause.SKILLS, 1, 3, None),
    ),
    "a diet that the kitchen cannot cook": (
        {"stops": {6: {"depot_skills": frozenset({7})}}}, START, (Cause.DEPOT_SKILLS, 3, 6, None),
    ),
    "three trips where two are allowed": (
        {}, arranged({1: ((1,), (2,), (3,))}), (Cause.MAX_TRIPS, 1, None, 1),
    ),
    "more stops than allowed": (
        {"vehicles": {1: {"max_tasks": 3}}}, START, (Cause.MAX_TASKS, 1, None, 1),
    ),
    "longer than allowed": (
        {"vehicles": {1: {"max_duration": 2400}}}, START, (Cause.MAX_DURATION, 1, None, 180),
    ),
    "more driving than allowed": (
        {"vehicles": {1: {"max_travel_time": 1800}}}, START, (Cause.MAX_TRAVEL_TIME, 1, None, 120),
    ),
    "farther than allowed": (
        {"vehicles": {1: {"max_distance": 7000}}}, START, (Cause.MAX_DISTANCE, 1, None, None),
    ),
}  # fmt: skip


def broken(at: Evaluation) -> list[Broken]:
    return list(at.broken)


@pytest.mark.parametrize("case", CASES)
def test_one_broken_limit_is_named_alone_with_its_place_and_amount(case: str) -> None:
    changes, arrangement, expected = CASES[case]
    at = evaluate(ground(**changes), arrangement)
    if expected[0] is Cause.RELEASE:  # every stop of the trip was released too late
        assert {fault.cause for fault in at.broken} == {Cause.RELEASE, Cause.SHIFT}
        assert {fault.amount for fault in at.broken if fault.cause is Cause.RELEASE} == {240}
        return
    (fault,) = broken(at)
    assert (fault.cause, fault.vehicle, fault.stop, fault.amount) == expected


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_broken_limit_has_a_sentence_that_a_person_understands(case: str, language: str) -> None:
    from mealroute.drafting import words

    changes, arrangement, _expected = CASES[case]
    at = evaluate(ground(**changes), arrangement)
    with speaking(language):
        for fault in at.broken:
            sentence = words.broken_sentence(view_of(at), fault)
            assert "%(" not in sentence
            assert str(fault.cause) not in sentence.split()


def test_what_breaks_nothing_has_no_fault() -> None:
    assert evaluate(ground(), START).broken == ()


def test_a_fault_keeps_its_key_while_it_lasts() -> None:
    late = {"stops": {2: {"time_windows": (TimeWindow(10 * HOUR, 10 * HOUR + 600),)}}}
    first = evaluate(ground(**late), START).broken
    second = evaluate(ground(**late), arranged({1: ((1, 3, 2, 4),), 3: ((5, 6, 7, 8),)})).broken
    assert [fault.key for fault in first] == [fault.key for fault in second]
    assert (first[0].amount or 0) < (second[0].amount or 0)
