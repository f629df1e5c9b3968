from dataclasses import replace

import numpy as np

from solver.ortools_assign import Driver, Duty, depots, drivers
from solver.problem import Depot, Matrix, Problem, Step, Stop, TimeWindow, Vehicle
from tests.unit.solver.towns import town


def quiet(_message: object) -> None:
    return None


def two_kitchens(*, capacity: tuple[int, int] = (9, 9), **stop: object) -> Problem:
    """Kitchens at places 0 and 3 of a line; stops 1 to 3 next to the first, 4 next to the second."""
    table = np.array([[100 * abs(a - b) for b in range(4)] for a in range(4)])
    near = tuple(Stop(**({"id": n, "location": 1, "delivery": (1,)} | stop)) for n in (1, 2, 3))  # type: ignore[arg-type]
    far = Stop(id=4, location=2, delivery=(1,))
    vans = tuple(Vehicle(id=at, start=at, end=at, capacity=(9,), shift=TimeWindow(0, 10_000)) for at in (0, 3))
    kitchens = tuple(
        Depot(location=at, capacity=(most,), skills=frozenset({at})) for at, most in zip((0, 3), capacity, strict=True)
    )
    return Problem(stops=(*near, far), vehicles=vans, matrices={"car": Matrix(table)}, depots=kitchens)


def test_stops_go_to_the_nearest_kitchen() -> None:
    assert depots(two_kitchens(), None, 0, quiet) == {1: 0, 2: 0, 3: 0, 4: 3}


def test_a_full_kitchen_leaves_some_to_the_other() -> None:
    homes = depots(two_kitchens(capacity=(2, 9)), None, 0, quiet)

    assert sorted(homes.values()) == [0, 0, 3, 3]


def test_kitchens_cook_only_what_they_can() -> None:
    assert depots(two_kitchens(depot_skills=frozenset({3})), None, 0, quiet) == {1: 3, 2: 3, 3: 3, 4: 3}


def test_where_not_all_can_be_had_the_important_ones_come_first() -> None:
    problem = two_kitchens(capacity=(1, 1))
    must, *others = problem.stops
    homes = depots(replace(problem, stops=(replace(must, must_serve=True), *others)), None, 0, quiet)

    assert len(homes) == 2
    assert must.id in homes


def test_a_locked_stop_loads_where_its_vehicle_does() -> None:
    problem = two_kitchens()
    bound = replace(problem.vehicles[1], steps=(Step(1, locked=True),))

    assert depots(replace(problem, vehicles=(problem.vehicles[0], bound)), None, 0, quiet)[1] == 3


def test_a_town_is_shared_out_completely_and_repeatably() -> None:
    problem = town(1, stops=60, depots=3, capacity=22)
    homes = depots(problem, None, 4, quiet)

    assert len(homes) == 60
    assert max(list(homes.values()).count(place) for place in range(3)) <= 22
    assert homes == depots(problem, None, 4, quiet)


MORNING, NOON = TimeWindow(36_000, 40_000), TimeWindow(39_000, 45_000)


def test_a_driver_gets_no_two_routes_at_once() -> None:
    duties = (Duty(id=1, span=MORNING), Duty(id=2, span=NOON))
    people = (Driver(id=7, shift=TimeWindow(30_000, 50_000)),)

    assert len(drivers(duties, people, None, 0, quiet)) == 1


def test_routes_go_to_familiar_faces_within_their_shift() -> None:
    duties = (Duty(id=1, span=MORNING), Duty(id=2, span=NOON))
    people = (
        Driver(id=7, shift=TimeWindow(30_000, 50_000), familiar={2: 600}),
        Driver(id=8, shift=TimeWindow(30_000, 50_000), familiar={1: 300}),
        Driver(id=9, shift=TimeWindow(44_000, 50_000), familiar={1: 9_000}),
    )

    assert drivers(duties, people, None, 0, quiet) == {1: 8, 2: 7}


def test_of_equals_the_less_tired_drives() -> None:
    people = tuple(Driver(id=n, shift=TimeWindow(0, 50_000), tired=n) for n in (7, 8))

    assert drivers((Duty(id=1, span=NOON),), people, None, 0, quiet) == {1: 7}


def test_a_route_that_nobody_may_drive_has_no_driver() -> None:
    people = (Driver(id=7, shift=TimeWindow(0, 50_000)),)

    assert drivers((Duty(id=1, span=NOON, skills=frozenset({1})),), people, None, 0, quiet) == {}
