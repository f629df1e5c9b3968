from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from solver.best import Best
from solver.check import check
from solver.construct import construct, sequences
from solver.cost import UNITS_PER_COST, cost_terms, objective
from solver.options import EngineCannot, Sequences
from solver.ortools_nodes import cost_unit
from solver.problem import Break, Costs, Depot, Matrix, Problem, Step, Stop, TimeWindow, Vehicle
from solver.pyvrp_limits import cannot, hopeless
from solver.pyvrp_model import Model, Required
from solver.pyvrp_routing import run
from tests.unit.solver import problems
from tests.unit.solver.towns import town


def quiet(_found: Sequences) -> None:
    return None


def route(problem: Problem, first: Sequences | None = None, iterations: int = 60) -> Sequences:
    return run(problem, first or {}, None, iterations, 0, quiet)


def statable(seed: int, *, narrow: bool) -> Problem:
    """A small problem with all the keys that the model knows, and none that it does not."""
    given = problems.problem(seed, stops=8)
    vehicles = tuple(
        replace(
            vehicle,
            breaks=(),
            steps=(),
            max_ride=None,
            max_tasks=None if vehicle.max_trips > 1 else vehicle.max_tasks,
            max_travel_time=None if vehicle.costs.per_km else vehicle.max_travel_time,
            max_distance=None,
        )
        for vehicle in given.vehicles
    )
    stops = tuple(
        replace(
            stop,
            setup=stop.setup if narrow else 0,
            time_windows=stop.time_windows[:1],
            max_ride=None,
            familiarity={},
        )
        for stop in given.stops
    )
    depots = tuple(replace(depot, capacity=None) for depot in given.depots)
    return replace(given, stops=stops, vehicles=vehicles, depots=depots)


def held(seed: int) -> Problem:
    """The part of such a problem that the model holds: without stops that nobody can serve."""
    problem = statable(seed, narrow=False)
    return problem.without(hopeless(problem))


def plan_of(problem: Problem, found: Sequences) -> Best:
    best = Best(problem)
    best.offer(found)
    return best


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_what_the_model_finds_can_be_driven_exactly(seed: int, narrow: bool) -> None:
    problem = statable(seed, narrow=narrow)
    assert cannot(problem, narrow=narrow) == ""
    found = route(problem)
    best = plan_of(problem, found)

    assert best.drivable(found) == found
    assert best.plan.served == {stop for trips in found.values() for trip in trips for stop in trip}
    assert check(problem, best.plan) == ()


@pytest.mark.parametrize("seed", range(40))
def test_a_first_plan_is_never_made_worse(seed: int) -> None:
    problem = statable(seed, narrow=True)
    first, then = Best(problem), Best(problem)
    first.offer_plan(construct(problem, repairs=0))
    then.offer(route(problem, first.sequences))

    assert objective(problem, then.plan) <= objective(problem, first.plan)


@pytest.mark.parametrize("seed", range(40))
def test_the_models_cost_is_the_contracts(seed: int) -> None:
    problem = held(seed)
    best = plan_of(problem, sequences(construct(problem)))
    model = Model(problem, Required(all=True, must=True))
    solution = model.solution(best.sequences)
    units = (solution.distance_cost() + solution.fixed_vehicle_cost()) * cost_unit(problem)

    assert units == cost_terms(problem, best.plan).total
    assert not solution.has_time_warp()
    assert not solution.has_excess_load()
    assert not solution.has_excess_distance()


@pytest.mark.parametrize("seed", range(20))
def test_sequences_come_back_as_they_went(seed: int) -> None:
    problem = held(seed)
    first = sequences(construct(problem))
    model = Model(problem, Required(all=False, must=False))
    back = model.sequences(model.solution(first))

    assert sorted(back.values()) == sorted(first.values())
    assert plan_of(problem, back).cost == plan_of(problem, first).cost


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
        (line(TWO, max_tasks=1), 1),
        (line(TWO, max_travel_time=300), 1),
        (line(TWO, max_distance=300, costs=Costs(per_hour=0, per_km=50)), 1),
        (line(TWO, max_distance=300, costs=Costs(per_hour=0)), 1),
        (line(TWO, max_duration=399), 1),
        (line(TWO, load_duration=50, max_duration=450), 2),
        (line(TWO, load_duration=50, max_duration=449), 1),
        (line(TWO, shift=TimeWindow(0, 399)), 1),
        (line(tuple(replace(stop, skills=frozenset({stop.id})) for stop in TWO), skills=frozenset({2})), 1),
        (line(tuple(replace(stop, depot_skills=frozenset({1})) for stop in TWO)), 0),
        (line(tuple(replace(stop, release=100 * stop.id) for stop in TWO), shift=TimeWindow(0, 599)), 1),
        (
            line(tuple(replace(stop, release=10) for stop in TWO), load_duration=30, shift=TimeWindow(0, 440)),
            2,
        ),
        (
            line(tuple(replace(stop, release=11) for stop in TWO), load_duration=30, shift=TimeWindow(0, 440)),
            1,
        ),
        (line(BOTH_WAYS, capacity=(2,)), 2),
        (line(BOTH_WAYS, capacity=(1,)), 1),
        (line(BOTH_WAYS, capacity=(1,), max_trips=2), 2),
        (line(TWO, start=None), 2),
        (line(TWO, end=None), 2),
        (line(tuple(replace(stop, setup=30) for stop in TWO), max_duration=459), 1),
        (line(tuple(replace(stop, setup=30, location=2) for stop in TWO), max_duration=430), 2),
        (line(tuple(replace(stop, setup=30, location=2) for stop in TWO), max_duration=429), 0),
    ],
)
def test_each_key_limits_what_is_served(problem: Problem, served: int) -> None:
    assert cannot(problem) == ""
    found = route(problem, iterations=600)

    assert sum(len(trip) for trips in found.values() for trip in trips) == served
    assert plan_of(problem, found).drivable(found) == found


@pytest.mark.parametrize(
    ("problem", "key"),
    [
        (line(TWO, breaks=(Break(id=1, service=10),)), "breaks"),
        (line(TWO, steps=(Step(1, locked=True),)), "locked"),
        (line(TWO, max_tasks=1, max_trips=2), "max_tasks"),
        (line(TWO, max_ride=150), "max_ride"),
        (line(tuple(replace(stop, max_ride=150) for stop in TWO)), "max_ride"),
        (line(TWO, max_distance=300), "max_distance"),
        (line(TWO, max_travel_time=300, costs=Costs(per_hour=0, per_km=5)), "max_travel_time"),
        (line(tuple(replace(stop, time_windows=(TimeWindow(0, 9), TimeWindow(50, 90))) for stop in TWO)), "time_windows"),
        (line(TWO, depots=(Depot(location=0, capacity=(1,)),)), "depots"),
        (line(tuple(replace(stop, familiarity={1: 5}) for stop in TWO)), "familiarity"),
        (
            line(tuple(replace(stop, location=1, setup=5, time_windows=(TimeWindow(0, 300),)) for stop in TWO)),
            "setup",
        ),
    ],
)  # fmt: skip
def test_what_it_cannot_state_is_named(problem: Problem, key: str) -> None:
    assert cannot(problem) == key


def test_it_refuses_to_ignore_a_key() -> None:
    with pytest.raises(EngineCannot, match="max_ride"):
        route(line(TWO, max_ride=150))


@pytest.mark.parametrize(
    "problem",
    [
        line(TWO, steps=(Step(1), Step(2))),
        line(TWO, max_tasks=2, max_trips=2),
        line(TWO, max_ride=10**6, shift=TimeWindow(0, 9_000)),
        line(TWO, depots=(Depot(location=0, capacity=(2,)),)),
        line(tuple(replace(stop, location=1, setup=5) for stop in TWO)),
    ],
)
def test_a_key_that_limits_nothing_is_no_obstacle(problem: Problem) -> None:
    assert cannot(problem) == ""


def test_must_serve_comes_before_priorities_and_these_before_numbers() -> None:
    must = Stop(id=1, location=3, must_serve=True)
    urgent = Stop(id=2, location=1, priority=3)
    plain = tuple(Stop(id=number, location=1) for number in (3, 4))

    assert route(line((must, urgent), capacity=(), max_tasks=1), iterations=600) == {1: ((1,),)}
    assert 2 in route(line((urgent, *plain), capacity=(), max_tasks=1), iterations=600)[1][0]


def test_a_visit_that_may_not_be_beside_a_limit_of_travel_does_not_keep_the_search_busy() -> None:
    skilled = replace(TWO[1], skills=frozenset({9}))
    problem = line((TWO[0], skilled, Stop(id=3, location=3)), second=True, max_travel_time=650)
    able = replace(problem.vehicles[1], skills=frozenset({9}))

    found = route(replace(problem, vehicles=(problem.vehicles[0], able)), iterations=300)
    assert 2 in {stop for trip in found[2] for stop in trip}


def test_a_cheaper_vehicle_is_preferred_and_fixed_costs_are_saved() -> None:
    problem = line(TWO, second=True)
    dear = replace(problem, vehicles=(replace(problem.vehicles[0], costs=Costs(fixed=500)), problem.vehicles[1]))

    assert set(route(dear)) == {2}


def test_a_town_becomes_cheaper_and_stays_served() -> None:
    given = town(1)
    problem = replace(given, stops=tuple(replace(stop, max_ride=None) for stop in given.stops))
    first = plan_of(problem, sequences(construct(problem)))
    then = plan_of(problem, route(problem, first.sequences, 400))

    assert then.unassigned == 0
    assert then.cost < first.cost


def test_the_same_seed_and_number_of_steps_give_the_same_routes() -> None:
    problem = statable(3, narrow=True)

    assert route(problem) == route(problem)


def test_it_ends_in_time_and_reports_on_the_way() -> None:
    given = town(2)
    problem = replace(given, stops=tuple(replace(stop, max_ride=None) for stop in given.stops))
    heard: list[Sequences] = []
    report: Callable[[Sequences], None] = heard.append
    run(problem, {}, 0.4, None, 0, report)

    assert heard
    assert plan_of(problem, heard[-1]).unassigned == 0


def test_costs_are_whole_in_the_models_unit() -> None:
    problem = line(TWO, costs=Costs(fixed=3, per_hour=1_000, per_km=7))
    model = Model(problem, Required(all=True, must=True))
    solution = model.solution({1: ((1, 2),)})

    cost = 3 + 1_000 * 400 / 3_600 + 7 * 0.4
    assert (solution.distance_cost() + solution.fixed_vehicle_cost()) * model.unit == round(cost * UNITS_PER_COST)
