"""Doors that are turned into handovers afterwards, and people whom nobody sees: at the limits, and who is left alone."""

from __future__ import annotations

from mealroute.checks import record_rules, words
from mealroute.checks.hands_facts import Changed, Hands
from mealroute.core.i18n import speaking
from tests.unit.checks.test_rules import LIMITS, day, meal, person, tally, world

LATER, UNSEEN = LIMITS["changed-afterwards"].limits, LIMITS["never-seen"].limits


def changed(many: int, *, gap_s: int = 600, by_hand: bool = False, shut: int = 0) -> list[str]:
    entries = [Changed(n, n, gap_s, by_hand) for n in range(1, many + 1)]
    failed = tally(day(*(meal(n + 1, outcome="no-answer", quantity=0) for n in range(shut))))
    given = world(hands=Hands(changed={"V01": entries}))
    return [one.subject for one in record_rules.changed_afterwards(failed, given, LATER)]


def test_doors_turned_hours_later_or_at_a_desk_are_found() -> None:
    assert changed(5, gap_s=LATER["after_s"] + 1) == ["vendor/V01"]
    assert changed(5, by_hand=True) == ["vendor/V01"]
    assert changed(5, gap_s=LATER["after_s"]) == []


def test_a_few_of_many_shut_doors_are_wrong_taps() -> None:
    assert changed(4, by_hand=True) == []
    assert changed(6, by_hand=True, shut=14) == ["vendor/V01"]  # 6 of 20
    assert changed(6, by_hand=True, shut=15) == []


def at_the_door(many: int, *more: object, heard: frozenset[int] = frozenset()) -> list[str]:
    left = [meal(n + 1, resident=1, outcome="left-at-door", seen=False) for n in range(many)]
    given = world(person(), hands=Hands(heard=heard))
    return [one.subject for one in record_rules.never_seen(tally(day(*left, *more)), given, UNSEEN)]  # type: ignore[arg-type]


def test_somebody_whom_nobody_sees_all_month_is_found() -> None:
    assert at_the_door(UNSEEN["meals"]) == ["resident/1"]
    assert at_the_door(UNSEEN["meals"] - 1) == []


def test_once_seen_or_reached_is_enough() -> None:
    assert at_the_door(UNSEEN["meals"], meal(90, resident=1)) == []
    assert at_the_door(UNSEEN["meals"], heard=frozenset({1})) == []


def test_their_sentences_stand_in_both_languages() -> None:
    for language in ("zh", "en"):
        with speaking(language):
            assert "R1" in words.sentence_of("never-seen", {"resident": "R1", "n": 8})
            assert "V01" in words.sentence_of("changed-afterwards", {"vendor": "V01", "n": 8, "of": 9})
