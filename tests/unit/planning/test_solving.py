"""Any answer of any engine accounts for every portion of the book, and its clock is the vehicle's and the food's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mealroute.planning.records import PlanProgress, SolveLimits, VisitKind
from mealroute.planning.solving import plan_quick, solve_input
from mealroute.planning.timing import account
from solver.plan import Plan
from tests.unit.planning.parts import EAT_BY, READY, district, kitchen, line, plan_input, unit


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 90), st.integers(0, 500), st.integers(1, 4), st.integers(20, 300))
def test_ordered_is_planned_plus_unassigned_however_small_fleet_and_kitchen_are(
    count: int, seed: int, vehicles: int, capacity: int
) -> None:
    asked = plan_input(
        district(count, seed),
        units=tuple(unit(n) for n in range(1, vehicles + 1)),
        kitchens=(kitchen(daily_capacity=capacity),),
    )

    output = plan_quick(asked)
    routes, left_out = account(asked, output.plan)

    assert output.violations == ()
    planned = sum(route.portions for route in routes)
    assert planned <= capacity
    assert asked.ordered == planned + sum(asked.lines[each.line_id].portions for each in left_out)
    assert all(each.reason and each.owner for each in left_out)
    for route in routes:
        assert route.most_aboard <= route.vehicle.boxes
        assert route.visits[0].visit.begin >= READY
        for visit in route.jobs:
            assert visit.visit.departure <= EAT_BY
            assert visit.food_margin_s is not None
            assert visit.food_margin_s >= 0


def test_the_same_input_and_iterations_give_the_same_plan() -> None:
    asked = plan_input(district(25))
    limits = SolveLimits(max_iterations=3, threads=1, time_limit_s=30, engine="sisr")

    assert solve_input(asked, limits).plan == solve_input(asked, limits).plan


def test_a_search_reports_its_progress_and_keeps_its_best_when_stopped() -> None:
    asked = plan_input(district(25))
    seen: list[PlanProgress] = []

    output = solve_input(
        asked, SolveLimits(time_limit_s=60, engine="sisr", threads=1), progress=seen.append, stopped=lambda: bool(seen)
    )

    assert seen[0].limit_s == 60
    assert output.seconds < 60
    assert output.violations == ()
    assert sum(route.portions for route in account(asked, output.plan)[0]) > 0


def test_a_trip_s_visits_follow_its_loading() -> None:
    asked = plan_input(district(60), units=(unit(1), unit(2, halal_marked=True)))

    routes, _left = account(asked, plan_quick(asked).plan)

    for route in routes:
        kinds = [visit.kind for visit in route.visits]
        assert (kinds[0], kinds[-1]) == (VisitKind.START, VisitKind.END)
        assert kinds.count(VisitKind.RELOAD) + 1 == route.trips
        assert sum(v.portions for v in route.visits if v.kind in {VisitKind.START, VisitKind.RELOAD}) == route.portions


def test_an_answer_that_forgets_a_line_is_never_saved() -> None:
    asked = plan_input([line(1), line(2)])
    forgetful = plan_quick(asked).plan

    with pytest.raises(ValueError, match="every book line"):
        account(asked, Plan(routes=(), unassigned=forgetful.unassigned))
    with pytest.raises(ValueError, match="is not"):
        account(replace(asked, lines={n: replace(fact, portions=2) for n, fact in asked.lines.items()}), forgetful)
