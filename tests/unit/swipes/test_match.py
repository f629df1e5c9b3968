"""Swipes against meals, one to one, whatever the order in which they come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.swipes.records import MealLine, Means, SwipeKind, SwipeRecord, Trouble
from mealroute.swipes.rules import match

MONDAY = date(2026, 2, 2)
NOON = datetime(2026, 2, 2, 3, 40, tzinfo=UTC)
HERE = frozenset({("S1", MONDAY)})


def swipe(number: int = 1, **changes: Any) -> SwipeRecord:
    """A card swiped at station S1 for one lunch of which 12 yuan were paid."""
    values: dict[str, Any] = {
        "id": number, "source": "pos", "serial": f"T{number}", "kind": SwipeKind.MEAL, "voids": "", "resident_id": 1,
        "person_key": "k1", "tail": "0001", "day": MONDAY, "slot": "lunch", "at": NOON + timedelta(minutes=number),
        "site_code": "S1", "terminal": "P1", "quantity": 1, "price_fen": 1700, "paid_fen": 1200, "subsidy_fen": 500,
        "means": Means.CARD,
    }  # fmt: skip
    return SwipeRecord(**{**values, **changes})


def line(number: int = 1, **changes: Any) -> MealLine:
    """One lunch handed out at station S1, the resident's part 12 yuan."""
    values: dict[str, Any] = {
        "line_id": number, "order_id": number, "proof_id": 100 + number, "resident_id": 1, "day": MONDAY, "slot": "lunch",
        "delivery": "station", "station_code": "S1", "street_code": "110101005", "delivered": 1, "due_fen": 1200,
    }  # fmt: skip
    return MealLine(**{**values, **changes})


def troubles(swipes: list[SwipeRecord], lines: list[MealLine]) -> list[Trouble]:
    return [one.trouble for one in match(swipes, lines, HERE).mismatches]


def test_a_swipe_and_the_meal_that_it_paid_for_agree() -> None:
    found = match([swipe()], [line()], HERE)
    assert (dict(found.pairs), found.mismatches) == ({1: 1}, ())


@pytest.mark.parametrize(
    ("swipes", "lines", "wanted"),
    [
        ([swipe(resident_id=None)], [], Trouble.PERSON_UNKNOWN),
        ([swipe()], [], Trouble.NO_ORDER),
        ([swipe()], [line(delivered=0, delivery="home")], Trouble.NOT_HANDED_OVER),
        ([swipe(), swipe(2)], [line()], Trouble.SWIPED_TWICE),
        ([swipe()], [line(delivery="home", station_code="")], Trouble.EATEN_ELSEWHERE),
        ([swipe()], [line(station_code="S2")], Trouble.OTHER_SITE),
        ([swipe(quantity=2)], [line()], Trouble.PORTIONS_DIFFER),
        ([swipe(paid_fen=1700)], [line()], Trouble.AMOUNT_DIFFERS),
        ([swipe(kind=SwipeKind.VOID, voids="T9")], [], Trouble.VOID_WITHOUT_ORIGINAL),
        ([], [line()], Trouble.NO_SWIPE),
    ],
)
def test_what_does_not_fit_is_named(swipes: list[SwipeRecord], lines: list[MealLine], wanted: Trouble) -> None:
    assert troubles(swipes, lines) == [wanted]


def test_a_swipe_without_a_place_confirms_a_meal_that_was_brought_home() -> None:
    assert troubles([swipe(site_code="")], [line(delivery="home", station_code="")]) == []


def test_a_swipe_that_was_taken_back_counts_for_nothing() -> None:
    back = swipe(2, kind=SwipeKind.VOID, voids="T1")
    found = match([back, swipe(), swipe(3)], [line()], HERE)
    assert (dict(found.pairs), found.taken_back, found.mismatches) == ({3: 1}, frozenset({1, 2}), ())


def test_a_taking_back_without_a_number_means_the_last_equal_swipe_before_it() -> None:
    back = swipe(3, serial="", kind=SwipeKind.VOID)
    assert match([swipe(), swipe(2), back], [line()], HERE).taken_back == frozenset({2, 3})


def test_a_meal_on_a_day_of_which_no_file_came_needs_no_swipe() -> None:
    assert match([], [line(day=MONDAY + timedelta(days=1))], HERE).mismatches == ()


@st.composite
def days(draw: st.DrawFn) -> tuple[list[SwipeRecord], list[MealLine]]:
    swipes = [
        swipe(
            number, resident_id=draw(st.sampled_from([None, 1, 2])), site_code=draw(st.sampled_from(["", "S1", "S2"])),
            at=NOON + timedelta(minutes=draw(st.integers(0, 3))), quantity=draw(st.integers(1, 2)),
            kind=draw(st.sampled_from([SwipeKind.MEAL, SwipeKind.MEAL, SwipeKind.VOID])),
            voids=draw(st.sampled_from(["", "T1", "T2"])), person_key=draw(st.sampled_from(["k1", "k2"])),
        )
        for number in range(1, draw(st.integers(0, 6)) + 1)
    ]  # fmt: skip
    lines = [
        line(
            number, resident_id=draw(st.integers(1, 2)), delivery=draw(st.sampled_from(["home", "station"])),
            station_code=draw(st.sampled_from(["S1", "S2"])), delivered=draw(st.integers(0, 2)),
        )
        for number in range(1, draw(st.integers(0, 5)) + 1)
    ]  # fmt: skip
    return swipes, lines


@given(days(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_answer(day: tuple[list[SwipeRecord], list[MealLine]], dice: Any) -> None:
    swipes, lines = day
    found = match(swipes, lines, HERE)
    dice.shuffle(swipes)
    dice.shuffle(lines)
    assert match(swipes, lines, HERE) == found


@given(days())
def test_every_swipe_ends_in_exactly_one_way_and_no_meal_is_used_twice(
    day: tuple[list[SwipeRecord], list[MealLine]],
) -> None:
    swipes, lines = day
    found = match(swipes, lines, HERE)
    assert len(set(found.pairs.values())) == len(found.pairs)
    delivered = {one.line_id for one in lines if one.delivered}
    assert set(found.pairs.values()) <= delivered
    alone = {one.swipe.id for one in found.mismatches if one.swipe and one.swipe.id not in found.pairs}
    assert set(found.pairs) | found.taken_back | alone == {one.id for one in swipes}
    assert not set(found.pairs) & found.taken_back
    assert not alone & (set(found.pairs) | found.taken_back)
