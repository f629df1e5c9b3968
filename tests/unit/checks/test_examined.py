"""Frauds by other names and other hands: at the limits, and who is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from mealroute.checks import (
    business_rules,
    identity_rules,
    order_rules,
    pattern_rules,
    record_rules,
    rules,
    signed_rules,
    words,
)
from mealroute.checks.business_facts import DriverFacts, VendorFacts
from mealroute.checks.facts import Day, Meal, World
from mealroute.checks.records import Severity
from mealroute.checks.rulebook import policy_on
from mealroute.checks.signed_facts import SignedSite
from mealroute.core.i18n import speaking
from tests.unit.checks.test_quiet import DAYS, TURNS, month
from tests.unit.checks.test_rules import DAY, LIMITS, day, meal, person, tally, world

JANUARY, FEBRUARY = date(2026, 1, 10), date(2026, 2, 10)


def vendor(code: str, *states: tuple[date, str], papers: str = "licence/1", begins: date | None = None) -> VendorFacts:
    return VendorFacts(
        code=code, licence_to=None, contract_from=begins, contract_to=None, states=states, state="active", capacity={}, phones=frozenset(),
        papers=frozenset({papers}),
    )  # fmt: skip


def again(old: VendorFacts, new: VendorFacts, *meals: Meal) -> list[str]:
    around = world(vendors={old.code: old, new.code: new})
    return [found.subject for found in business_rules.vendor_again(day(*(meals or (meal(),))), around, {})]


# -- vendor-again


def test_a_vendor_that_begins_after_another_was_suspended_and_has_its_licence_is_found() -> None:
    old = vendor("OLD", (JANUARY, "suspended"))
    assert again(old, vendor("V01", (FEBRUARY, "active"))) == ["vendor/V01/again"]
    assert again(old, vendor("V01", begins=FEBRUARY)) == ["vendor/V01/again"]
    gone = vendor("OLD", (JANUARY, "suspended"), (FEBRUARY, "exited"))
    assert again(gone, vendor("V01", (FEBRUARY, "active"))) == ["vendor/V01/again"]


def test_a_site_that_was_there_before_other_papers_and_a_vendor_that_left_by_itself_are_not() -> None:
    old = vendor("OLD", (FEBRUARY, "suspended"))
    assert again(old, vendor("V01", (JANUARY, "active"))) == []
    assert again(old, vendor("V01", (JANUARY, "active"), begins=date(2026, 3, 1))) == []
    assert again(old, vendor("V01")) == []
    assert again(old, vendor("V01", (FEBRUARY, "active"), papers="licence/2")) == []
    assert again(vendor("OLD", (JANUARY, "exited")), vendor("V01", (FEBRUARY, "active"))) == []
    mended = vendor("OLD", (JANUARY, "suspended"), (FEBRUARY, "active"))
    assert again(mended, vendor("V01", (FEBRUARY, "active"))) == []
    assert again(vendor("OLD", (JANUARY, "suspended")), vendor("V01", (FEBRUARY, "active")), meal(claims=())) == []


# -- closed-kitchen


@pytest.mark.parametrize(("since", "found"), [(DAY, 1), (DAY + timedelta(days=1), 0)])
def test_a_kitchen_is_closed_from_its_day_on(since: date, found: int) -> None:
    closed = world(kitchens_closed={"K1": since, "K2": JANUARY})
    assert len(list(business_rules.closed_kitchen(day(meal()), closed, {}))) == found


# -- driver-under-two-codes

CODES = LIMITS["driver-under-two-codes"].limits


def driver(code: str, phone: str = "p") -> DriverFacts:
    return DriverFacts(code=code, vendor="V01", phone=phone, shift_from_s=0, shift_to_s=86_400, weekdays=127, certificate_to=None)  # fmt: skip


def two_codes(north: float, *phones: str, later_s: int = 90, **changes: Any) -> list[str]:
    """Eight doors of each of two codes, the second's so many degrees further north, one after the other by turns."""
    doors = [meal(n, made_s=40_000 + 180 * n) for n in range(1, 9)]
    doors += [meal(100 + n, driver="D02", made_s=40_000 + 180 * n + later_s, lat=39.93 + north) for n in range(1, 9)]
    drivers = {one.code: one for one in map(driver, ("D01", "D02", "D03", "D04"), phones)}
    around = world(drivers=drivers, **changes)
    return [found.subject for found in business_rules.driver_under_two_codes(day(*doors), around, CODES)]


def test_one_telephone_and_doors_that_no_man_can_reach_by_turns_are_found() -> None:
    assert two_codes(0.03, "p", "p") == [f"driver/D01/D02/{DAY}/lunch/codes"]
    assert two_codes(0.003, "p", "p") == []
    assert two_codes(0.03, "p", "q") == []


def test_a_second_round_after_the_first_is_a_mans_day() -> None:
    assert two_codes(0.03, "p", "p", later_s=3600) == []


def test_an_office_telephone_is_nobodys_own() -> None:
    assert two_codes(0.03, "p", "p", "p", "p") == []
    office = replace(vendor("V01"), phones=frozenset({"p"}))
    assert two_codes(0.03, "p", "p", vendors={"V01": office}) == []


# -- cancelled-and-claimed


@pytest.mark.parametrize(("moment", "found"), [(36_000, 1), (36_001, 0)])
def test_what_was_cancelled_half_an_hour_before_the_round_was_never_loaded(moment: int, found: int) -> None:
    limits = LIMITS["cancelled-and-claimed"].limits
    assert len(list(order_rules.cancelled_and_claimed(day(meal()), world(cancelled={1: moment}), limits))) == found
    unclaimed = day(meal(claims=()))
    assert list(order_rules.cancelled_and_claimed(unclaimed, world(cancelled={1: moment}), limits)) == []


# -- signed-not-there


def signed(counted: int, **wrong: int) -> list[str]:
    who = [why for why, many in wrong.items() for _n in range(many)]
    site = SignedSite("S1", "V01", "110101005", "signed", counted, dict(enumerate(who, 1)))
    limits = LIMITS["signed-not-there"].limits
    return [found.subject for found in signed_rules.signed_not_there(tally(), world(signed=(site,)), limits)]


def test_three_signed_persons_who_are_not_there_are_found_and_two_are_a_slow_desk() -> None:
    assert signed(80, deceased=2, twice=1) == ["site/S1/signed/signed"]
    assert signed(80, deceased=2) == []
    assert signed(151, moved=3) == []


# -- sent-at-once


def sent(late: int, rounds: int = 20, others_late: int = 0, after_s: int = 3600) -> list[str]:
    days = []
    for n, on in enumerate(DAYS[:rounds]):
        own = [meal(100 * n + k, resident=k, made_s=40_000 + 200 * k) for k in range(1, 9)]
        other = [meal(9000 + 100 * n + k, resident=90 + k, driver="D02", made_s=40_000 + 230 * k) for k in range(1, 9)]
        for meals, hoards in ((own, n < late), (other, n < others_late)):
            if hoards:
                last = meals[-1].made_s or 0
                meals[:] = [one._replace(delay_s=last + after_s - (one.made_s or 0)) for one in meals]
        days.append(replace(day(*own, *other), day=on))
    return [found.subject for found in pattern_rules.sent_at_once(tally(*days), world(), LIMITS["sent-at-once"].limits)]


def test_rounds_that_come_in_whole_an_hour_after_the_last_door_are_a_hint() -> None:
    assert sent(12) == ["driver/D01"]
    assert sent(11) == []
    assert sent(20, after_s=3500) == []


def test_where_the_others_phones_have_no_network_either_it_is_the_valley() -> None:
    assert sent(20, others_late=5) == []


# -- taking-turns, of three


def turns(*lists: list[int]) -> list[str]:
    return [found.subject for found in identity_rules.taking_turns(tally(*month(*lists)), world(*map(person, range(1, 9))), TURNS)]  # fmt: skip


def test_three_who_share_one_portion_a_day_are_found() -> None:
    assert turns(*([n % 3 + 1] for n in range(21))) == ["pair/1/2/3"]


def test_three_with_a_week_each_with_fixed_weekdays_or_with_a_day_nobody_ate_are_not() -> None:
    assert turns(*([n // 5 % 3 + 1] for n in range(21))) == []
    assert turns(*([(1, 2, 3, 1, 2)[DAYS[n].weekday()]] for n in range(21))) == []
    assert turns(*([n % 3 + 1] if n != 10 else [7] for n in range(21))) == []


# -- copied-day, from others

COPIED = LIMITS["copied-day"].limits


def copied(first: list[Meal], second: list[Meal], between: int = 1) -> int:
    days: list[Day] = [replace(day(*first), day=DAYS[0])]
    days += [replace(day(*([meal(500 + n, resident=50 + n, driver="D01") for n in range(3)])), day=DAYS[n]) for n in range(1, between)]  # fmt: skip
    days.append(replace(day(*second), day=DAYS[between]))
    return len(list(pattern_rules.copied_day(tally(*days), world(), COPIED)))


def test_a_colleagues_round_taken_for_a_pattern_is_found() -> None:
    first = [meal(n) for n in range(1, 12)]
    again = [meal(100 + n, resident=n, driver="D02", made_s=(meal(n).made_s or 0) + 90 + n % 7) for n in range(1, 12)]
    assert copied(first, again) == 1
    driven = [one._replace(made_s=(one.made_s or 0) + 35 * n) for n, one in enumerate(again)]
    assert copied(first, driven) == 0


def test_a_dinner_that_is_the_days_lunch_again_is_found_in_whatever_order_they_are_read() -> None:
    lunch = [meal(n) for n in range(1, 12)]
    dinner = [meal(100 + n, resident=n, slot="dinner", made_s=(meal(n).made_s or 0) + 21_600) for n in range(1, 12)]
    for both in ([*lunch, *dinner], [*dinner, *lunch]):
        assert len(list(pattern_rules.copied_day(tally(day(*both)), world(), COPIED))) == 1


# -- ordered-afterwards, on paper


@pytest.mark.parametrize(("ordered_s", "found"), [(172_800, 0), (172_801, 1), (-86_400, 0)])
def test_an_order_for_a_paper_record_may_be_keyed_the_next_day(ordered_s: int, found: int) -> None:
    sheet = day(meal(source="paper", made_s=None, ordered_s=ordered_s))
    assert len(list(record_rules.ordered_afterwards(sheet, world(), LIMITS["ordered-afterwards"].limits))) == found


# -- words


def test_their_sentences_have_all_figures_in_both_languages() -> None:
    closed: World = world(kitchens_closed={"K1": DAY}, cancelled={1: 30_000})
    site = SignedSite("S1", "V01", "110101005", "signed", 80, {1: "deceased", 2: "twice", 3: "institution"})
    closed.signed = (site,)
    found = {one.code: one for one in rules.look([day(meal())], closed, policy_on(DAY))}
    for code in ("closed-kitchen", "cancelled-and-claimed", "signed-not-there"):
        assert found[code].severity is Severity.HOLD
        for language in ("zh", "en"):
            with speaking(language):
                assert words.sentence_of(code, {**found[code].params, "meals": 1}) != words.title(code)
