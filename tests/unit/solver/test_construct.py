from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.construct import build, construct
from solver.cost import UNITS_PER_COST, objective, route_terms
from solver.plan import Plan, Route
from solver.problem import Break, Costs, Depot, Matrix, Problem, Step, Stop, TimeWindow, Vehicle
from solver.schedule import time_route
from tests.unit.solver import problems, small


@given(st.integers(0, 10**6), st.sampled_from([(6, 40), (15, 120)]))
@settings(max_examples=250, deadline=None)
def test_every_first_plan_is_clean_and_leaves_nobody_unaccounted(seed: int, size: tuple[int, int]) -> None:
    problem = problems.problem(seed, stops=size[0], horizon=size[1])
    plan = construct(problem, repairs=5)
    assert check(problem, plan) == ()
    assert all(entry.reason and entry.code for entry in plan.unassigned)


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_same_problem_and_seed_give_the_same_plan(seed: int) -> None:
    problem = problems.problem(seed, stops=12, horizon=80)
    assert construct(problem, seed=3, repairs=5) == construct(problem, seed=3, repairs=5)


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_price_of_an_insertion_is_what_the_cost_grows_by(seed: int) -> None:
    problem = problems.problem(seed, stops=10, horizon=80, steps=False)
    state = build(problem, repairs=0)
    for stop in sorted(state.where):
        state.remove([stop]) if stop in state.where else None
        before = state.cost()
        place = state.best(stop)
        if place is not None:
            state.insert(stop, place)
            assert state.cost() == pytest.approx(before + place.price)


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_cost_that_it_steers_by_is_the_cost_of_the_plan(seed: int) -> None:
    problem = problems.problem(seed, stops=10, horizon=80)
    state = build(problem, repairs=0)
    terms = [route_terms(problem, route) for route in state.routes()]
    real = sum(term.total - term.familiarity for term in terms) / UNITS_PER_COST
    assert state.cost() == pytest.approx(real)


@given(st.integers(0, 10**6))
@example(362881)  # the last insertion lets in a stop that had no place
@settings(max_examples=100, deadline=None)
def test_a_stop_finds_a_place_wherever_the_exact_schedule_has_one(seed: int) -> None:
    """Where all numbers are exact, no feasible gap is overlooked (but before a stop at the same door)."""
    problem = problems.problem(seed, stops=6, vehicles=2, horizon=40, steps=False)
    state = build(problem, repairs=0)
    for stop in sorted(state.unassigned):
        if (
            state.tables.metres is None
            and not problem.depots
            and not any(state.tables.stops[s].setup for s in state.where)
        ):
            assert not any(
                fits_somewhere(state.problem, vehicle, trips, stop) for vehicle, trips in enumerate(state.trips)
            )


def fits_somewhere(problem: Problem, vehicle: int, trips: list[list[int]], stop: int) -> bool:
    ids = [[problem.stops[s].id for s in trip] for trip in trips]
    new = problem.stops[stop].id
    options = [
        [*ids[:t], [*trip[:g], new, *trip[g:]], *ids[t + 1 :]]
        for t, trip in enumerate(ids)
        for g in range(len(trip) + 1)
    ]
    options += [[*ids[:t], [new], *ids[t:]] for t in range(len(ids) + 1)]
    return any(isinstance(time_route(problem, problem.vehicles[vehicle], option), Route) for option in options)


def best_possible(problem: Problem) -> tuple[int, ...]:
    """Every order of every choice of stops on one vehicle."""
    vehicle = problem.vehicles[0]
    best = objective(problem, Plan())
    ids = [stop.id for stop in problem.stops]
    for length in range(1, len(ids) + 1):
        for order in permutations(ids, length):
            for cuts in product((False, True), repeat=length - 1):
                trips = [[order[0]]]
                for cut, stop in zip(cuts, order[1:], strict=True):
                    trips.append([stop]) if cut else trips[-1].append(stop)
                route = time_route(problem, vehicle, trips)
                if isinstance(route, Route):
                    best = min(best, objective(problem, Plan((route,))))
    return best


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_no_first_plan_claims_to_be_better_than_the_best(seed: int) -> None:
    problem = problems.problem(seed, stops=4, vehicles=1, horizon=40)
    assert objective(problem, construct(problem)) >= best_possible(problem) or problem.depots


def crowded(**extra: object) -> Problem:
    """One van with room for two of four doors in a row; the last is must-serve, the third has priority."""
    table = np.abs(np.subtract.outer(np.arange(5), np.arange(5))) * 10
    stops = tuple(
        Stop(id=i, location=i, delivery=(1,), must_serve=i == 4, priority=9 if i == 3 else 0) for i in range(1, 5)
    )
    values = {
        "vehicles": (Vehicle(id=1, start=0, end=0, capacity=(2,)),),
        "matrices": {"car": Matrix(table)},
        "stops": stops,
    }
    return Problem(**(values | extra))  # type: ignore[arg-type]


def test_must_serve_comes_first_then_priority() -> None:
    assert construct(crowded()).served == {3, 4}


def test_a_second_trip_is_driven_when_one_is_not_enough() -> None:
    plan = construct(crowded(vehicles=(Vehicle(id=1, start=0, end=0, capacity=(2,), max_trips=2),)))
    assert plan.unassigned == ()
    assert len(plan.routes[0].trips) == 2


def test_a_dear_vehicle_stays_at_home_while_a_cheap_one_does() -> None:
    cheap = Vehicle(id=1, start=0, end=0, capacity=(9,))
    dear = replace(cheap, id=2, costs=Costs(fixed=1000))
    assert [route.vehicle for route in construct(crowded(vehicles=(dear, cheap))).routes] == [1]


def test_a_familiar_face_is_worth_its_seconds() -> None:
    fleet = tuple(Vehicle(id=i, start=0, end=0, capacity=(9,)) for i in (1, 2))
    stops = (Stop(id=1, location=1, familiarity={2: 5}), Stop(id=2, location=1))
    plan = construct(crowded(vehicles=fleet, stops=stops))
    assert [route.vehicle for route in plan.routes] == [2]


def test_what_the_depot_may_load_is_all_that_is_loaded() -> None:
    big = (Vehicle(id=1, start=0, end=0, capacity=(9,)), Vehicle(id=2, start=0, end=0, capacity=(9,)))
    problem = crowded(vehicles=big, depots=(Depot(location=0, capacity=(3,)),))
    plan = construct(problem)
    assert check(problem, plan) == ()
    assert len(plan.unassigned) == 1
    assert plan.unassigned[0].code == "depot_capacity"


def test_a_locked_order_is_kept_however_long_the_way() -> None:
    steps = (Step(4, locked=True), Step(1, locked=True), Step(3, locked=True))
    van = Vehicle(id=1, start=0, end=0, capacity=(9,), steps=steps)
    plan = construct(crowded(vehicles=(van, Vehicle(id=2, start=0, end=0, capacity=(9,)))))
    assert [stop for stop in plan.routes[0].stops if stop != 2] == [4, 1, 3]


def test_last_weeks_plan_is_where_it_starts_from() -> None:
    problem = crowded(vehicles=(Vehicle(id=1, start=0, end=0, capacity=(9,)),))
    given = time_route(problem, problem.vehicles[0], ((3, 1, 4, 2),))
    assert isinstance(given, Route)
    assert construct(problem, warm_start=Plan((given,))).routes == (given,)


def test_a_warm_start_that_no_longer_fits_is_kept_as_far_as_it_does() -> None:
    problem = crowded(vehicles=(Vehicle(id=1, start=0, end=0, capacity=(9,)),))
    given = time_route(problem, problem.vehicles[0], ((3, 1, 4, 2),))
    assert isinstance(given, Route)
    smaller = crowded()
    plan = construct(smaller, warm_start=Plan((given,)))
    assert check(smaller, plan) == ()
    assert len(plan.served) == 2


def test_breaks_are_taken_and_several_windows_kept() -> None:
    rest = Break(id=1, time_windows=(TimeWindow(15, 20), TimeWindow(60, 61)), service=30)
    stops = (
        Stop(id=1, location=1, time_windows=(TimeWindow(0, 5), TimeWindow(40, 60))),
        Stop(id=2, location=2, service=5, time_windows=(TimeWindow(0, 25),)),
    )
    problem = Problem(
        stops=stops,
        vehicles=(Vehicle(id=1, start=0, end=0, breaks=(rest,)),),
        matrices={"car": Matrix(np.abs(np.subtract.outer(np.arange(3), np.arange(3))) * 10)},
    )
    plan = construct(problem)
    assert plan.unassigned == ()
    assert check(problem, plan) == ()


def test_a_problem_without_stops_has_an_empty_plan() -> None:
    assert construct(replace(small.problem(), stops=())) == Plan()
