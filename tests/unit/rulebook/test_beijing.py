"""The rulebook in force gives the same fen, the same lines and the same refusals as the claims of today."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mealroute.rulebook.evaluate import evaluate
from mealroute.rulebook.facts import Meal
from mealroute.rulebook.reading import load
from mealroute.subsidy import evaluating
from mealroute.subsidy.records import Handover, ResidentOnDay
from tests.unit.rulebook.oracle import settle

FIRST = date(2026, 2, 2)


def meal_of(handover: Handover) -> Meal:
    return evaluating.meal_of(handover, evaluating.person_of(handover.resident, handover.street_code))


@st.composite
def handovers(draw: st.DrawFn) -> list[Handover]:
    found = []
    for number in range(draw(st.integers(1, 14))):
        who, day = draw(st.integers(1, 3)), draw(st.integers(0, 2))
        state = draw(st.sampled_from(["active", "active", "active", "paused", "deceased", "stopped"]))
        resident = ResidentOnDay(
            resident_id=who, code=f"R{who}", state=state, living=draw(st.sampled_from(["alone", "institution", "alone"])),
            basic_service=draw(st.booleans()), pause_reason="hospital" if state == "paused" else None,
        )  # fmt: skip
        found.append(
            Handover(
                book_line_id=number // 2 if draw(st.booleans()) else number, order_id=draw(st.integers(1, 5)), proof_id=number,
                day=FIRST + timedelta(days=day), slot=draw(st.sampled_from(["lunch", "dinner", "breakfast"])),
                outcome=draw(st.sampled_from(["handed-over", "handed-over", "left-at-door", "left-with-contact"])),
                portions=draw(st.integers(0, 2)), unit_price_fen=draw(st.sampled_from([0, 300, 500, 501, 1700])),
                paid_fen=draw(st.sampled_from([0, 1, 1200, 1199, 1700])), street_code="110101005", vendor_code="V01", resident=resident,
            )
        )  # fmt: skip
    people: dict[tuple[int, date], ResidentOnDay] = {}
    from dataclasses import replace

    return [
        replace(one, resident=people.setdefault((one.resident.resident_id, one.day), one.resident)) for one in found
    ]


@given(handovers(), st.randoms(use_true_random=False))
@settings(max_examples=400, deadline=None)
def test_lines_and_refusals_are_those_of_the_two_rules_written_by_hand(meals: list[Handover], shuffle: object) -> None:
    paid, refused = settle(meals)
    mixed = list(meals)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    found = evaluate(load(), (meal_of(meal) for meal in mixed))
    ours = [
        (one.rule.rule_id, one.meal.meal_id, one.day, one.amount_fen, one.parts, one.copay_fen)
        for one in found.lines
        if one.meal is not None
    ]
    theirs = [
        (one.rule_id, one.meal.book_line_id, one.meal.day, one.amount_fen, one.shares, one.copay_fen) for one in paid
    ]
    assert sorted(ours) == sorted(theirs)
    assert {(one.rule.rule_id, one.item.meal_id, one.code) for one in found.refusals} == {  # type: ignore[union-attr]
        (one.rule_id, one.meal.book_line_id, one.code) for one in refused
    }


@given(handovers())
@settings(max_examples=200, deadline=None)
def test_asking_for_refusals_changes_no_line(meals: list[Handover]) -> None:
    facts = [meal_of(meal) for meal in meals]
    assert evaluate(load(), facts, refusals=False).lines == evaluate(load(), facts).lines
