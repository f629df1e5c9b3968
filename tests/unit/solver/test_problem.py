import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from solver.cost import cost_terms, number, objective
from solver.plan import Plan, Unassigned
from solver.problem import Costs, Matrix, ProblemError, Step, Stop, TimeWindow, Vehicle, merged
from tests.unit.solver import small


def test_windows_that_overlap_or_touch_become_one() -> None:
    several = (TimeWindow(50, 60), TimeWindow(0, 10), TimeWindow(11, 20), TimeWindow(5, 8))
    assert merged(several) == (TimeWindow(0, 20), TimeWindow(50, 60))


def test_a_window_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="earliest <= latest"):
        TimeWindow(5, 4)


@pytest.mark.parametrize(
    "fields", [{"id": True}, {"service": -1}, {"priority": 101}, {"delivery": (1.5,)}, {"max_ride": 2**31}]
)
def test_a_stop_refuses_nonsense_at_birth(fields: dict[str, object]) -> None:
    with pytest.raises(ProblemError):
        Stop(**({"id": 1, "location": 0} | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields", [{"start": None}, {"max_trips": 0}, {"speed_factor": 0}, {"steps": (Step(1), Step(1))}]
)
def test_a_vehicle_refuses_nonsense_at_birth(fields: dict[str, object]) -> None:
    with pytest.raises(ProblemError):
        Vehicle(**({"id": 1, "start": 0} | fields))  # type: ignore[arg-type]


def test_a_second_trip_needs_a_place_to_load() -> None:
    with pytest.raises(ProblemError, match="start_index"):
        Vehicle(id=1, end=0, max_trips=2)


def test_a_matrix_is_square_and_cannot_be_changed() -> None:
    with pytest.raises(ProblemError):
        Matrix(np.zeros((2, 3), dtype=np.int32))
    with pytest.raises(ProblemError):
        Matrix(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="read-only"):
        Matrix(np.zeros((2, 2), dtype=np.int32)).durations[0, 0] = 1


def test_a_problem_cannot_be_changed_and_travels_between_processes() -> None:
    problem = small.problem(stops={1: {"familiarity": {2: 5}}})
    with pytest.raises(FrozenInstanceError):
        problem.stops = ()  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(problem))
    assert (again.stops, again.vehicles) == (problem.stops, problem.vehicles)
    assert (again.matrices["car"].durations == problem.matrices["car"].durations).all()


def test_a_part_of_a_problem_forgets_the_steps_of_the_rest() -> None:
    problem = small.problem(vehicle={"steps": (Step(1), Step(None), Step(3, locked=True))})
    part = problem.without([1])
    assert [stop.id for stop in part.stops] == [2, 3]
    assert part.vehicles[0].steps == (Step(None), Step(3, locked=True))


def test_the_cost_is_exact_and_whole_where_it_is_whole() -> None:
    problem = small.problem(vehicle={"costs": Costs(fixed=7, per_hour=1800, per_km=3)})
    terms = cost_terms(problem, small.plan())
    assert (number(terms.fixed), number(terms.hours), number(terms.km)) == (7, 235, 14.1)
    assert terms.cost == pytest.approx(256.1)
    assert (terms.travel_s, terms.distance_m) == (470, 4700)


def test_the_objective_puts_people_before_cost() -> None:
    problem = small.problem(stops={1: {"must_serve": True}, 2: {"priority": 5}})
    full = small.plan()
    without_must = Plan((), tuple(Unassigned(stop, "why") for stop in (1, 2, 3)))
    assert objective(problem, full) < objective(problem, without_must)
    assert objective(problem, full)[:3] == (-1, -5, -3)


def test_familiarity_is_credited_apart_from_cost() -> None:
    problem = small.problem(stops={1: {"familiarity": {1: 20}}})
    terms = cost_terms(problem, small.plan())
    assert (terms.cost, number(terms.familiarity)) == (470, 20)
    assert objective(problem, small.plan())[3] == terms.total - terms.familiarity


def test_the_ride_limit_of_the_stop_goes_before_that_of_the_vehicle() -> None:
    problem = small.problem(vehicle={"max_ride": 50}, stops={1: {"max_ride": 70}})
    van = problem.vehicles[0]
    assert [problem.ride_limit(stop, van) for stop in problem.stops] == [70, 50, 50]
    assert problem.ride_limit(problem.stops[1], replace(van, max_ride=None)) is None
