"""Which looks at the door give reason for a case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mealroute.delivery import streaks
from mealroute.delivery.records import LastMeal, Seems
from mealroute.delivery.wellbeing import WellbeingRecord

FIRST = date(2026, 3, 2)
RULES = streaks.streak_rules(FIRST)
E, U, N = LastMeal.EATEN, LastMeal.UNTOUCHED, LastMeal.NOT_ASKED
OK, LESS, HELP = Seems.AS_USUAL, Seems.LESS_WELL, Seems.NEEDS_HELP


def looks(meals: list[LastMeal | None], moods: list[Seems | None]) -> list[WellbeingRecord]:
    count = max(len(meals), len(moods))
    meals, moods = meals + [None] * (count - len(meals)), moods + [None] * (count - len(moods))
    return [
        WellbeingRecord(
            id=n, resident_id=1, book_line_id=n, day=FIRST + timedelta(days=n), slot="lunch", last_meal=meal, seems=mood, by_name="x",
            at=datetime(2026, 3, 2, tzinfo=UTC),
        )
        for n, (meal, mood) in enumerate(zip(meals, moods, strict=True))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("meals", "moods", "kinds"),
    [
        ([E, U], [], []),
        ([U, U], [], ["not-eaten"]),
        ([U, N, U], [], ["not-eaten"]),
        ([U, U, E], [], []),
        ([], [OK, OK], []),
        ([], [LESS], []),
        ([], [OK, LESS], ["mood"]),
        ([], [LESS, LESS], ["mood"]),
        ([], [OK, LESS, OK], []),
        ([], [OK, HELP], ["needs-help"]),
        ([U, U], [OK, LESS], ["not-eaten", "mood"]),
    ],
)
def test_what_two_taps_add_up_to(meals: list[LastMeal | None], moods: list[Seems | None], kinds: list[str]) -> None:
    assert [found.kind for found in streaks.found_in(looks(meals, moods), RULES)] == kinds


def test_a_streak_says_since_when_and_how_long() -> None:
    (found,) = streaks.found_in(looks([E, U, U, U], []), RULES)
    assert (found.since, found.length) == (FIRST + timedelta(days=1), 3)
