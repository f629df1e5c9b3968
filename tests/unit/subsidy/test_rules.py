"""Laws of the claim lines and of the accounts: any order, any duplicate, the same money."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mealroute.subsidy.evaluating import claim_lines
from mealroute.subsidy.records import Beneficiary, Handover
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.rules import account
from tests.unit.subsidy.meals import MONDAY, meal, person

BOOK = load_rulebook()
PEOPLE = [
    person(1),
    person(2, basic_service=False),
    person(3, living="institution"),
    person(4, state="deceased"),
    person(5, pause_reason="hospital"),
]


@st.composite
def months(draw: st.DrawFn) -> list[Handover]:
    """A random month of delivered lines of five people, with any price, payment, portions and way of delivery."""
    count = draw(st.integers(0, 25))
    found: list[Handover] = []
    for number in range(1, count + 1):
        price = draw(st.sampled_from([0, 300, 500, 501, 1500, 1700, 2200]))
        changes: dict[str, Any] = {
            "resident": draw(st.sampled_from(PEOPLE)),
            "day": MONDAY + timedelta(days=draw(st.integers(0, 3))),
            "slot": draw(st.sampled_from(["lunch", "dinner"])),
            "outcome": draw(st.sampled_from(["handed-over", "left-with-contact", "left-at-door"])),
            "portions": draw(st.integers(0, 3)),
            "unit_price_fen": price,
            "paid_fen": draw(
                st.sampled_from([0, max(price - 500, 0), price, 2 * price - 500 if price else 0, 3 * price])
            ),
        }
        found.append(meal(number, **changes))
    return found


@given(months(), st.randoms(use_true_random=False))
def test_handovers_in_any_order_and_sent_twice_give_the_same_settlement(
    month: list[Handover], shuffle: random.Random
) -> None:
    expected = claim_lines(month, BOOK)
    again = [*month, *month[:3]]
    shuffle.shuffle(again)
    lines, problems = claim_lines(again, BOOK)
    assert lines == expected[0]
    assert set(problems) == set(expected[1])
    assert account(again, lines, problems) == account(month, *expected)


@given(months())
def test_every_delivered_portion_is_subsidised_paid_or_unclaimed_and_the_money_adds_up(month: list[Handover]) -> None:
    lines, problems = claim_lines(month, BOOK)
    accounts = account(month, lines, problems)
    assert sum(entry.delivered for entry in accounts) == sum(handover.portions for handover in month)
    for entry in accounts:
        assert entry.delivered == entry.subsidised + entry.self_paid + entry.unclaimed
        assert (entry.unclaimed > 0 or entry.outstanding_fen > 0) == bool(entry.code)
    by_line = {entry.book_line_id: entry for entry in accounts}
    for handover in month:
        if not handover.portions:
            continue
        entry = by_line[handover.book_line_id]
        subsidy = sum(
            line.amount_fen
            for line in lines
            if line.book_line_id == entry.book_line_id and line.beneficiary is Beneficiary.RESIDENT
        )
        price = handover.unit_price_fen * handover.portions
        assert entry.outstanding_fen == max(price - subsidy - handover.paid_fen, 0)


@given(months())
def test_one_line_a_rule_person_and_day_and_a_proof_behind_each(month: list[Handover]) -> None:
    lines, _problems = claim_lines(month, BOOK)
    assert len({(line.rule_id, line.resident_id, line.day) for line in lines}) == len(lines)
    known = {handover.book_line_id: handover for handover in month}
    for line in lines:
        assert line.proof_id == known[line.book_line_id].proof_id
        assert sum(part for _payer, part in line.shares) == line.amount_fen
        assert known[line.book_line_id].outcome != "left-at-door"
        assert line.resident_id in {1, 2}


@given(months())
def test_each_delivered_line_without_a_claim_has_a_refusal_for_each_rule(month: list[Handover]) -> None:
    lines, problems = claim_lines(month, BOOK)
    claimed = {(line.rule_id, line.book_line_id) for line in lines}
    refused = {(problem.rule_id, problem.book_line_id) for problem in problems}
    delivered = {handover.book_line_id for handover in month if handover.portions}
    assert claimed | refused == {(rule.rule_id, line) for rule in BOOK.on(MONDAY) for line in delivered}
    assert not claimed & refused


def test_the_newest_proof_of_a_line_counts() -> None:
    first = meal(1, proof_id=7)
    later = replace(first, proof_id=9, portions=0)
    lines, problems = claim_lines([later, first], BOOK)
    assert (lines, problems) == ((), ())


def test_the_operator_line_follows_the_meal_that_has_the_residents_line() -> None:
    resident = person(1)
    unpaid_lunch = meal(1, resident=resident, paid_fen=0)
    paid_dinner = meal(2, resident=resident, slot="dinner")
    lines, _problems = claim_lines([unpaid_lunch, paid_dinner], BOOK)
    assert [(line.rule_id, line.slot) for line in lines] == [
        ("bj-meal-resident", "dinner"),
        ("bj-meal-operator", "dinner"),
    ]
