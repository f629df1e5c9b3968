"""Months, years and applications of sites settle beside the meals, in the same lines with the same columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mealroute.rulebook.reading import EXAMPLES, load_file
from mealroute.subsidy.counted import derived
from mealroute.subsidy.evaluating import claim_lines
from mealroute.subsidy.records import Carried, ClaimLineRecord, Handover, Rulebook
from mealroute.subsidy.rules import account
from mealroute.subsidy.site_facts import Application, PeriodicFacts, Site, Tally, figures_of, tallies
from tests.unit.rulebook.books import book_of
from tests.unit.rulebook.books import rule as plain_rule
from tests.unit.subsidy.books import book, rule
from tests.unit.subsidy.meals import MONDAY, meal, person

FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
DECEMBER = (date(2026, 12, 1), date(2026, 12, 31))
SITE = Site(
    code="S1",
    kind="station",
    street_code="110101005",
    operator="V01",
    signed_persons=40,
    figures={"star": 3, "capacity": 95},
)
RULES = book(
    rule("signed", "site", "month", '{each: "180.00", by: signed-persons}'),
    rule("star", "site", "month", '{cases: [{when: {counts: {star: {from: 3}}}, fixed: "3000.00"}, {when: {counts: {star: 2}}, fixed: "2000.00"}]}'),
    rule("build", "site", "one-off", "{tiers: [{from: 20, amount: 20000}, {from: 90, amount: 100000}], by: capacity}", "when: {tags: [build]}"),
    rule("volume", "operator", "year", "{tiers: [{from: 100, amount: 5000}, {from: 1000, amount: 20000}], by: person-days}"),
    rule("courier", "deliverer", "delivery", '{fixed: "2.00"}', "when: {deliverer_kinds: [volunteer]}"),
    rule("meal", "resident", "meal", '{fixed: "3.00"}'),
)  # fmt: skip
PAPER = Application(
    reference="A-1",
    station_code="S1",
    day=date(2026, 2, 9),
    kind="build",
    capacity=95,
    cost_fen=None,
    document_no="批1号",
)


def facts(span: tuple[date, date] = FEBRUARY, **changes: Any) -> PeriodicFacts:
    return PeriodicFacts(**{"first": span[0], "last": span[1], "sites": (SITE,), **changes})


def lines_of(
    given_facts: PeriodicFacts, meals: tuple[Handover, ...] = (), rules: Rulebook = RULES
) -> dict[str, ClaimLineRecord]:
    found, _problems = claim_lines(meals, rules, figures=figures_of(given_facts, meals), claimed=given_facts.claimed)
    assert len({line.natural_key for line in found}) == len(found)
    return {line.natural_key: line for line in found}


def home(number: int, **changes: Any) -> Handover:
    return meal(number, carried=Carried(delivery="home", driver_code="D01", deliverer_kind="volunteer"), **changes)


def test_signed_persons_and_stars_are_lines_of_the_month_without_a_person() -> None:
    found = lines_of(facts())
    signed, star = found["signed/S1/2026-02"], found["star/S1/2026-02"]
    assert (signed.amount_fen, dict(signed.shares), signed.payee) == (
        720_000,
        {"city": 360_000, "district": 360_000},
        "S1",
    )
    assert (star.amount_fen, star.unit, star.day) == (300_000, "month", date(2026, 2, 28))
    assert (signed.resident_id, signed.order_id, signed.proof_id, signed.resident_code, signed.slot) == (
        None,
        None,
        None,
        "",
        "",
    )
    assert (signed.street_code, signed.vendor_code, signed.station_code) == ("110101005", "V01", "S1")
    assert signed.basis["counts"] == {
        "meals": 0, "person-days": 0, "persons": 0, "deliveries": 0, "days": 0, "meals-a-day": 0, "star": 3, "capacity": 95, "signed-persons": 40
    }  # fmt: skip


def test_a_build_grant_follows_the_tier_of_its_capacity_and_is_paid_once() -> None:
    found = lines_of(facts(applications=(PAPER,)))
    assert (found["build/S1"].amount_fen, found["build/S1"].day, found["build/S1"].unit) == (
        10_000_000,
        PAPER.day,
        "one-off",
    )
    assert found["build/S1"].basis["reference"] == "A-1 批1号"
    small = lines_of(facts(applications=(replace(PAPER, capacity=30),)))
    assert small["build/S1"].amount_fen == 2_000_000
    assert "build/S1" not in lines_of(facts(applications=(PAPER,), claimed=frozenset({"build/S1"})))
    assert "build/S1" not in lines_of(facts(applications=(replace(PAPER, kind="equipment"),)))


def test_annual_tiers_are_settled_in_the_month_that_ends_the_year() -> None:
    years = {("operator", "V01"): Tally(person_days=1200)}
    assert "volume/V01/2026" not in lines_of(facts(years=years))
    assert lines_of(facts(DECEMBER, years=years))["volume/V01/2026"].amount_fen == 2_000_000


def test_a_volunteers_delivery_is_paid_beside_the_residents_meal() -> None:
    found = lines_of(facts(), (home(1),))
    fee = found["courier/R0001/2026-02-02/lunch"]
    assert (fee.payee, fee.amount_fen, fee.beneficiary) == ("D01", 200, "deliverer")
    assert found["meal/R0001/2026-02-02/lunch"].payee == "V01"


def test_a_general_discount_stands_beside_the_targeted_one() -> None:
    both = book(
        rule("general", "resident", "person-day", '{fixed: "2.00"}', "stack: {group: g, mode: max}"),
        rule("targeted", "resident", "person-day", '{fixed: "5.00"}', "when: {basic_service: true}, stack: {group: g, mode: max}"),
    )  # fmt: skip
    meals = (meal(1, resident=person(1)), meal(2, resident=person(2, basic_service=False)))
    found, problems = claim_lines(meals, both)
    assert [(line.rule_id, line.resident_id, line.amount_fen) for line in found] == [
        ("targeted", 1, 500),
        ("general", 2, 200),
    ]
    assert {(problem.rule_id, problem.code) for problem in problems} == {
        ("general", "other-rule-pays-more"), ("targeted", "not-basic-service")
    }  # fmt: skip


def test_sites_count_what_they_handed_out_and_operators_all_that_they_cooked() -> None:
    counter = meal(1, carried=Carried(delivery="station", station_code="S1"), portions=2)
    found = tallies([counter, home(2), home(3, resident=person(2), day=MONDAY)])
    assert found["operator", "V01"].counts == {
        "meals": 4,
        "person-days": 2,
        "persons": 2,
        "deliveries": 2,
        "days": 1,
        "meals-a-day": 4,
    }
    assert found["site", "S1"].counts == {
        "meals": 2,
        "person-days": 1,
        "persons": 1,
        "deliveries": 0,
        "days": 1,
        "meals-a-day": 2,
    }
    assert found["deliverer", "D01"].counts == {
        "meals": 2,
        "person-days": 1,
        "persons": 1,
        "deliveries": 2,
        "days": 1,
        "meals-a-day": 2,
    }


def test_lines_without_a_meal_leave_the_accounts_of_meals_alone() -> None:
    meals = (home(1),)
    found, problems = claim_lines(meals, RULES, figures=figures_of(facts(), meals))
    (one,) = account(meals, found, problems)
    assert (one.delivered, one.subsidised) == (1, 1)


@given(st.permutations(range(6)))
def test_any_order_of_sites_and_papers_gives_the_same_lines(order: list[int]) -> None:
    sites = [replace(SITE, code=f"S{n}", signed_persons=n) for n in range(6)]
    papers = [replace(PAPER, reference=f"A-{n}", station_code=f"S{n}", capacity=15 * n) for n in range(6)]
    base = lines_of(facts(sites=sites, applications=papers))
    mixed = facts(sites=[sites[n] for n in order], applications=[papers[n] for n in order])
    assert lines_of(mixed) == base


def test_the_example_of_beijings_stations_pays_by_signed_persons_and_stars() -> None:
    rules = Rulebook(payer="x", payer_name="x", book=load_file(EXAMPLES / "beijing-stations-2022.yaml"))
    urban = lines_of(facts(), rules=rules)
    assert {key: line.amount_fen for key, line in urban.items()} == {
        "bj-station-signed/S1/2026-02": 720_000, "bj-station-star/S1/2026-02": 300_000
    }  # fmt: skip
    rural = lines_of(facts(sites=(replace(SITE, tags=frozenset({"rural"})),)), rules=rules)
    assert rural["bj-station-signed/S1/2026-02"].amount_fen == 1_400_000


def test_the_example_of_build_grants_pays_the_cost_up_to_its_tier() -> None:
    rules = Rulebook(payer="x", payer_name="x", book=load_file(EXAMPLES / "build-grants.yaml"))
    paper = replace(PAPER, capacity=95, cost_fen=8_000_000)
    found = lines_of(facts(sites=(replace(SITE, kind="cooking-point"),), applications=(paper,)), rules=rules)
    assert found["yb-build/S1"].amount_fen == 8_000_000


def test_a_count_of_the_rulebooks_own_is_of_the_meals_that_it_means_and_nothing_elsewhere() -> None:
    old = {"days-80": {"zh": "高龄人次", "en": "old", "of": "person-days", "when": {"age": {"from": 80}}}}
    each = made("old", beneficiary="operator", unit="month", version={"amount": {"each": "1.50", "by": "days-80"}})
    own = book_of(each, counted=old)
    meals = [
        home(1, resident=person(1, age=82)),
        home(2, resident=person(2, age=79)),
        home(3, resident=person(1, age=82)),
    ]

    found = derived(own, meals)

    assert found.counts("operator", "V01") == {"days-80": 1}
    assert found.counts("operator", "V09") == {"days-80": 0}
    figures = {one.figures.subject: one.figures.counts for one in figures_of(facts(), meals, found)}
    assert figures["V01"]["days-80"] == 1


def made(rule_id: str, **changes: Any) -> dict[str, Any]:
    return {**plain_rule(1, **changes), "id": rule_id}
