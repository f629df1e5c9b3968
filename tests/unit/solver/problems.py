"""Small random problems that use every key, for the laws that hold for all of them."""

from random import Random

import numpy as np

from solver.problem import Break, Costs, Depot, Matrix, Problem, Step, Stop, TimeWindow, Vehicle


def windows(rng: Random, horizon: int, most: int = 2) -> tuple[TimeWindow, ...]:
    found = []
    for _ in range(rng.randint(0, most)):
        first = rng.randrange(horizon)
        found.append(TimeWindow(first, min(horizon, first + rng.randrange(horizon // 3))))
    return tuple(found)


def matrix(rng: Random, size: int, longest: int) -> Matrix:
    table = np.array([[0 if i == j else rng.randint(0, longest) for j in range(size)] for i in range(size)])
    return Matrix(table, table * 10 + 1)


def maybe(rng: Random, chance: float, value: int | None) -> int | None:
    return value if rng.random() < chance else None


def stop(
    rng: Random, number: int, size: int, horizon: int, vehicles: int, dimensions: int, *, depot_skills: bool
) -> Stop:
    return Stop(
        id=number,
        location=rng.randrange(size),
        setup=rng.choice((0, 0, 2)),
        service=rng.choice((0, 1, 3)),
        delivery=tuple(rng.randint(0, 2) for _ in range(dimensions)),
        pickup=tuple(rng.choice((0, 0, 1)) for _ in range(dimensions)),
        skills=frozenset(rng.choice(((), (), (), (), (7,)))),
        priority=rng.choice((0, 0, 5)),
        time_windows=windows(rng, horizon),
        max_ride=maybe(rng, 0.4, rng.randint(0, horizon // 2)),
        release=rng.choice((0, 0, rng.randrange(horizon // 2))),
        must_serve=rng.random() < 0.2,
        depot_skills=frozenset({3} if depot_skills and rng.random() < 0.3 else ()),
        familiarity={rng.randint(1, vehicles): rng.randint(0, 9)} if rng.random() < 0.3 else {},
    )


def vehicle(rng: Random, number: int, size: int, horizon: int, dimensions: int) -> Vehicle:
    start = maybe(rng, 0.85, rng.randrange(min(2, size)))
    first = rng.randrange(horizon // 3)
    return Vehicle(
        id=number,
        profile=rng.choice(("car", "bike")),
        start=start,
        end=maybe(rng, 0.7, rng.randrange(size)) if start is not None else rng.randrange(size),
        capacity=tuple(rng.randint(1, 6) for _ in range(dimensions)),
        skills=frozenset(rng.choice(((), (7,), (7, 8)))),
        shift=TimeWindow(first, min(horizon, first + rng.randint(horizon // 3, horizon))),
        speed_factor=rng.choice((1.0, 1.0, 0.8, 2.0)),
        max_tasks=maybe(rng, 0.2, rng.randint(1, 4)),
        max_travel_time=maybe(rng, 0.2, rng.randint(0, horizon)),
        max_distance=maybe(rng, 0.2, rng.randint(0, horizon * 10)),
        costs=Costs(rng.choice((0, 5)), rng.choice((3600, 1000)), rng.choice((0, 700))),
        breaks=tuple(
            Break(id=b, time_windows=windows(rng, horizon), service=rng.randint(0, 4))
            for b in range(rng.choice((0, 0, 0, 1, 2)))
        ),
        max_ride=maybe(rng, 0.2, rng.randint(0, horizon)),
        max_trips=rng.randint(1, 3) if start is not None else 1,
        load_duration=rng.choice((0, 0, 2)),
        max_duration=maybe(rng, 0.3, rng.randint(1, horizon)),
    )


def problem(
    seed: int, *, stops: int = 6, vehicles: int = 3, horizon: int = 40, longest: int = 6, steps: bool = True
) -> Problem:
    """A small problem; the same seed gives the same one."""
    rng = Random(seed)
    size, dimensions = rng.randint(2, 5), rng.choice((0, 1, 2))
    fleet = [vehicle(rng, n, size, horizon, dimensions) for n in range(1, rng.randint(1, vehicles) + 1)]
    listed = rng.random() < 0.4
    places = [
        stop(rng, n, size, horizon, len(fleet), dimensions, depot_skills=listed)
        for n in range(1, rng.randint(1, stops) + 1)
    ]
    if steps and rng.random() < 0.4:
        ids = [s.id for s in places]
        rng.shuffle(ids)
        chosen = [Step(i, locked=rng.random() < 0.5) for i in ids[: rng.randint(1, 3)]]
        index = rng.randrange(len(fleet))
        values = {f: getattr(fleet[index], f) for f in fleet[index].__slots__}
        fleet[index] = Vehicle(**(values | {"steps": tuple(chosen)}))
    depots: tuple[Depot, ...] = ()
    if listed:
        capacity = tuple(rng.randint(2, 6) for _ in range(dimensions)) if dimensions and rng.random() < 0.6 else None
        depots = (Depot(location=0, capacity=capacity, skills=frozenset({3})),)
    return Problem(
        stops=tuple(places),
        vehicles=tuple(fleet),
        matrices={"car": matrix(rng, size, longest), "bike": matrix(rng, size, longest)},
        depots=depots,
    )
