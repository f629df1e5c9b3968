"""The checker, tested by breaking things: one change to a clean plan or its problem, and the one right rule is named."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.plan import Cause, Kind, Plan, Route, Unassigned
from tests.unit.solver.generator import problems, tight
from tests.unit.solver.mutations import BROKEN, Breaking, without_limits

SEEDS = st.integers(0, 2**32 - 1)


def test_every_cause_of_the_closed_list_is_broken_here() -> None:
    assert {cause for cause, _ in BROKEN} == set(Cause)


@pytest.mark.parametrize(("cause", "breaking"), BROKEN, ids=lambda value: getattr(value, "__name__", str(value)))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(seed=SEEDS, n=st.integers(3, 9))
def test_one_thing_broken_is_the_one_rule_named(cause: Cause, breaking: Breaking, seed: int, n: int) -> None:
    rng = Random(seed)
    problem, plan = tight(rng, n)
    assume(plan.routes)
    broken = breaking(problem, plan, rng)
    assume(broken is not None)
    assert broken is not None

    assert {violation.cause for violation in check(*broken)} == {cause}


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 9))
def test_whoever_waits_longer_than_needed_breaks_nothing_where_nothing_is_limited(seed: int, n: int) -> None:
    rng = Random(seed)
    problem, plan = tight(rng, n)
    routes = []
    for route in plan.routes:
        late, visits = 0, []
        for visit in route.visits:
            extra = rng.choice((0, 0, 7)) if visit.kind is not Kind.END else 0
            visits.append(replace(visit, arrival=visit.arrival + late, waiting=visit.waiting + extra))
            late += extra
        routes.append(Route(route.vehicle, tuple(visits)))

    assert check(without_limits(problem), Plan(tuple(routes))) == ()


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 9))
def test_to_serve_nobody_is_a_clean_plan_of_any_problem(seed: int, n: int) -> None:
    problem = problems(Random(seed), n)

    assert check(problem, Plan((), tuple(Unassigned(stop.id, "why") for stop in problem.stops))) == ()
