"""Checks of cash and calls: what is found, where the limit lies, and the innocent neighbour left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from mealroute.checks import hands_rules, rules, words
from mealroute.checks.hands_facts import Called, HandedIn, Hands
from mealroute.core.i18n import speaking
from tests.unit.checks.test_rules import DAY, LIMITS, day, meal, tally, world

MISSING, LATE, CALLS = (
    LIMITS[code].limits for code in ("cash-missing", "cash-late", "call-back-unreachable")
)  # fmt: skip
TAKEN = tally(day(meal(1, cash_fen=1300), meal(2, cash_fen=1300), meal(3)))
AFTER = DAY + timedelta(days=MISSING["days"] + 1)


def hands(*entries: HandedIn, today: date = AFTER) -> Hands:
    return Hands(today=today, handed={(1, ""): entries})


def received(fen: int, days: int = 0, *, own: bool = False) -> HandedIn:
    return HandedIn("handed", fen, DAY + timedelta(days=days), own)


def missing(*entries: HandedIn, today: date = AFTER) -> list[object]:
    found = hands_rules.cash_missing(TAKEN, world(hands=hands(*entries, today=today)), MISSING)
    return [(one.subject, one.params["taken"], one.params["missing"], one.lines) for one in found]


def test_cash_that_nobody_received_is_missing_by_driver_and_day() -> None:
    assert missing() == [(f"driver/D01/{DAY}", 2600, 2600, (1, 2))]
    assert missing(received(1300)) == [(f"driver/D01/{DAY}", 2600, 1300, (1, 2))]
    assert missing(received(2600)) == []


def test_cash_is_not_missing_before_its_days_are_over() -> None:
    assert missing(today=AFTER - timedelta(days=1)) == []


def test_less_than_the_least_is_change_not_cash() -> None:
    assert missing(received(2600 - MISSING["least_fen"] + 1)) == []
    assert len(missing(received(2600 - MISSING["least_fen"]))) == 1


def test_cash_received_by_whoever_took_it_is_still_in_the_same_hands() -> None:
    assert missing(received(2600, own=True)) == [(f"driver/D01/{DAY}", 2600, 2600, (1, 2))]
    assert missing(received(2600, own=True), received(-2600, own=True), received(2600)) == []


def test_words_for_the_difference_as_it_is_now_end_it() -> None:
    assert missing(received(1300), HandedIn("explained", 1300, DAY)) == []
    assert len(missing(received(1000), HandedIn("explained", 1300, DAY))) == 1


def test_a_driver_who_hands_in_late_three_times_is_a_hint() -> None:
    days = [DAY + timedelta(days=n) for n in range(LATE["times"])]
    rounds = [replace(day(meal(n + 1, run=n + 1, day=on, cash_fen=1300)), day=on) for n, on in enumerate(days)]

    def late(by: int) -> list[str]:
        entries = {(n + 1, ""): (HandedIn("handed", 1300, on + timedelta(days=by)),) for n, on in enumerate(days)}
        given = world(hands=Hands(today=days[-1] + timedelta(days=30), handed=entries))
        return [one.subject for one in hands_rules.cash_late(tally(*rounds), given, LATE)]

    assert late(LATE["days"] + 1) == ["driver/D01"]
    assert late(LATE["days"]) == []
    once = world(hands=Hands(today=AFTER, handed={(1, ""): (received(1300, LATE["days"] + 5),)}))
    assert list(hands_rules.cash_late(tally(*rounds), once, LATE)) == []


def called(missed: int, asked: int = 20, others: tuple[int, int] = (200, 28)) -> list[str]:
    calls = {"V01": Called(7, asked, missed, tuple(range(missed)), *others)}
    found = hands_rules.call_back_unreachable(tally(), world(hands=Hands(called=calls)), CALLS)
    return [one.evidence[1][1] for one in found]


def test_a_vendor_whose_people_cannot_be_reached_is_a_hint_with_its_calls() -> None:
    assert called(12) == ["7/V01"]
    assert called(7) == []  # 35 %
    assert called(8) == ["7/V01"]  # 40 %, where others lack 14 %


def test_where_everybody_is_out_nobody_is_found() -> None:
    assert called(12, others=(200, 90)) == []


def test_too_few_calls_say_nothing() -> None:
    assert called(14, asked=CALLS["asked"] - 1) == []
    assert called(8, others=(0, 0)) == []  # nobody to compare with: the usual share of the rules
    assert called(13, others=(0, 0)) == ["7/V01"]


def test_every_finding_has_its_sentence_in_both_languages() -> None:
    given = world(hands=replace(hands(), called={"V01": Called(7, 20, 12, (1, 2), 200, 28)}))
    found = [
        *((code, one) for code, check in rules.MONTHLY.items() for one in check(TAKEN, given, LIMITS[code].limits) if "cash" in code or "call" in code),
    ]  # fmt: skip
    assert {code for code, _one in found} == {"cash-missing", "call-back-unreachable"}
    for code, one in found:
        for language in ("zh", "en"):
            with speaking(language):
                assert words.sentence_of(code, one.params) != words.title(code)
