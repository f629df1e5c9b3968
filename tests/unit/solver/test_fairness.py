"""Work above a fair share costs: travel, loading, setup and service of a vehicle, never waiting."""

from dataclasses import replace

import pytest

from solver.cost import UNITS_PER_COST, cost_terms, objective, overwork_units, route_terms
from solver.json_in import read_problem
from solver.json_out import plan_data, write_problem
from solver.options import Engine, SolveOptions
from solver.plan import Plan, Route
from solver.portfolio import solve
from solver.problem import Costs, Problem
from solver.pyvrp_limits import cannot
from tests.unit.solver import small
from tests.unit.solver.towns import town

PRICE = 36_000


def fair(problem: Problem, seconds: int | None, price: int = PRICE) -> Problem:
    """Everybody's share is the same."""
    vehicles = tuple(replace(v, fair_work=seconds, costs=replace(v.costs, overwork=price)) for v in problem.vehicles)
    return replace(problem, vehicles=vehicles)


def work(problem: Problem, route: Route) -> int:
    """From the plan's stated times."""
    spent = sum(v.setup + v.service for v in route.visits if v.kind != "break")
    return route_terms(problem, route).travel_s + spent


def longest(problem: Problem, plan: Plan) -> int:
    return max(work(problem, route) for route in plan.routes)


def test_only_what_lies_above_the_fair_share_is_priced() -> None:
    van = replace(small.problem().vehicles[0], fair_work=600, costs=Costs(overwork=7_200))
    assert overwork_units(van, 600) == 0
    assert overwork_units(van, 660) == 120 * UNITS_PER_COST
    assert overwork_units(replace(van, fair_work=None), 10**6) == 0


def test_the_debit_is_in_the_objective_and_apart_from_the_cost() -> None:
    plain, plan = small.problem(), small.plan()
    problem = fair(plain, 100)
    (route,) = plan.routes
    terms = cost_terms(problem, plan)

    assert terms.total == cost_terms(plain, plan).total
    assert terms.overwork == (work(problem, route) - 100) * 10 * UNITS_PER_COST
    assert objective(problem, plan)[3] == objective(plain, plan)[3] + terms.overwork
    assert plan_data(problem, plan)["summary"]["overwork"] == terms.overwork // UNITS_PER_COST
    assert "overwork" not in plan_data(plain, plan)["summary"]


def test_a_share_survives_json() -> None:
    problem = fair(small.problem(), 100)
    assert read_problem(write_problem(problem)).vehicles == problem.vehicles


def test_pyvrp_cannot_state_it() -> None:
    assert cannot(fair(town(2), 3_000), {}) == "fair_work"
    assert cannot(fair(town(2), None), {}) != "fair_work"


@pytest.mark.parametrize(("engine", "iterations"), [("auto", 4_000), ("ortools", 60)])
def test_a_price_on_overwork_makes_the_longest_day_shorter(engine: Engine, iterations: int) -> None:
    problem = town(3, stops=36, capacity=18)
    options = SolveOptions(engine=engine, max_iterations=iterations)  # no clock: the same on a busy machine
    before = solve(problem, options)
    share = round(0.8 * longest(problem, before))

    after = solve(fair(problem, share), options)

    assert len(after.unassigned) <= len(before.unassigned)
    assert longest(problem, after) < longest(problem, before)
    assert cost_terms(fair(problem, share), after).overwork < cost_terms(fair(problem, share), before).overwork
