"""Single checks over facts written by hand: those that a planted month cannot show, and the edges of the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
import yaml

from mealroute.checks import door_rules, eligibility_rules, money_rules, record_rules, route_rules, rules, words
from mealroute.checks.business_facts import CapFacts
from mealroute.checks.facts import Claim, Day, Meal, Person, World
from mealroute.checks.records import Severity, severest
from mealroute.checks.rulebook import load_policies, policy_on
from mealroute.checks.tally import Tally
from mealroute.core.errors import NotFound
from mealroute.core.i18n import speaking
from mealroute.core.rulebook import RULES, RulebookError

DAY = date(2026, 3, 2)
LIMITS = policy_on(DAY).checks
CLAIM = Claim("bj-meal-resident", 1, "resident", 500, 500, 1300, 1300, 1800)
EAST = 0.05


def meal(n: int = 1, **changes: Any) -> Meal:
    """A lunch handed over at noon, ten minutes after the one before it, claimed by the resident's rule."""
    at = 40_000 + 600 * n
    plain = Meal(
        line=n, proof=n, run=1, visit=n, order=n, resident=n, day=DAY, slot="lunch", street="110101005", vendor="V01", brought="V01",
        kitchen="K1", driver="D01", vehicle="E01", route=1, trip=1, position=n, planned_s=at, route_from_s=37_800, route_to_s=47_000,
        station="", place=f"door-{n}", handover="contact-allowed", ordered=1, quantity=1, outcome="handed-over", left_with="", seen=True,
        source="phone", made_s=at + 30, delay_s=10, device="p", lon=116.41, lat=39.93, door_lon=116.41, door_lat=39.93,
        window_from_s=39_600, window_to_s=45_000, price_fen=1800, list_fen=None, paid_fen=1300, on_route=True, taken_back_s=None,
        claims=(CLAIM,),
    )  # fmt: skip
    return plain._replace(**changes)


def person(n: int = 1, **changes: Any) -> Person:
    plain = Person(
        id=n, code=f"R{n}", street="110101005", born=date(1940, 1, 1), states=((date(2025, 1, 1), "active"),), pauses=(), notices=(),
        categories=(), living="alone", basic=True, basic_from=None, ability=None, assessed_until=None, identity=f"i{n}", identity_fault="",
        phone=f"p{n}", contact_phones=frozenset(), contacts=(), twin=f"t{n}", address=f"a{n}", entered=date(2024, 1, 1), standing_from=None,
    )  # fmt: skip
    return replace(plain, **changes)


def world(*people: Person, **changes: Any) -> World:
    values: dict[str, Any] = {
        "month": "2026-03", "first": date(2026, 3, 1), "last": date(2026, 3, 31), "district": "110101",
        "people": {one.id: one for one in people or (person(),)}, "vendors": {}, "drivers": {},
    }  # fmt: skip
    return World(**values | changes)


def day(*meals: Meal, **changes: Any) -> Day:
    return Day(day=DAY, serves=True, meals=meals, **changes)


def tally(*days: Day) -> Tally:
    found = Tally()
    for one in days:
        found.add(one)
    return found


def test_a_claim_for_a_street_of_another_district_is_found() -> None:
    (found,) = eligibility_rules.other_district(day(meal(street="110109001")), world(), {})
    assert found.subject == "resident/1"
    assert list(eligibility_rules.other_district(day(meal()), world(), {})) == []


def test_a_cap_by_calendar_week_names_the_claims_above_it() -> None:
    monday = [
        replace(day(meal(n, resident=1, day=date(2026, 3, n + 1))), day=date(2026, 3, n + 1)) for n in range(1, 6)
    ]
    over = money_rules.cap_passed(tally(*monday), world(caps=(CapFacts("bj-meal-resident", "week", 3),)), {})
    (found,) = over
    assert found.lines == (4, 5)


def test_a_meal_that_costs_no_more_than_its_subsidy_is_found() -> None:
    cheap = meal(claims=(CLAIM._replace(price_fen=500),))
    assert [found.subject for found in money_rules.price_too_low(day(cheap), world(), {})] == ["line/1"]


def test_only_lunch_and_dinner_are_paid() -> None:
    assert len(list(money_rules.other_slot(day(meal(slot="breakfast")), world(), {}))) == 1


def test_a_person_who_confirms_at_two_ends_of_the_town_in_five_minutes_is_found() -> None:
    here = meal(1, resident=1)
    there = meal(2, resident=1, slot="dinner", made_s=here.made_s + 60, lon=116.41 + 4 * EAST)  # type: ignore[operator]
    limits = LIMITS["person-in-two-places"].limits
    assert len(list(door_rules.person_in_two_places(day(here, there), world(), limits))) == 1
    later = there._replace(made_s=(here.made_s or 0) + 20_000)
    assert list(door_rules.person_in_two_places(day(here, later), world(), limits)) == []


def test_the_roads_decide_about_a_leg_that_the_straight_line_leaves_open() -> None:
    here, there = meal(1), meal(2, made_s=(meal(1).made_s or 0) + 120, lon=116.41 + EAST / 2)
    limits = LIMITS["driver-in-two-places"].limits
    (leg,) = route_rules.doubtful_legs(day(here, there), limits)
    quick, slow = world(legs={leg: 150}), world(legs={leg: 1500})
    assert list(route_rules.driver_in_two_places(day(here, there), quick, limits)) == []
    (found,) = route_rules.driver_in_two_places(day(here, there), slow, limits)
    assert found.lines == (1, 2)


def test_records_that_somebody_typed_say_nothing_about_speed() -> None:
    limits = LIMITS["driver-in-two-places"].limits
    typed = [meal(n, source="paper", made_s=64_000, lon=116.41 + n * EAST) for n in range(1, 6)]
    assert route_rules.doubtful_legs(day(*typed), limits) == ()


def test_who_is_enrolled_and_never_eats_is_one_hint_a_street() -> None:
    people = [person(n, standing_from=date(2025, 6, 1)) for n in range(1, 4)]
    quiet = world(*people, unused=(1, 2, 3), last_meals={2: date(2026, 3, 20)})
    (found,) = record_rules.enrolled_unused(Tally(), quiet, LIMITS["enrolled-unused"].limits)
    assert found.params["n"] == 2


def test_a_couple_behind_one_door_is_one_door() -> None:
    limits = LIMITS["burst"].limits
    pairs = [meal(n, place=f"door-{n // 2}", made_s=41_000 + n) for n in range(10)]
    assert list(door_rules.burst(day(*pairs), world(), limits)) == []
    alone = [meal(n, made_s=41_000 + n) for n in range(10)]
    assert len(list(door_rules.burst(day(*alone), world(), limits))) == 1


def test_the_order_in_which_meals_are_read_changes_no_finding() -> None:
    meals = [
        meal(n, resident=n % 3 + 1, made_s=41_000 + n * 3, lon=116.41, door_lon=116.41 + n * 0.004)
        for n in range(1, 16)
    ]
    people = [person(n, phone="same") for n in range(1, 4)]
    mixed = list(meals)
    Random(3).shuffle(mixed)
    first, second = (rules.look([day(*each)], world(*people), policy_on(DAY)) for each in (meals, mixed))
    assert {(one.natural_key, one.lines) for one in first} == {(one.natural_key, one.lines) for one in second}
    assert first


def test_findings_about_one_resident_are_one_finding_with_all_its_days() -> None:
    dead = person(1, states=((date(2025, 1, 1), "active"), (date(2026, 3, 1), "deceased")))
    days = [replace(day(meal(n, resident=1, day=date(2026, 3, n))), day=date(2026, 3, n)) for n in (2, 3, 4)]
    (found,) = [one for one in rules.look(days, world(dead), policy_on(DAY)) if one.code == "deceased"]
    assert (found.lines, found.first_day, found.last_day) == ((2, 3, 4), date(2026, 3, 2), date(2026, 3, 4))
    assert found.severity is Severity.BLOCK


def test_every_check_has_its_rule_its_words_and_a_number_or_a_reason_to_have_none() -> None:
    policy = policy_on(DAY)
    assert set(policy.checks) == set(rules.CODES) == set(words.WORDINGS)
    assert {n for rule in policy.checks.values() for n in rule.numbers} == set(range(1, 36))


def test_a_finding_says_the_same_in_both_languages_without_a_blank() -> None:
    params = {"resident": "R1", "meals": 2, "paid": 0, "due": 1300}
    with speaking("zh"):
        assert words.sentence_of("nothing-paid", params) == "已付 0.00 元，本人应付 13.00 元。"
    with speaking("en"):
        assert words.sentence_of("deceased", params).startswith("R1 had died")
        assert words.sentence_of("burst", {}) == words.title("burst")


def test_the_gravest_of_several_wins() -> None:
    assert severest([Severity.WARN, Severity.BLOCK, Severity.HOLD]) is Severity.BLOCK
    assert severest([]) is None


def test_a_month_before_the_first_version_is_refused() -> None:
    with pytest.raises(NotFound, match="checks-not-begun"):
        policy_on(date(2021, 12, 31))


def test_a_rule_file_with_a_mistake_is_refused_with_its_key(tmp_path: Any) -> None:
    content = yaml.safe_load((RULES / "checks.yaml").read_text("utf-8"))
    content["versions"][0]["checks"]["burst"]["severity"] = "grave"
    (tmp_path / "checks.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    with pytest.raises(RulebookError, match=r"checks\.burst\.severity"):
        load_policies(tmp_path)
