"""Whoever begins with a plan ends with one that is no worse."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.best import Best
from solver.construct import construct
from solver.cost import objective
from solver.options import Engine, Sequences, SolveOptions
from solver.plan import Plan
from solver.portfolio import solve
from solver.problem import Problem
from tests.unit.solver.engines import ENGINES
from tests.unit.solver.generator import problems, tight

SEEDS = st.integers(0, 2**32 - 1)


def sequences(plan: Plan) -> Sequences:
    return {route.vehicle: route.trip_stops for route in plan.routes}


def value(problem: Problem, found: Sequences) -> tuple[int, int, int, int]:
    best = Best(problem)
    best.offer(found)
    return objective(problem, best.plan)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, n=st.integers(2, 9))
def test_an_engine_never_ends_worse_than_a_plan_without_any_slack(engine: str, seed: int, n: int) -> None:
    problem, plan = tight(Random(seed), n)

    assert value(problem, ENGINES[engine](problem, sequences(plan), seed)) <= objective(problem, plan)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, n=st.integers(2, 9))
def test_an_engine_never_ends_worse_than_a_plan_by_insertion(engine: str, seed: int, n: int) -> None:
    problem = problems(Random(seed), n)
    plan = construct(problem, repairs=0)

    assert value(problem, ENGINES[engine](problem, sequences(plan), seed)) <= objective(problem, plan)


@pytest.mark.parametrize("engine", ["auto", "ortools", "sisr"])
@settings(max_examples=5, deadline=None)
@given(seed=SEEDS, n=st.integers(2, 9))
def test_solve_never_ends_worse_than_its_warm_start(engine: Engine, seed: int, n: int) -> None:
    problem, plan = tight(Random(seed), n)
    options = SolveOptions(engine=engine, max_iterations=10)

    assert objective(problem, solve(problem, options, warm_start=plan)) <= objective(problem, plan)
