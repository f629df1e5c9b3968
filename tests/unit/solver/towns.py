"""Small towns with shared doors, ride limits and reloads, for the engines."""

from random import Random

import numpy as np

from solver.problem import Costs, Depot, Matrix, Problem, Stop, TimeWindow, Vehicle


def town(seed: int = 1, *, stops: int = 40, depots: int = 1, capacity: int | None = None) -> Problem:
    """Doors on a grid of 100 × 100; e-bikes that may reload; half-hour or open windows; one hour of ride."""
    rng = Random(seed)
    kitchens = [(rng.randint(20, 80), rng.randint(20, 80)) for _ in range(depots)]
    doors = [(rng.randint(0, 100), rng.randint(0, 100)) for _ in range(stops // 2)]
    points = kitchens + doors
    table = np.array([[8 * (abs(a - c) + abs(b - d)) for c, d in points] for a, b in points])
    people = []
    for number in range(1, stops + 1):
        opens = rng.choice((37_800, 39_600, 41_400))
        windows = (TimeWindow(opens, opens + 1_800),) if rng.random() < 0.4 else (TimeWindow(37_800, 45_000),)
        people.append(
            Stop(
                id=number,
                location=depots + rng.randrange(len(doors)),
                setup=60,
                service=rng.choice((60, 90)),
                delivery=(1,),
                time_windows=windows,
                max_ride=3_600,
                release=36_600,
            )
        )
    bikes = tuple(
        Vehicle(
            id=number,
            start=number % depots,
            end=number % depots,
            capacity=(8,),
            shift=TimeWindow(36_000, 47_700),
            costs=Costs(fixed=600),
            max_trips=4,
            load_duration=300,
        )
        for number in range(1, 2 + stops // 8)
    )
    listed = tuple(Depot(location=at, capacity=(capacity,)) for at in range(depots)) if capacity is not None else ()
    return Problem(stops=tuple(people), vehicles=bikes, matrices={"car": Matrix(table)}, depots=listed)
