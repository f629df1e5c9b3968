from dataclasses import replace

import numpy as np
import pytest

from solver.best import Best
from solver.construct import construct, sequences
from solver.cost import objective
from solver.options import Sequences
from solver.ortools_nodes import cost_unit, penalties, span
from solver.ortools_routing import run
from solver.problem import Break, Costs, Depot, Matrix, Problem, Step, Stop, TimeWindow, Vehicle
from tests.unit.solver import problems
from tests.unit.solver.towns import town


def quiet(_found: Sequences) -> None:
    return None


def route(problem: Problem, first: Sequences | None = None, solutions: int = 10) -> Sequences:
    return run(problem, first or {}, None, solutions, 0, quiet) or {}


@pytest.mark.parametrize("seed", range(40))
def test_what_the_model_finds_can_be_driven_exactly(seed: int) -> None:
    given = problems.problem(seed)
    problem = replace(given, vehicles=tuple(replace(vehicle, breaks=()) for vehicle in given.vehicles))
    found = route(problem)
    best = Best(problem)
    best.offer(found)

    assert best.drivable(found) == found
    assert best.plan.served == {stop for trips in found.values() for trip in trips for stop in trip}


@pytest.mark.parametrize("seed", range(12))
def test_a_first_plan_is_taken_over_and_never_made_worse(seed: int) -> None:
    problem = town(seed, stops=24)
    first, then = Best(problem), Best(problem)
    first.offer_plan(construct(problem, repairs=0))
    then.offer(route(problem, first.sequences, 30))

    assert objective(problem, then.plan) <= objective(problem, first.plan)


def test_a_town_becomes_cheaper() -> None:
    problem = town(1)
    first, then = Best(problem), Best(problem)
    first.offer_plan(construct(problem))
    then.offer(route(problem, first.sequences, 150))

    assert then.cost < first.cost


def test_the_same_seed_and_number_of_solutions_give_the_same_routes() -> None:
    problem = town(2)
    first = sequences(construct(problem))

    assert route(problem, first, 40) == route(problem, first, 40)


def test_better_solutions_are_reported_on_the_way() -> None:
    heard: list[Sequences] = []
    run(town(3, stops=20), {}, None, 20, 0, heard.append)

    assert heard


def test_a_problem_that_has_no_way_to_go_on_ends() -> None:
    problem = problems.problem(7)  # three stops, two vehicles with breaks

    assert route(problem, solutions=100) is not None


def line(
    stops: tuple[Stop, ...], *, depots: tuple[Depot, ...] = (), second: bool = False, **vehicle: object
) -> Problem:
    """Places 100 seconds apart on a line; one vehicle (or two) at place 0."""
    table = np.array([[100 * abs(a - b) for b in range(4)] for a in range(4)])
    fields: dict[str, object] = {"id": 1, "start": 0, "end": 0, "capacity": (2,)}
    one = Vehicle(**(fields | vehicle))  # type: ignore[arg-type]
    vehicles = (one, replace(one, id=2, steps=())) if second else (one,)
    return Problem(stops=stops, vehicles=vehicles, matrices={"car": Matrix(table, table)}, depots=depots)


TWO = (Stop(id=1, location=1, delivery=(1,)), Stop(id=2, location=2, delivery=(1,)))
BOTH_WAYS = tuple(replace(stop, pickup=(1,)) for stop in TWO)


@pytest.mark.parametrize(
    ("problem", "served"),
    [
        (line(TWO), 2),
        (line(TWO, capacity=(1,)), 1),
        (line(TWO, capacity=(1,), max_trips=2), 2),
        (line(TWO, capacity=(1,), max_trips=2, load_duration=50, shift=TimeWindow(0, 700)), 2),
        (line(TWO, capacity=(1,), max_trips=2, load_duration=50, shift=TimeWindow(0, 699)), 1),
        (line(TWO, depots=(Depot(location=0, capacity=(1,)),)), 1),
        (line(TWO, max_tasks=1), 1),
        (line(TWO, max_travel_time=300), 1),
        (line(TWO, max_distance=300), 1),
        (line(TWO, max_duration=399), 1),
        (line(TWO, max_ride=150), 1),
        (line(TWO, breaks=(Break(id=1, time_windows=(TimeWindow(500, 600),), service=10),)), 2),
        (line(TWO, shift=TimeWindow(0, 399)), 1),
        (line(tuple(replace(stop, time_windows=(TimeWindow(150, 160), TimeWindow(400, 410))) for stop in TWO)), 2),
        (line(tuple(replace(stop, skills=frozenset({stop.id})) for stop in TWO), skills=frozenset({2})), 1),
        (line(tuple(replace(stop, depot_skills=frozenset({1})) for stop in TWO)), 0),
        (line(tuple(replace(stop, release=100 * stop.id) for stop in TWO), shift=TimeWindow(0, 599)), 1),
        (line(BOTH_WAYS, capacity=(2,)), 2),
        (line(BOTH_WAYS, capacity=(1,)), 1),
        (line(BOTH_WAYS, capacity=(1,), max_trips=2), 2),
        (line(TWO, start=None), 2),
        (line(TWO, end=None), 2),
    ],
)
def test_each_key_limits_what_is_served(problem: Problem, served: int) -> None:
    found = route(problem)

    assert sum(len(trip) for trips in found.values() for trip in trips) == served
    assert Best(problem).drivable(found) == found


def test_setup_counts_once_for_a_door_and_not_against_its_window() -> None:
    door = Stop(id=1, location=1, setup=50, service=10, time_windows=(TimeWindow(100, 100),))
    neighbour = replace(door, id=2, time_windows=(TimeWindow(160, 160),))
    problem = line((door, neighbour), capacity=())

    assert route(problem) == {1: ((1, 2),)}


def test_waiting_within_a_trip_is_ride_and_loading_late_avoids_it() -> None:
    late = Stop(id=1, location=1, time_windows=(TimeWindow(5_000, 5_000),), max_ride=100)
    early = Stop(id=2, location=2, time_windows=(TimeWindow(300, 300),), max_ride=200)

    assert route(line((late, early), capacity=(), max_trips=2)) == {1: ((2,), (1,))}
    assert sum(map(len, route(line((late, early), capacity=())).values())) == 1


def test_must_serve_comes_before_priorities_and_these_before_numbers() -> None:
    must = Stop(id=1, location=3, must_serve=True)
    urgent = Stop(id=2, location=1, priority=3)
    plain = tuple(Stop(id=number, location=1) for number in (3, 4))

    assert route(line((must, urgent), capacity=(), max_tasks=1)) == {1: ((1,),)}
    assert 2 in route(line((urgent, *plain), capacity=(), max_tasks=1))[1][0]


def test_familiarity_decides_between_equal_vehicles() -> None:
    stops = tuple(replace(stop, familiarity={2: 50}) for stop in TWO)

    assert set(route(line(stops, second=True))) == {2}


def test_familiarity_decides_which_of_two_stops_is_left_out() -> None:
    stops = (TWO[0], replace(TWO[1], familiarity={1: 500}))

    assert route(line(stops, max_tasks=1)) == {1: ((2,),)}


def test_an_unused_vehicle_may_be_far_from_its_end() -> None:
    problem = line(TWO, second=True)
    stuck = replace(problem.vehicles[1], end=3, max_travel_time=100, shift=TimeWindow(0, 200))

    assert route(replace(problem, vehicles=(problem.vehicles[0], stuck))) in ({1: ((1, 2),)}, {1: ((2, 1),)})


def test_a_locked_stop_left_out_does_not_stand_in_the_way_of_the_next() -> None:
    far = replace(TWO[0], skills=frozenset({9}))
    problem = line((far, TWO[1]), steps=(Step(1, locked=True), Step(2, locked=True)))

    assert route(problem) == {1: ((2,),)}


def test_a_stop_whose_setup_ends_too_late_is_left_out() -> None:
    late = replace(TWO[0], setup=50, time_windows=(TimeWindow(380, 390),))

    assert route(line((late, TWO[1]), shift=TimeWindow(0, 400))) == {1: ((2,),)}


def test_any_seed_will_do() -> None:
    assert run(line(TWO), {}, None, 5, 2**31 - 1, quiet)


def test_a_cheaper_vehicle_is_preferred_and_fixed_costs_are_saved() -> None:
    problem = line(TWO, second=True)
    dear = replace(problem, vehicles=(replace(problem.vehicles[0], costs=Costs(fixed=500)), problem.vehicles[1]))

    assert set(route(dear)) == {2}


def test_locked_stops_keep_their_vehicle_and_order() -> None:
    problem = line(TWO, second=True, steps=(Step(2, locked=True), Step(1, locked=True)))

    assert route(problem) == {1: ((2, 1),)}


def test_costs_are_whole_in_their_unit() -> None:
    problem = line(TWO, costs=Costs(fixed=3, per_hour=1_000, per_km=7))

    assert cost_unit(problem) == 400


def test_leaving_out_a_stop_that_must_be_served_outweighs_all_others() -> None:
    problem = line((replace(TWO[0], must_serve=True), replace(TWO[1], priority=100), Stop(id=3, location=1)))
    must, urgent, plain = penalties(problem, 10_000)

    assert must > urgent + plain
    assert urgent > plain > 10_000


def test_the_clock_of_the_model_ends_soon_after_all_can_be_done() -> None:
    assert span(line(TWO))[1] < 3_000
    assert span(line(TWO, shift=TimeWindow(10, 500))) == (10, 500)
