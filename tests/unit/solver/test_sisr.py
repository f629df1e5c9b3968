from dataclasses import replace

import numpy as np
import pytest

from solver.best import Best
from solver.construct import construct, sequences
from solver.cost import objective
from solver.options import Sequences
from solver.problem import Break, Depot, Matrix, Problem, Step, Stop, TimeWindow, Vehicle
from solver.sisr import Budget, Search, run
from tests.unit.solver import problems
from tests.unit.solver.towns import town


def go_on() -> bool:
    return False


def search(problem: Problem, first: Sequences, iterations: int = 100, seed: int = 0, threads: int = 1) -> Sequences:
    return run(problem, first, Budget(iterations=iterations), seed, go_on, threads)


@pytest.mark.parametrize("seed", range(60))
def test_any_problem_gets_a_clean_plan_that_is_no_worse_than_the_first(seed: int) -> None:
    problem = problems.problem(seed, stops=9, horizon=60)
    best = Best(problem)
    best.offer_plan(construct(problem, repairs=0))
    before = objective(problem, best.plan)

    found = search(problem, best.sequences)

    assert best.drivable(found) == found
    after = Best(problem)
    after.offer(found)
    assert after.plan.served == {stop for trips in found.values() for trip in trips for stop in trip}
    assert objective(problem, after.plan) <= before


def test_a_town_is_served_at_less_cost_than_at_first() -> None:
    problem = town()
    first, then = Best(problem), Best(problem)
    first.offer_plan(construct(problem))
    then.offer(search(problem, first.sequences, 400))

    assert then.unassigned == first.unassigned == 0
    assert then.cost < 0.97 * first.cost


def test_the_same_seed_walks_the_same_way() -> None:
    problem = town(2)
    first = sequences(construct(problem))

    assert search(problem, first, 200, seed=5) == search(problem, first, 200, seed=5)


def test_it_begins_from_nothing_as_well() -> None:
    problem = town(3)
    best = Best(problem)
    best.offer(search(problem, {}, 50))

    assert best.unassigned == 0


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_share_a_plan_out_and_put_it_together_again(threads: int) -> None:
    problem = town(5, stops=500)
    best = Best(problem)
    best.offer(search(problem, {}, 600, threads=threads))

    assert best.unassigned == 0
    assert search(problem, {}, 600, threads=threads) == best.sequences


def line(stops: tuple[Stop, ...], *, depots: tuple[Depot, ...] = (), **vehicle: object) -> Problem:
    """Places 100 seconds apart on a line; one vehicle at place 0."""
    table = np.array([[100 * abs(a - b) for b in range(4)] for a in range(4)])
    fields: dict[str, object] = {"id": 1, "start": 0, "end": 0, "capacity": (2,)}
    return Problem(
        stops=stops,
        vehicles=(Vehicle(**(fields | vehicle)),),  # type: ignore[arg-type]
        matrices={"car": Matrix(table, table)},
        depots=depots,
    )


TWO = (Stop(id=1, location=1, delivery=(1,)), Stop(id=2, location=2, delivery=(1,)))


@pytest.mark.parametrize(
    ("problem", "served"),
    [
        (line(TWO), 2),
        (line(TWO, capacity=(1,)), 1),
        (line(TWO, capacity=(1,), max_trips=2), 2),
        (line(TWO, depots=(Depot(location=0, capacity=(1,)),)), 1),
        (line(TWO, max_tasks=1), 1),
        (line(TWO, max_travel_time=300), 1),
        (line(TWO, max_duration=399), 1),
        (line(TWO, max_ride=150), 1),
        (line(TWO, breaks=(Break(id=1, time_windows=(TimeWindow(500, 600),), service=10),)), 2),
        (line(TWO, shift=TimeWindow(0, 399)), 1),
        (line(tuple(replace(stop, time_windows=(TimeWindow(150, 160), TimeWindow(400, 410))) for stop in TWO)), 2),
        (line(tuple(replace(stop, skills=frozenset({stop.id})) for stop in TWO), skills=frozenset({2})), 1),
        (line(tuple(replace(stop, release=100 * stop.id) for stop in TWO), shift=TimeWindow(0, 599)), 1),
        (line(tuple(replace(stop, pickup=(1,)) for stop in TWO), capacity=(1,)), 1),
    ],
)
def test_each_key_limits_what_is_served(problem: Problem, served: int) -> None:
    best = Best(problem)
    best.offer(search(problem, {}, 30))

    assert len(best.plan.served) == served


def test_locked_stops_keep_their_vehicle_and_order() -> None:
    problem = line(TWO, steps=(Step(2, locked=True), Step(1, locked=True)))
    found = search(problem, {1: ((2, 1),)}, 50)

    assert found == {1: ((2, 1),)}


def test_a_search_ends_as_soon_as_it_is_told_to() -> None:
    walk = Search(town(6), {}, seed=0)
    walk.run(Budget(iterations=10**9), lambda: walk.walks[0].steps > 1000)

    assert walk.found.unassigned == 0
    assert walk.walks[0].steps < 10_000
