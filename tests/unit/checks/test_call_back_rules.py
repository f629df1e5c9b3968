"""The draw can be repeated by anybody; the interval is Wilson's."""

import math
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mealroute.checks.call_back_records import Candidate, Heard
from mealroute.checks.call_back_rules import digest, draw, estimate, wilson

LINES = st.lists(st.integers(1, 10**6), unique=True, max_size=60)


def _meals(lines: list[int], people: int = 7) -> list[Candidate]:
    return [
        Candidate(
            line=n, resident=n % people, resident_code=f"R{n % people}", day=date(2026, 2, 2), slot="lunch", proof=n
        )
        for n in lines
    ]


@given(LINES, st.integers(0, 40), st.randoms())
def test_the_order_of_the_list_changes_neither_its_hash_nor_the_draw(
    lines: list[int], size: int, chance: object
) -> None:
    meals = _meals(lines)
    other = list(meals)
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert digest(meals) == digest(other)
    given = {"seed": "2026131", "month": "2026-02", "vendor": "V01"}
    assert draw(meals, size, **given) == draw(other, size, **given)


@given(LINES, st.integers(0, 40))
def test_a_draw_takes_what_is_asked_for_and_nobody_twice_while_others_are_left(lines: list[int], size: int) -> None:
    meals = _meals(lines)
    taken = draw(meals, size, seed="a", month="2026-02", vendor="V01")
    assert len(taken) == len({meal.line for meal in taken}) == min(size, len(meals))
    residents = {meal.resident for meal in meals}
    assert len({meal.resident for meal in taken}) == min(len(taken), len(residents))


def test_another_seed_draws_another_sample() -> None:
    meals = _meals(list(range(1, 500)), people=400)
    first, second = (draw(meals, 20, seed=seed, month="2026-02", vendor="V01") for seed in ("one", "two"))
    assert {meal.line for meal in first} != {meal.line for meal in second}


@given(st.integers(0, 400), st.integers(1, 400))
def test_the_interval_is_wilsons(hits: int, n: int) -> None:
    hits = min(hits, n)
    low, high = wilson(hits, n, 1960)
    p, z = hits / n, 1.96
    middle, root = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert math.isclose(low, 1000 * (middle - root) / (1 + z * z / n), abs_tol=1.001)
    assert math.isclose(high, 1000 * (middle + root) / (1 + z * z / n), abs_tol=1.001)
    assert 0 <= low <= 1000 * p <= high <= 1000


def test_who_could_not_say_counts_neither_way() -> None:
    found = estimate(
        "V01", "2026-02", 12, {Heard.RECEIVED: 9, Heard.NOT_RECEIVED: 1, Heard.CANNOT_SAY: 1}, z_permille=1960
    )
    assert (found.rate, found.told, found.waiting) == (100, 10, 1)
    assert (found.low, found.high) == (17, 405)


def test_without_answers_there_is_no_rate() -> None:
    assert estimate("V01", "2026-02", 5, {Heard.NOT_REACHED: 2}, z_permille=1960).rate is None
