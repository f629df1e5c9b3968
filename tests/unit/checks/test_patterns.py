"""Checks of patterns and of what a claim's own rule asks: each found, and its innocent neighbour left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mealroute.checks import eligibility_rules, money_rules, pattern_rules, route_rules, rules, words
from mealroute.checks.business_facts import CapFacts, RuleSays
from mealroute.checks.facts import Meal
from mealroute.checks.records import Found
from mealroute.core.i18n import speaking
from tests.unit.checks.test_rules import CLAIM, DAY, LIMITS, day, meal, person, tally, world

EACH_MEAL = RuleSays(once_a_day=False, tied=False, above=False, basic=False, slots=None)


def test_lunch_and_dinner_within_an_hour_are_one_meal() -> None:
    limits = LIMITS["two-meals-at-once"].limits
    lunch = meal(1, resident=1)
    dinner = meal(2, resident=1, slot="dinner", made_s=(lunch.made_s or 0) + 60)
    assert len(list(pattern_rules.two_meals_at_once(day(lunch, dinner), world(), limits))) == 1
    later = dinner._replace(made_s=(lunch.made_s or 0) + 3 * 3600)
    assert list(pattern_rules.two_meals_at_once(day(lunch, later), world(), limits)) == []


def test_a_rule_that_pays_each_meal_may_pay_two_a_day_but_not_one_twice() -> None:
    lunch, dinner, again = meal(1, resident=1), meal(2, resident=1, slot="dinner"), meal(3, resident=1)
    each = world(rules={CLAIM.rule_id: EACH_MEAL})
    assert list(money_rules.two_subsidies(day(lunch, dinner), each, {})) == []
    assert len(list(money_rules.two_subsidies(day(lunch, dinner, again), each, {}))) == 1
    assert len(list(money_rules.two_subsidies(day(lunch, dinner), world(), {}))) == 1


def test_a_free_meal_under_a_rule_that_pays_all_of_it_is_no_finding() -> None:
    free = meal(paid_fen=0, claims=(CLAIM._replace(amount_fen=1800, whole_fen=1800, copay_fen=0, paid_fen=0),))
    all_of_it = world(rules={CLAIM.rule_id: EACH_MEAL})
    for check in (money_rules.price_too_low, money_rules.nothing_paid):
        assert list(check(day(free), all_of_it, {})) == []
        assert len(list(check(day(free), world(), {}))) == 1
    above = free._replace(claims=(CLAIM._replace(amount_fen=1801),))
    assert len(list(money_rules.price_too_low(day(above), all_of_it, {}))) == 1


def test_breakfast_under_a_rule_that_names_it_is_no_finding() -> None:
    named = world(rules={CLAIM.rule_id: replace_slots("breakfast")})
    assert list(money_rules.other_slot(day(meal(slot="breakfast")), named, {})) == []
    assert len(list(money_rules.other_slot(day(meal(slot="dinner")), named, {}))) == 1


def replace_slots(*slots: str) -> RuleSays:
    return EACH_MEAL._replace(slots=frozenset(slots))


def test_whoever_moved_in_later_lived_at_home_before() -> None:
    moved = person(living="institution", changes=(("living", DAY + timedelta(days=3), "alone", "institution"),))
    ended = person(basic=False, changes=(("basic_service", DAY + timedelta(days=3), "1", "0"),))
    assert list(eligibility_rules.in_institution(day(meal()), world(moved), {})) == []
    assert list(eligibility_rules.category_not_valid(day(meal()), world(ended), {})) == []
    late = meal(day=DAY + timedelta(days=3))
    assert len(list(eligibility_rules.in_institution(day(late), world(moved), {}))) == 1
    assert len(list(eligibility_rules.category_not_valid(day(late), world(ended), {}))) == 1


def test_a_rule_without_basic_services_asks_for_none() -> None:
    stranger = person(basic=False)
    asks_not = world(stranger, rules={CLAIM.rule_id: EACH_MEAL})
    assert list(eligibility_rules.category_not_valid(day(meal()), asks_not, {})) == []


def test_a_dish_without_a_sample_where_others_have_one() -> None:
    limits = LIMITS["dish-not-sampled"].limits
    meals = [meal(n, dish="D-B") for n in range(1, 12)]
    kept = {"K1": frozenset({"D-A"})}
    assert len(list(pattern_rules.dish_not_sampled(day(*meals, sampled=kept), world(), limits))) == 1
    assert list(pattern_rules.dish_not_sampled(day(*meals), world(), limits)) == []
    both = {"K1": frozenset({"D-A", "D-B"})}
    assert list(pattern_rules.dish_not_sampled(day(*meals, sampled=both), world(), limits)) == []


def test_a_day_that_is_last_weeks_to_the_second() -> None:
    first = [meal(n) for n in range(1, 8)]
    second = [
        meal(n + 10, resident=n, day=DAY + timedelta(days=7), made_s=one.made_s) for n, one in enumerate(first, 1)
    ]
    third = [
        one._replace(line=one.line + 10, made_s=(one.made_s or 0) + 1, day=DAY + timedelta(days=8)) for one in second
    ]
    days = [replace(day(*meals), day=meals[0].day) for meals in (first, second, third)]
    (found,) = pattern_rules.copied_day(tally(*days), world(), LIMITS["copied-day"].limits)
    assert (found.day, found.params["earlier"]) == (date(2026, 3, 9), DAY.isoformat())


COPIED = LIMITS["copied-day"].limits


def moved(first: list[Meal], by: int, *noise: int) -> list[Meal]:
    """The same doors a week later, each record that much later, with some seconds more or less in turn."""
    return [
        one._replace(
            line=one.line + 100, day=DAY + timedelta(days=7), made_s=(one.made_s or 0) + by + (noise[n % len(noise)] if noise else 0)
        )
        for n, one in enumerate(first)
    ]  # fmt: skip


def copied(first: list[Meal], second: list[Meal]) -> list[Found]:
    days = [replace(day(*meals), day=meals[0].day) for meals in (first, second)]
    return list(pattern_rules.copied_day(tally(*days), world(), COPIED))


@pytest.mark.parametrize(("by", "noise"), [(137, ()), (-600, ()), (137, (0, 6, -6)), (0, (7, -7, 3))])
def test_a_day_that_is_last_weeks_moved_by_some_minutes(by: int, noise: tuple[int, ...]) -> None:
    (found,) = copied([meal(n) for n in range(1, 11)], moved([meal(n) for n in range(1, 11)], by, *noise))
    assert len(found.lines) == 10
    assert by - 7 <= found.params["shift"] <= by


def test_a_round_that_goes_as_rounds_go_is_no_copy() -> None:
    first = [meal(n) for n in range(1, 11)]
    assert copied(first, moved(first, 120, 0, 40, -35, 90)) == []
    assert copied(first[:7], moved(first[:7], 120)) == []


def test_positions_that_are_last_times_to_the_digit() -> None:
    first = [meal(n, lon=116.41 + n * 1e-5, lat=39.93) for n in range(1, 8)]
    again = moved(first, 300, 0, 40, 90)
    days = [replace(day(*meals), day=meals[0].day) for meals in (first, again)]
    limits = LIMITS["places-again"].limits
    (found,) = pattern_rules.places_again(tally(*days), world(), limits)
    assert (len(found.lines), found.params["of"]) == (7, 7)
    other = [one._replace(lat=39.93 + (n > 2) * 1e-6) for n, one in enumerate(again)]
    assert list(pattern_rules.places_again(tally(days[0], replace(days[1], meals=tuple(other))), world(), limits)) == []


def test_a_phone_that_never_says_where_it_is_though_others_do() -> None:
    limits = LIMITS["no-place"].limits
    silent = [meal(n, driver="D01", lon=None, lat=None) for n in range(1, 71)]
    known = [meal(n, driver="D02") for n in range(101, 171)]
    (found,) = pattern_rules.no_place(tally(day(*silent, *known)), world(), limits)
    assert (found.subject, len(found.lines)) == ("driver/D01", 70)
    nobody = [one._replace(lon=None, lat=None) for one in known]
    assert list(pattern_rules.no_place(tally(day(*silent, *nobody)), world(), limits)) == []
    assert list(pattern_rules.no_place(tally(day(*silent[:59], *known)), world(), limits)) == []


def test_one_account_on_several_phones_in_turn_and_a_phone_that_gave_out() -> None:
    limits = LIMITS["account-on-phones"].limits
    in_turn = [meal(n, device="ab"[n % 2]) for n in range(1, 6)]
    (found,) = route_rules.account_on_phones(day(*in_turn), world(), limits)
    assert (found.params["phones"], found.params["turns"]) == (2, 4)
    gave_out = [meal(n, device="a" if n in {1, 2, 8} else "b") for n in range(1, 9)]
    assert list(route_rules.account_on_phones(day(*gave_out), world(), limits)) == []


@pytest.mark.parametrize(
    ("people", "seconds", "found"), [(20, 290, 1), (40, 420, 1), (40, 580, 1), (40, 660, 0), (20, 330, 0), (19, 60, 0)]
)
def test_a_pile_of_cards_is_faster_than_a_queue(people: int, seconds: int, found: int) -> None:
    limits = LIMITS["bulk-at-once"].limits
    meals = [meal(n, station="S1", made_s=41_000 + n * seconds // people) for n in range(people)]
    assert len(list(pattern_rules.bulk_at_once(day(*meals), world(), limits))) == found


def test_caps_by_quarter_and_year_name_the_claims_above_them() -> None:
    days = [replace(day(meal(n, resident=1, day=date(2026, 3, n + 1))), day=date(2026, 3, n + 1)) for n in range(1, 5)]
    for window, key in (("quarter", "2026-Q1"), ("year", "2026"), ("month", "2026-03")):
        (found,) = money_rules.cap_passed(tally(*days), world(caps=(CapFacts("bj-meal-resident", window, 3),)), {})
        assert (found.lines, found.params["window"]) == ((4,), key)


def test_every_check_of_patterns_has_words_in_chinese() -> None:
    with speaking("zh"):
        for code in rules.CODES:
            assert not words.title(code).isascii()
