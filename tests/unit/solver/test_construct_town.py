"""First plans of a whole town: two kitchens, e-bikes that may load twice, few drivers for some of the doors."""

from dataclasses import replace
from random import Random
from statistics import mean

import numpy as np
import pytest

from solver.check import check
from solver.construct import construct
from solver.problem import Costs, Depot, Matrix, Problem, Stop, TimeWindow, Vehicle

TRAINED, PUREE = 1, 7
"""A driver's skill, and what only the second kitchen cooks."""


def town(*, bikes: int = 8, kitchen: int = 130, doors: int = 200) -> Problem:
    """Doors in twenty clusters within half an hour's ride; every eighth needs a trained driver and the second kitchen."""
    rng = Random(5)
    centres = [(rng.uniform(-1500, 1500), rng.uniform(-1500, 1500)) for _ in range(20)]
    places = [(-700.0, 0.0), (700.0, 0.0)]
    stops = []
    for number in range(1, doors + 1):
        x, y = rng.choice(centres)
        places.append((x + rng.gauss(0, 60), y + rng.gauss(0, 60)))
        picky = number % 8 == 0
        stops.append(
            Stop(
                id=number,
                location=number + 1,
                setup=60,
                service=60,
                delivery=(1,),
                skills=frozenset({TRAINED} if picky else ()),
                depot_skills=frozenset({PUREE} if picky else ()),
                priority=10 * (number % 4),
                must_serve=number % 5 == 0,
                time_windows=(TimeWindow(1800, 9000),),
                max_ride=4500,
            )
        )
    at = np.array(places)
    ways = np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=2)).astype(np.int64)
    fleet = tuple(
        Vehicle(
            id=10 * depot + bike + 1,
            start=depot,
            end=depot,
            capacity=(24,),
            skills=frozenset({TRAINED} if depot and bike < 3 else ()),
            shift=TimeWindow(0, 10_000),
            max_trips=2,
            load_duration=180,
            costs=Costs(fixed=3000),
        )
        for depot in (0, 1)
        for bike in range(bikes)
    )
    kitchens = (
        Depot(location=0, capacity=(kitchen,)),
        Depot(location=1, capacity=(kitchen,), skills=frozenset({PUREE})),
    )
    return Problem(stops=tuple(stops), vehicles=fleet, matrices={"car": Matrix(ways)}, depots=kitchens)


def test_doors_that_few_drivers_may_serve_find_them_not_yet_taken() -> None:
    problem = town()
    plan = construct(problem, repairs=0)
    assert plan.unassigned == ()
    assert check(problem, plan) == ()


@pytest.mark.parametrize("fixed", [3000, 100_000])
def test_the_price_of_a_further_driver_leaves_nobody_without_lunch(fixed: int) -> None:
    problem = town(bikes=5, doors=170)
    priced = replace(problem, vehicles=tuple(replace(v, costs=Costs(fixed=fixed)) for v in problem.vehicles))
    assert construct(priced, repairs=0).unassigned == ()


def test_with_too_few_drivers_the_least_important_doors_wait() -> None:
    problem = town(bikes=3)
    plan = construct(problem, repairs=0)
    left = [problem.stop(entry.stop) for entry in plan.unassigned]
    served = [problem.stop(stop) for stop in plan.served]
    assert check(problem, plan) == ()
    assert len(served) >= 100
    assert not any(stop.must_serve for stop in left)
    assert mean(stop.priority for stop in left) < mean(stop.priority for stop in served) / 2


def test_a_door_beyond_reach_does_not_disturb_the_plan_of_the_others() -> None:
    problem = town(doors=60)
    lost = replace(problem.stops[0], id=999, must_serve=True, max_ride=1)
    more = replace(problem, stops=(*problem.stops, lost))
    plan = construct(more, repairs=0)
    assert [entry.stop for entry in plan.unassigned] == [999]
    assert {route.vehicle: route.stops for route in plan.routes} == {
        route.vehicle: route.stops for route in construct(problem, repairs=0).routes
    }


def test_where_all_doors_matter_alike_the_walk_is_tried_from_both_ends() -> None:
    problem = town(bikes=3, doors=100)
    alike = replace(problem, stops=tuple(replace(stop, priority=0, must_serve=False) for stop in problem.stops))
    assert len(construct(alike, repairs=0).unassigned) < 10
