"""What a resident pays when ordering, by the same rulebook that will settle the meal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from mealroute.core.slots import MealSlot
from mealroute.orders.records import Delivery
from mealroute.rulebook.reading import read_draft
from mealroute.subsidy.pricing import OtherMeal, RulebookPricing, span
from mealroute.subsidy.records import Rulebook
from mealroute.subsidy.rulebook import load_rulebook
from tests.unit.subsidy.meals import MONDAY

BOOK = load_rulebook()
DRAFT = """
kind: rulebook
schema: 1
title: {{zh: 测试, en: test}}
rules:
  - id: one
    title: {{zh: 测试, en: test}}
    description: 测试
    document: {{number: 测试1号, title: 测试, issued: 2022-01-01}}
    reference: 测试
    source: test
    certainty: GK
    beneficiary: resident
    unit: {unit}
    versions:
      - version: 1
        from: 2022-01-01
        amount: {{fixed: "3.00"}}
        shares: {{district: 1}}
{more}
"""


class Card:
    """As much of a resident as pricing looks at."""

    id, code, state, living, basic_service, basic_service_from = 1, "R1", "active", "alone", True, None
    categories, ability_level, assessment_valid_until, street_code, diets = ("general",), None, None, "110101005", ()
    registration, birth_date, enrolled = "", date(1940, 1, 1), None

    def age_on(self, day: date) -> int:
        return day.year - 1940


def made(unit: str, more: str = "") -> Rulebook:
    book, problems = read_draft(DRAFT.format(unit=unit, more=more), "draft.yaml")
    assert problems == ()
    return Rulebook(payer="x", payer_name="x", book=book)


@pytest.fixture
def card() -> Any:
    return Card()


def test_one_subsidy_an_order_and_day(card: Any) -> None:
    pricing = RulebookPricing(BOOK)
    assert pricing.resident_part(card, MONDAY, MealSlot.LUNCH, 1700, 1) == (1200, 500)
    assert pricing.resident_part(card, MONDAY, MealSlot.LUNCH, 1700, 2) == (2900, 500)
    assert pricing.resident_part(card, MONDAY, MealSlot.LUNCH, 500, 1) == (500, 0)
    assert pricing.resident_part(card, date(2022, 1, 1), MealSlot.LUNCH, 1700, 1) == (1700, 0)
    card.basic_service_from = date(2026, 3, 1)
    assert pricing.resident_part(card, MONDAY, MealSlot.LUNCH, 1700, 1) == (1700, 0)


def test_a_meal_of_the_day_that_expects_the_subsidy_already_leaves_none_for_another(card: Any) -> None:
    pricing = RulebookPricing(BOOK, {1: (OtherMeal(MONDAY, "lunch", 1700),)})
    assert pricing.resident_part(card, MONDAY, MealSlot.DINNER, 1700, 1) == (1700, 0)
    assert pricing.resident_part(card, MONDAY + timedelta(days=1), MealSlot.DINNER, 1700, 1) == (1200, 500)


def test_a_rule_a_meal_pays_each_meal_of_the_day(card: Any) -> None:
    pricing = RulebookPricing(made("meal"), {1: (OtherMeal(MONDAY, "lunch", 1700),)})
    assert pricing.resident_part(card, MONDAY, MealSlot.DINNER, 1700, 1) == (1400, 300)


def test_a_weekly_cap_counts_what_the_week_expects_already(card: Any) -> None:
    rules = made("person-day", "        caps: [{per: person, every: week, count: 2}]")
    week = [OtherMeal(MONDAY + timedelta(days=n), "lunch", 1700) for n in (1, 3)]
    assert span(rules, MONDAY) == (MONDAY, MONDAY + timedelta(days=6))
    assert RulebookPricing(rules, {1: week}).resident_part(card, MONDAY, MealSlot.LUNCH, 1700, 1) == (1700, 0)
    assert RulebookPricing(rules, {1: week[:1]}).resident_part(card, MONDAY, MealSlot.LUNCH, 1700, 1) == (1400, 300)


def test_how_the_meal_reaches_its_person_counts(card: Any) -> None:
    pricing = RulebookPricing(made("meal", "        when: {ways: [pick-up]}"))
    assert pricing.resident_part(card, MONDAY, MealSlot.LUNCH, 1700, 1, delivery=Delivery.STATION) == (1400, 300)
    assert pricing.resident_part(card, MONDAY, MealSlot.LUNCH, 1700, 1) == (1700, 0)
