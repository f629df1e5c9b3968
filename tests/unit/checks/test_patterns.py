"""Checks of patterns and of what a claim's own rule asks: each found, and its innocent neighbour left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from mealroute.checks import eligibility_rules, money_rules, pattern_rules, rules, words
from mealroute.checks.business_facts import CapFacts, RuleSays
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


def test_caps_by_quarter_and_year_name_the_claims_above_them() -> None:
    days = [replace(day(meal(n, resident=1, day=date(2026, 3, n + 1))), day=date(2026, 3, n + 1)) for n in range(1, 5)]
    for window, key in (("quarter", "2026-Q1"), ("year", "2026"), ("month", "2026-03")):
        (found,) = money_rules.cap_passed(tally(*days), world(caps=(CapFacts("bj-meal-resident", window, 3),)), {})
        assert (found.lines, found.params["window"]) == ((4,), key)


def test_every_check_of_patterns_has_words_in_chinese() -> None:
    with speaking("zh"):
        for code in rules.CODES:
            assert not words.title(code).isascii()
