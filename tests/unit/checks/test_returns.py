"""Checks of what comes back, at their limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mealroute.checks import returns_rules, words
from mealroute.checks.facts import Meal, Packed
from mealroute.checks.hands_facts import Returned
from mealroute.core.i18n import speaking
from tests.unit.checks.test_rules import DAY, LIMITS, day, meal, tally, world

CLAIMED, NOTHING = LIMITS["returned-and-claimed"].limits, LIMITS["nothing-comes-back"].limits
SHUT = {"outcome": "no-answer", "quantity": 0, "seen": False}


def back(portions: int, *, moved: int = 0, trips: tuple[int, ...] = (1,), by_driver: bool = False) -> Returned:
    return Returned(portions, frozenset(trips), ("returned", f"{DAY}/lunch"), moved, by_driver)


def claimed(returned: Returned, *meals: Meal, aboard: int | None = None) -> list[int]:
    packed = {} if aboard is None else {(1, 1): Packed(by_kitchen=aboard)}
    found = returns_rules.returned_and_claimed(day(*meals, returned={1: returned}, packed=packed), world(), CLAIMED)
    return [int(str(one.params["returned"])) - int(str(one.params["expected"])) for one in found]


def doors(given: int, shut: int = 0) -> list[Meal]:
    return [*(meal(n + 1) for n in range(given)), *(meal(n + 90, **SHUT) for n in range(shut))]


def test_one_portion_more_than_can_come_back_is_found_where_loading_was_counted() -> None:
    assert claimed(back(2), *doors(9, 1), aboard=10) == [1]
    assert claimed(back(1), *doors(9, 1), aboard=10) == []


def test_spare_portions_that_were_counted_aboard_may_come_back() -> None:
    assert claimed(back(3), *doors(9, 1), aboard=12) == []
    assert claimed(back(4), *doors(9, 1), aboard=12) == [1]


def test_without_a_count_at_loading_it_takes_several() -> None:
    assert claimed(back(CLAIMED["uncounted"]), *doors(9, 1)) == []
    assert claimed(back(CLAIMED["uncounted"] + 1), *doors(9, 1)) == [3]


def test_what_another_driver_took_over_may_come_back_when_it_is_made_again() -> None:
    assert claimed(back(7, moved=6), *doors(9, 1)) == []


def test_what_a_station_keeps_cannot_come_back() -> None:
    bulk = [meal(n + 50, station="S1") for n in range(5)]
    assert claimed(back(1), *doors(5), *bulk, aboard=10) == [1]


def never(rounds: int, shut: int, returned: int, **counted: object) -> list[str]:
    days = [
        replace(
            day(
                *(meal(n + 1, run=run, **SHUT) for n in range(shut)), meal(90, run=run),
                returned={run: back(returned)._replace(**counted)},  # type: ignore[arg-type]
            ),
            day=DAY + timedelta(days=run),
        )
        for run in range(1, rounds + 1)
    ]  # fmt: skip
    return [one.subject for one in returns_rules.nothing_comes_back(tally(*days), world(), NOTHING)]


def test_a_driver_who_brings_nothing_back_is_a_hint() -> None:
    assert never(3, 2, 0) == ["driver/D01"]
    assert never(3, 2, 1) == []
    assert never(5, 1, 0) == []  # five portions: one too few


def test_only_rounds_that_somebody_else_counted_whole_say_so() -> None:
    assert never(6, 1, 0) == ["driver/D01"]
    assert never(6, 1, 0, by_driver=True) == []
    assert never(6, 1, 0, trips=frozenset({2})) == []
    assert never(6, 1, 0, moved=1) == []


def test_what_never_was_aboard_need_not_come_back() -> None:
    short = [meal(n + 1, run=n + 1, outcome="short", quantity=0) for n in range(9)]
    days = [replace(day(one, returned={one.run: back(0)}), day=DAY + timedelta(days=one.run)) for one in short]
    assert list(returns_rules.nothing_comes_back(tally(*days), world(), NOTHING)) == []


def test_their_sentences_stand_in_both_languages() -> None:
    (found,) = returns_rules.returned_and_claimed(day(*doors(9), returned={1: back(4)}), world(), CLAIMED)
    for language in ("zh", "en"):
        with speaking(language):
            assert "D01" in words.sentence_of("returned-and-claimed", found.params)
