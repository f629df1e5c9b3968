"""Any month of books, plans and doors adds up, and whatever does not is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.subsidy import build
from mealroute.subsidy.build import BookRow, DoorRow, MonthRows, PlanRow
from mealroute.subsidy.computing import balance, by_rule, compute, with_automatic
from mealroute.subsidy.reconcile import check_period, figures, identities
from mealroute.subsidy.records import Imbalance
from mealroute.subsidy.rulebook import load_rulebook
from tests.unit.subsidy.meals import MONDAY, person

BOOK = load_rulebook()
OUTCOMES = {"handed-over": 1, "left-with-contact": 1, "left-at-door": 1, "refused": 0, "no-answer": 0, "not-reached": 0}


@st.composite
def months(draw: st.DrawFn) -> MonthRows:
    """A month in which every loaded line has a record; amended lines, unplanned days and unplaced lines among them."""
    book, plan, doors, paid, people = [], {}, {}, {}, {}
    cancelled, added, planned_days = set(), set(), set()
    for number in range(1, draw(st.integers(0, 30)) + 1):
        day = MONDAY + timedelta(days=draw(st.integers(0, 2)))
        resident = draw(st.integers(1, 6))
        line = BookRow(number, number, resident, draw(st.integers(1, 3)), 1700, "110101005", day, "lunch")
        book.append(line)
        people[resident, day] = person(
            resident, basic_service=resident % 2 == 0, living="institution" if resident == 5 else "alone"
        )
        paid[number] = draw(st.sampled_from([0, 1200, 1700, 1700 * line.quantity, 1700 * line.quantity - 500]))
        if day == MONDAY + timedelta(days=2):
            continue  # no plan was published that day
        planned_days.add((day, "lunch"))
        fate = draw(st.sampled_from(["aboard", "aboard", "aboard", "left", "late", "cancelled-late"]))
        if fate == "late":
            added.add(number)
            continue
        if fate == "cancelled-late":
            cancelled.add(number)
        plan[number] = PlanRow(number, fate != "left", line.quantity)
        if fate != "left":
            outcome = draw(st.sampled_from(sorted(OUTCOMES)))
            delivered = OUTCOMES[outcome] and draw(st.integers(1, line.quantity))
            doors[number] = DoorRow(number, 900 + number, outcome, delivered, "V01")
    return MonthRows(
        book=book, plan=plan, planned_days=frozenset(planned_days), doors=doors, cancelled=frozenset(cancelled),
        added=frozenset(added), stray={}, paid=paid, people=people,
    )  # fmt: skip


@given(months())
def test_a_month_with_every_record_and_explanation_balances(rows: MonthRows) -> None:
    computed = compute("2026-02", rows, BOOK)
    everything = {account.book_line_id: account.unclaimed for account in computed.accounts}
    found, imbalances = balance(computed, everything, BOOK)
    assert imbalances == ()
    assert all(identity.holds for identity in identities(found))
    assert found.portions_loaded == found.planned
    assert found.claimed_lines == len(computed.lines)
    assert found.subsidised == len({line.order_id for line in computed.lines})
    assert found.claimed_fen == sum(group.amount_fen for group in by_rule(computed.lines, BOOK))


@given(months())
def test_without_a_persons_words_exactly_the_unexplained_lines_stay_open(rows: MonthRows) -> None:
    computed = compute("2026-02", rows, BOOK)
    _found, imbalances = balance(computed, with_automatic(computed.accounts, {}), BOOK)
    needed = {f"book-line/{a.book_line_id}" for a in computed.accounts if a.code and not a.automatic}
    assert {entry.code for entry in imbalances} <= {"unexplained", "owing"}
    assert {entry.subject for entry in imbalances} == needed


def _one(**changes: Any) -> MonthRows:
    """One resident, one lunch, planned, handed over, own part paid."""
    values: dict[str, Any] = {
        "book": [BookRow(1, 1, 1, 1, 1700, "110101005", MONDAY, "lunch")],
        "plan": {1: PlanRow(1, True, 1)},
        "planned_days": frozenset({(MONDAY, "lunch")}),
        "doors": {1: DoorRow(1, 9, "handed-over", 1, "V01")},
        "cancelled": frozenset(),
        "added": frozenset(),
        "stray": {},
        "paid": {1: 1200},
        "people": {(1, MONDAY): person(1)},
    }
    return MonthRows(**{**values, **changes})


def _imbalances(rows: MonthRows) -> list[Imbalance]:
    return list(balance(compute("2026-02", rows, BOOK), {}, BOOK)[1])


@pytest.mark.parametrize(
    ("changes", "code", "expected", "found"),
    [
        ({"doors": {}}, "no-record", 0, 1),
        ({"plan": {}}, "ordered", 1, 0),
        ({"plan": {}, "planned_days": frozenset()}, "record-without-plan", 0, 1),
        ({"stray": {(MONDAY, "dinner"): 2}}, "order-without-book", 0, 2),
        ({"paid": {}}, "owing", 0, 1700),
        ({"paid": {}, "people": {(1, MONDAY): person(1, living="institution")}}, "unexplained", 1, 0),
    ],
)
def test_each_difference_has_its_code_with_expected_and_found(
    changes: dict[str, Any], code: str, expected: int, found: int
) -> None:
    entry = next(entry for entry in _imbalances(_one(**changes)) if entry.code == code)
    assert (entry.expected, entry.found, entry.difference) == (expected, found, found - expected)
    assert entry.sentence


def test_lines_that_were_tampered_with_are_found() -> None:
    computed = compute("2026-02", _one(), BOOK)
    first, *rest = computed.lines
    cases = {
        "claim-without-proof": replace(first, proof_id=77),
        "amount": replace(first, amount_fen=501),
        "claimed-twice": first,
    }
    for code, line in cases.items():
        lines = (first, line, *rest) if code == "claimed-twice" else (line, *rest)
        facts = computed.facts({}, lines=lines)
        assert {entry.code for entry in check_period(facts, BOOK)} == {code}
    wrong_day = replace(first, day=date(2022, 1, 1))
    assert "amount" in {entry.code for entry in check_period(computed.facts({}, lines=(wrong_day,)), BOOK)}


def test_a_meal_cancelled_after_loading_was_ordered_and_came_back() -> None:
    rows = _one(cancelled=frozenset({1}), doors={1: DoorRow(1, 9, "cancelled-at-door", 0, "V01")})
    found = figures(compute("2026-02", rows, BOOK).facts({}))
    assert (found.ordered, found.planned, found.delivered, found.not_delivered) == (1, 1, 0, 1)


@given(months())
def test_what_was_handed_over_is_what_the_rules_see(rows: MonthRows) -> None:
    assert sum(handover.portions for handover in build.handovers(rows)) == sum(
        day.delivered for day in build.day_facts(rows)
    )
