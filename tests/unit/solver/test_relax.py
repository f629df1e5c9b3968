"""What is named as letting a stop in does let it in: every relaxation is tried anew, with exact times, on the plan as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.construct import construct, sequences
from solver.plan import Cause, Plan, Unassigned
from solver.problem import Depot, Matrix, Problem, Step, Stop, TimeWindow, Vehicle
from solver.relax import Relaxation, Rule, fits, relaxations, relaxed
from tests.unit.solver.problems import problem as any_problem
from tests.unit.solver.towns import town


def line(
    *, stop: dict[str, object] | None = None, vehicle: dict[str, object] | None = None, depots: tuple[Depot, ...] = ()
) -> Problem:
    """A kitchen at 0, doors 1 and 2 each ten minutes further; one vehicle; door 1 is served, ``stop`` changes door 2."""
    table = np.array([[600 * abs(a - b) for b in range(3)] for a in range(3)])
    doors = (
        Stop(id=1, location=1, service=60, delivery=(1,)),
        replace(Stop(id=2, location=2, service=60, delivery=(1,)), **(stop or {})),  # type: ignore[arg-type]
    )
    bike = replace(Vehicle(id=7, start=0, end=0, capacity=(4,), shift=TimeWindow(0, 9000)), **(vehicle or {}))  # type: ignore[arg-type]
    return Problem(stops=doors, vehicles=(bike,), matrices={"car": Matrix(table)}, depots=depots)


def least(problem: Problem, plan: dict[int, tuple[tuple[int, ...], ...]] | None = None) -> Relaxation:
    return relaxations(problem, plan if plan is not None else {7: ((1,),)}, [2])[2][0]


def test_a_stop_that_fits_needs_nothing() -> None:
    assert least(line()).rule is Rule.NONE


def test_a_window_that_is_missed_is_named_with_the_minutes_and_the_time() -> None:
    found = least(line(stop={"time_windows": (TimeWindow(0, 900),)}))
    assert (found.rule, found.amount, found.begin) == (Rule.WINDOW, 300, 1200)


def test_a_ride_that_is_too_long_is_named_with_the_seconds() -> None:
    found = least(line(stop={"max_ride": 1000}))
    assert (found.rule, found.amount) == (Rule.RIDE, 200)


def test_a_full_box_is_named_with_how_many_are_missing() -> None:
    found = least(line(stop={"delivery": (5,)}))
    assert (found.rule, found.amount) == (Rule.CAPACITY, 2)


def test_a_kitchen_that_has_cooked_everything_is_named() -> None:
    found = least(line(depots=(Depot(location=0, capacity=(1,)),)))
    assert (found.rule, found.amount) == (Rule.DEPOT_CAPACITY, 1)


def test_a_shift_that_ends_too_soon_is_named_with_the_overtime() -> None:
    found = least(line(vehicle={"shift": TimeWindow(0, 1800)}))
    assert (found.rule, found.amount) == (Rule.SHIFT, 2400 + 120 - 1800)


def test_a_skill_that_nobody_has_is_the_last_thing_to_drop() -> None:
    found = least(line(stop={"skills": frozenset({1})}))
    assert found.rule is Rule.SKILLS


def test_a_lock_that_holds_a_stop_on_a_full_vehicle_is_named() -> None:
    problem = line(stop={"delivery": (4,)}, vehicle={"steps": (Step(2, locked=True),)})
    other = replace(problem.vehicles[0], id=8, steps=())
    found = least(replace(problem, vehicles=(*problem.vehicles, other)))
    assert found.rule is Rule.LOCK
    assert found.vehicle == 8


def test_where_two_rules_are_in_the_way_none_is_named() -> None:
    problem = line(
        stop={"skills": frozenset({1}), "time_windows": (TimeWindow(0, 10),)}, vehicle={"shift": TimeWindow(0, 100)}
    )
    assert relaxations(problem, {}, [2]) == {2: ()}


def holds(problem: Problem, plan: Plan) -> int:
    """Every relaxation named for what is left out is true; how many there are."""
    left = [each.stop for each in plan.unassigned]
    count = 0
    for stop, found in relaxations(problem, sequences(plan), left).items():
        for one in found:
            route = fits(problem, one)
            assert route is not None, one
            assert stop in route.stops
            looser = relaxed(problem, one)
            others = tuple(each for each in plan.routes if each.vehicle != one.vehicle)
            whole = Plan((*others, route), tuple(Unassigned(s, "") for s in left if s != stop))
            broken = [v for v in check(looser, whole) if v.cause is not Cause.LOST]
            assert broken == [], (one, broken)
            count += 1
    return count


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
@example(24535)
def test_whatever_the_problem_the_named_rule_lets_the_stop_in_and_nothing_else_breaks(seed: int) -> None:
    problem = any_problem(seed)
    holds(problem, construct(problem, seed=seed, repairs=2))


@pytest.mark.parametrize("seed", range(4))
def test_a_town_with_too_few_bikes_gets_true_reasons_for_everybody_left_out(seed: int) -> None:
    problem = town(seed, stops=60, depots=2, capacity=40)
    fewer = replace(problem, vehicles=problem.vehicles[:2])
    plan = construct(fewer)
    assert plan.unassigned
    assert holds(fewer, plan) > 0
