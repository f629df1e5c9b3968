"""Every meal without a place has a reason that was tried, in a sentence of both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mealroute.core import i18n
from mealroute.planning import why
from mealroute.planning.solving import plan_quick
from mealroute.planning.words import reason
from solver.construct import sequences
from solver.relax import Rule, fits, relaxations
from tests.unit.planning.parts import HOUR, district, line, plan_input, unit

FEW = {"units": (unit(1), unit(2, max_trips=1))}


def test_what_is_left_out_of_a_full_day_has_a_tried_reason_each() -> None:
    given = plan_input(district(90), **FEW)
    plan = plan_quick(given).plan
    assert plan.unassigned

    told = why.explained(given, plan)

    problem = given.built.problem
    assert [each.stop for each in told.unassigned] == [each.stop for each in plan.unassigned]
    found = relaxations(problem, sequences(plan), [each.stop for each in plan.unassigned])
    for each in told.unassigned:
        assert each.code == (why.code_of(problem, found[each.stop][0]) if found[each.stop] else why.TWO)
        assert len(each.code) <= 40
        assert all(fits(problem, one) is not None for one in found[each.stop])


def test_a_halal_meal_that_comes_too_late_is_told_by_the_box_and_the_minute() -> None:
    full = [line(n, diets=("halal",), quantity=8, place_key=f"h{n}") for n in range(1, 4)]
    late = line(
        9, diets=("halal",), quantity=8, place_key="h9", window_to_s=10 * HOUR + 3600, window_from_s=10 * HOUR + 1800
    )
    given = plan_input([*full, late], units=(unit(1, max_trips=2),))
    trips = ((1, 2, 3),)
    stop = next(each.number for each in given.built.stops if 9 in each.lines)
    codes = why.codes_of(given.built.problem, {1: tuple(tuple(s for s in trip if s != stop) for trip in trips)}, [stop])

    assert codes[stop].startswith("if:")
    assert codes[stop].endswith(":halal")


@pytest.mark.parametrize("rule", [*(str(rule) for rule in Rule), why.EARLY, "two"])
@pytest.mark.parametrize("mark", ["", "halal"])
def test_every_rule_has_a_sentence_in_both_languages(rule: str, mark: str) -> None:
    code = f"if:{rule}:1234:46200:{mark}"
    said = reason(code)
    assert said
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said)
    with i18n.speaking("en"):
        assert reason(code) != said


def test_without_anything_left_out_the_plan_is_as_it_was() -> None:
    given = plan_input(district(10))
    plan = replace(plan_quick(given).plan, unassigned=())
    assert why.explained(given, plan) == plan
