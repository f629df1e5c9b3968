"""What holds for any problem, whichever engine plans it."""

import json
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.best import Best
from solver.check import check
from solver.json_out import write_plan
from solver.options import Engine, SolveOptions
from solver.plan import Plan
from solver.portfolio import solve
from solver.problem import Problem
from tests.unit.solver.engines import ENGINES, by_long_search
from tests.unit.solver.generator import problems, tight

SEEDS = st.integers(0, 2**32 - 1)


def assert_lawful(problem: Problem, plan: Plan) -> None:
    assert check(problem, plan) == ()
    told = [stop for route in plan.routes for stop in route.stops] + [entry.stop for entry in plan.unassigned]
    assert sorted(told) == sorted(stop.id for stop in problem.stops)
    for vehicle in problem.vehicles:
        route = plan.route_of(vehicle.id)
        mine = [stop for stop in route.stops if stop in vehicle.locked] if route else []
        assert mine == [stop for stop in vehicle.locked if stop in mine]
        assert not {stop for stop in plan.served - set(mine) if problem.owner(stop) == vehicle.id}
    reported = json.loads(write_plan(problem, plan))["summary"]
    assert reported["cost"] == pytest.approx(float(cost(problem, plan)), rel=1e-12)


def cost(problem: Problem, plan: Plan) -> Fraction:
    """From the contract's words: fixed per used vehicle, per_hour × travel hours, per_km × km."""
    total = Fraction(0)
    for route in plan.routes:
        vehicle = problem.vehicle(route.vehicle)
        matrix = problem.matrices[vehicle.profile]
        total += vehicle.costs.fixed
        for number, trip in enumerate(route.trip_stops):
            last = number == len(route.trip_stops) - 1
            places = [vehicle.start, *(problem.stop(stop).location for stop in trip)]
            places.append(vehicle.end if last else vehicle.start)
            for a, b in pairwise(places):
                if a is not None and b is not None:
                    seconds = round(float(matrix.durations[a, b]) / vehicle.speed_factor)
                    metres = int(matrix.distances[a, b]) if matrix.distances is not None else 0
                    total += Fraction(vehicle.costs.per_hour * seconds, 3600)
                    total += Fraction(vehicle.costs.per_km * metres, 1000)
    return total


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 8))
@example(seed=278, n=3)  # the way by the kitchen was shorter, as an empty last trip
def test_whatever_an_engine_finds_is_a_clean_plan_at_the_cost_it_says(engine: str, seed: int, n: int) -> None:
    problem = problems(Random(seed), n)
    found = ENGINES[engine](problem, {}, seed)
    served = [stop for trips in found.values() for trip in trips for stop in trip]
    best = Best(problem)
    best.offer(found)

    assert len(served) == len(set(served))
    if not any(vehicle.breaks for vehicle in problem.vehicles):  # OR-Tools may put a break on the way
        assert best.drivable(found) == found
        assert best.plan.served == set(served)
    assert_lawful(problem, best.plan)


@pytest.mark.parametrize("seed", [11, 98])
def test_taking_a_stop_out_never_leaves_a_route_that_is_too_long(seed: int) -> None:
    """The way past a stop may be shorter than the way without it."""
    problem = problems(Random(seed), 6, keys=("max_travel_time", "max_distance", "no_way"))
    found = by_long_search(problem, {}, seed)

    assert Best(problem).drivable(found) == found


@pytest.mark.parametrize("engine", ["auto", "ortools", "sisr"])
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 8))
def test_solve_gives_a_clean_plan_of_any_problem(engine: Engine, seed: int, n: int) -> None:
    problem = problems(Random(seed), n)

    assert_lawful(problem, solve(problem, SolveOptions(engine=engine, max_iterations=12)))


@pytest.mark.parametrize("engine", ["auto", "ortools", "sisr"])
@settings(max_examples=5, deadline=None)
@given(seed=SEEDS, n=st.integers(2, 9))
def test_solve_gives_a_clean_plan_of_a_problem_without_any_slack(engine: Engine, seed: int, n: int) -> None:
    problem, _ = tight(Random(seed), n)

    assert_lawful(problem, solve(problem, SolveOptions(engine=engine, max_iterations=12)))
