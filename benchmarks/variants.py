"""Towns with one more rule each: breaks, too few vehicles, two compartments, limited kitchens, locks, and a large one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Final

from benchmarks.town import town
from solver.construct import construct
from solver.problem import Break, Depot, Problem, Step, Stop, TimeWindow

MIDDLE: Final = 300
SEED: Final = 2026


def breaks(seed: int = SEED) -> Problem:
    """Everybody rests twenty minutes at some time between 11:00 and 12:30."""
    given = town(seed, MIDDLE)
    rest = Break(id=1, time_windows=(TimeWindow(39_600, 45_000),), service=1_200)
    return replace(given, vehicles=tuple(replace(vehicle, breaks=(rest,)) for vehicle in given.vehicles))


def short(seed: int = SEED) -> Problem:
    """Three vehicles of ten are missing; one stop in twenty must be served, the others have priorities."""
    given, rng = town(seed, MIDDLE), Random(seed)
    stops = tuple(
        replace(stop, must_serve=rng.random() < 0.05, priority=rng.choice((0, 0, 0, 10, 40))) for stop in given.stops
    )
    kept = tuple(vehicle for number, vehicle in enumerate(given.vehicles) if number % 10 < 7)
    fewer = tuple(replace(vehicle, max_trips=1) for vehicle in kept)
    return replace(given, stops=stops, vehicles=fewer)


def compartments(seed: int = SEED) -> Problem:
    """Hot and cold boxes, each in its own compartment."""
    given, rng = town(seed, MIDDLE), Random(seed)
    stops = tuple(
        replace(stop, delivery=rng.choice(((1, 0), (1, 0), (1, 1), (0, 1), (2, 1))), pickup=()) for stop in given.stops
    )
    vehicles = tuple(
        replace(vehicle, capacity=(vehicle.capacity[0], vehicle.capacity[0] // 2)) for vehicle in given.vehicles
    )
    return replace(given, stops=stops, vehicles=vehicles)


def depots(seed: int = SEED) -> Problem:
    """Three kitchens that together cook little more than is ordered; only two of them cook halal."""
    given, rng = town(seed, MIDDLE, kitchens=3), Random(seed)
    share = -(-MIDDLE * 36 // 100)
    kitchens = tuple(Depot(location=at, capacity=(share,), skills=frozenset({1} if at < 2 else ())) for at in range(3))
    stops = tuple(replace(stop, depot_skills=frozenset({1} if rng.random() < 0.1 else ())) for stop in given.stops)
    return replace(given, stops=stops, depots=kitchens)


def locks(seed: int = SEED) -> Problem:
    """One stop in five keeps the vehicle and the order that a first plan gave it."""
    given, rng = town(seed, MIDDLE), Random(seed)
    plan = construct(given, repairs=0)
    vehicles = []
    for vehicle in given.vehicles:
        route = plan.route_of(vehicle.id)
        chosen = [stop for stop in route.stops if rng.random() < 0.2] if route is not None else []
        vehicles.append(replace(vehicle, steps=tuple(Step(stop, locked=True) for stop in chosen)))
    return replace(given, vehicles=tuple(vehicles))


def large(seed: int = SEED) -> Problem:
    return town(seed, 3_000, kitchens=3)


def of_600(seed: int = SEED) -> Problem:
    return town(seed, 600)


def of_2000(seed: int = SEED) -> Problem:
    return town(seed, 2_000, kitchens=2)


VARIANTS: Final[dict[str, Callable[[], Problem]]] = {
    "breaks": breaks,
    "short": short,
    "compartments": compartments,
    "depots": depots,
    "locks": locks,
    "3000": large,
    "600": of_600,
    "2000": of_2000,
}
"""Named ``variant/…`` in the table."""


def without_ride(problem: Problem) -> Problem:
    """The same with no limit on how long the food rides, for engines that cannot state one."""
    stops: tuple[Stop, ...] = tuple(replace(stop, max_ride=None) for stop in problem.stops)
    return replace(
        problem, stops=stops, vehicles=tuple(replace(vehicle, max_ride=None) for vehicle in problem.vehicles)
    )
