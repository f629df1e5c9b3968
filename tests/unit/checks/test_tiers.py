"""The check of counts that end just at a tier: which tables jump, where the margin lies, who is left alone."""

from __future__ import annotations

from datetime import date

from mealroute.checks import tier_rules, words
from mealroute.checks.tier_facts import Reached, Step, reached_by, steps_of
from mealroute.core.i18n import speaking
from tests.unit.checks.test_rules import LIMITS, tally, world
from tests.unit.subsidy.books import book, rule

TIER = LIMITS["tier-just-reached"].limits
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
STEP = Step("signed-persons", 80, 640_000)


def found(value: int, *before: int, late: int = 0, pace: int = 0, step: Step = STEP, yearly: bool = False) -> list[str]:
    one = Reached(("site", "S1"), "signed", 1, step, value, before, late, pace, yearly)
    return [each.subject for each in tier_rules.tier_just_reached(tally(), world(tiers=(one,)), TIER)]


def steps(amount: str, more: str = "", unit: str = "month") -> list[tuple[str, int, int]]:
    known = steps_of(book(rule("tiered", "site", unit, amount, more)).rules, FIRST, LAST)
    return [(one.name, one.least, one.gain_fen) for one in known.get(("tiered", 1), ())]


def test_a_table_jumps_where_it_pays_more_than_just_below() -> None:
    table = "{by: signed-persons, tiers: [{from: 0, amount: 14000}, {from: 80, each: 180}]}"
    assert steps(table) == [("signed-persons", 80, 40_000)]
    assert steps("{by: meals, tiers: [{from: 1000, amount: 500}, {from: 2000, amount: 900}]}") == [("meals", 1000, 50_000), ("meals", 2000, 40_000)]  # fmt: skip


def test_a_table_by_parts_stars_and_single_grants_have_no_jump_to_be_pushed_over() -> None:
    assert steps('{by: meals, marginal: true, tiers: [{from: 1, each: "1.00"}, {from: 1001, each: "1.50"}]}') == []
    assert steps("{by: star, tiers: [{from: 2, amount: 2000}]}") == []
    assert steps("{by: capacity, tiers: [{from: 20, amount: 20000}]}", unit="one-off") == []


def test_a_condition_on_a_count_is_a_step_as_well() -> None:
    assert steps('{fixed: "3000.00"}', "when: {counts: {meals-a-day: {from: 150}}}") == [("meals-a-day", 150, 300_000)]
    assert steps('{cases: [{when: {counts: {meals: {over: 999}}}, fixed: "100.00"}]}') == [("meals", 1000, 10_000)]


def test_the_table_that_was_not_asked_is_not_meant() -> None:
    known = steps_of(
        book(rule("tiered", "site", "month", '{cases: [{when: {tags: [build]}, by: meals, tiers: [{from: 100, amount: "50.00"}]}], otherwise: {each: "1.00", by: meals}}')).rules,
        FIRST, LAST,
    )["tiered", 1]  # fmt: skip
    assert reached_by(known, {"meals": 101}, 5_000, cut=False) == known
    assert reached_by(known, {"meals": 101}, 10_100, cut=False) == ()
    assert reached_by(known, {"meals": 101}, 4_000, cut=True) == known
    assert reached_by(known, {"meals": 99}, 5_000, cut=False) == ()


def test_just_over_after_months_below_is_a_hint_at_the_margin_and_not_beyond() -> None:
    assert found(83, 76, 75, 76) == ["site/S1/signed/signed-persons"]
    assert found(84, 76, 75, 76) == []
    assert found(79, 76, 75, 76) == []


def test_who_is_always_over_is_left_alone() -> None:
    assert found(82, 82, 83, 81, late=9) == []
    assert found(82, 76, 81, 76) == []  # once is not regularly below


def test_a_new_site_and_one_that_grows_as_before_are_left_alone() -> None:
    assert found(82, late=82) == []
    assert found(82, 76, late=6) == []
    assert found(82, 61, 68, 75) == []


def test_one_person_more_is_a_person() -> None:
    assert found(80, 79, 79, 79, late=1) == []
    assert found(82, 79, 79, 79, late=3) == ["site/S1/signed/signed-persons"]


def test_a_count_that_swings_is_found_by_its_last_days_alone() -> None:
    meals = Step("meals", 1000, 50_000)
    assert found(1010, 980, 900, 950, step=meals, late=260, pace=230) == ["site/S1/signed/meals"]
    assert found(1010, 980, 900, 950, step=meals, late=235, pace=230) == []


def test_a_year_is_judged_by_its_last_month() -> None:
    meals = Step("meals", 12_000, 50_000)
    assert found(12_100, step=meals, late=1_400, pace=1_000, yearly=True) == ["site/S1/signed/meals"]
    assert found(12_100, step=meals, late=1_050, pace=1_000, yearly=True) == []


def test_its_sentence_names_count_tier_rule_and_money() -> None:
    one = Reached(("site", "S1"), "signed", 1, STEP, 82, (76, 75, 76), 6)
    (hint,) = tier_rules.tier_just_reached(tally(), world(tiers=(one,)), TIER)
    with speaking("zh"):
        said = words.sentence_of("tier-just-reached", hint.params)
    assert all(part in said for part in ("签约", "82", "80", "signed", "6400.00", "76, 75, 76"))
    with speaking("en"):
        assert "Just at a tier" not in words.sentence_of("tier-just-reached", hint.params)
