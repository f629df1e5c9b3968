"""On problems small enough to try everything, the search finds the best plan, however the stops are listed."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver import pyvrp_routing
from solver.best import Best
from solver.construct import construct
from solver.cost import objective
from solver.options import Sequences
from solver.problem import Problem
from solver.pyvrp_limits import cannot
from tests.unit.solver.engines import ENGINES, by_long_search
from tests.unit.solver.exact import Value, optimum
from tests.unit.solver.generator import CHANCE, KEYS, problems

NOT_TRIED = {"breaks", "locked", "warm_start", "depot_capacity"}
FOOD = ("reload", "ride", "windows", "setup", "load_duration", "release", "profiles")


def tiny(seed: int, n: int, keys: Sequence[str] | None = None) -> Problem:
    rng = Random(seed)
    on = [key for key in KEYS if key not in NOT_TRIED and rng.random() < CHANCE] if keys is None else keys
    return problems(rng, n, keys=on, horizon=120)


def value(problem: Problem, found: Sequences) -> Value:
    best = Best(problem)
    best.offer(found)
    return objective(problem, best.plan)


def shuffled(problem: Problem, seed: int) -> Problem:
    return replace(problem, stops=tuple(Random(seed).sample(problem.stops, len(problem.stops))))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 4))
def test_no_engine_finds_what_is_better_than_the_best(seed: int, n: int) -> None:
    problem = tiny(seed, n)
    best = optimum(problem)

    assert objective(problem, construct(problem, repairs=0)) >= best
    for run in ENGINES.values():
        assert value(problem, run(problem, {}, seed)) >= best


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 4))
def test_the_best_is_the_same_in_whatever_order_stops_are_listed(seed: int, n: int) -> None:
    problem = tiny(seed, n)

    assert optimum(problem) == optimum(shuffled(problem, seed))


@pytest.mark.parametrize("n", [3, 4, 5])
@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_the_best_in_whatever_order_stops_are_listed(seed: int, n: int) -> None:
    problem = tiny(seed, n)
    best = optimum(problem)
    again = shuffled(problem, seed)

    assert value(problem, by_long_search(problem, {}, seed)) == best
    assert value(again, by_long_search(again, {}, seed)) == best


@pytest.mark.parametrize(("n", "seed"), [(6, 6), (7, 2), (7, 4)])
def test_the_search_finds_the_best_with_reloading_and_hot_food(n: int, seed: int) -> None:
    problem = tiny(seed, n, FOOD)

    assert value(problem, by_long_search(problem, {}, seed)) == optimum(problem)


EXACT_IN_PYVRP = (
    *(
        "compartments",
        "pickup",
        "windows",
        "profiles",
        "speed",
        "costs",
        "open_ends",
        "starts",
        "depot_skills",
        "reload",
    ),
    *(
        "load_duration",
        "release",
        "shift",
        "max_duration",
        "skills",
        "priority",
        "must_serve",
        "coinciding",
        "way_within",
    ),
)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**31 - 1), n=st.integers(1, 5))
def test_where_pyvrps_model_is_exact_it_finds_the_best(seed: int, n: int) -> None:
    rng = Random(seed)
    problem = tiny(seed, n, [key for key in EXACT_IN_PYVRP if rng.random() < CHANCE])

    assert cannot(problem) == ""
    assert value(problem, pyvrp_routing.run(problem, {}, None, 1_000, seed, lambda _found: None)) == optimum(problem)
