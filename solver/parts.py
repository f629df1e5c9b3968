"""Cutting a problem into parts that can be solved on their own, and putting their answers together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from solver.options import Sequences
from solver.problem import Depot, Problem


def part(
    problem: Problem, stops: Collection[int], vehicles: Collection[int], loaded_elsewhere: Mapping[int, tuple[int, ...]]
) -> Problem:
    """The problem of these stops and vehicles alone, by id.

    ``loaded_elsewhere`` is what is not to be loaded here, by location of the depot: it is taken off the capacities.
    Locked stops of the vehicles must be among the stops or be served by nobody.
    """
    kept = []
    for stop in problem.stops:
        if stop.id in stops:
            known = {vehicle: seconds for vehicle, seconds in stop.familiarity.items() if vehicle in vehicles}
            kept.append(replace(stop, familiarity=known) if len(known) < len(stop.familiarity) else stop)
    fleet = [
        replace(v, steps=tuple(step for step in v.steps if step.stop is None or step.stop in stops))
        for v in problem.vehicles
        if v.id in vehicles
    ]
    depots = [_less(depot, loaded_elsewhere.get(depot.location)) for depot in problem.depots]
    return Problem(stops=tuple(kept), vehicles=tuple(fleet), matrices=problem.matrices, depots=tuple(depots))


def _less(depot: Depot, taken: tuple[int, ...] | None) -> Depot:
    if depot.capacity is None or taken is None:
        return depot
    left = tuple(max(0, most - amount) for most, amount in zip(depot.capacity, taken, strict=True))
    return replace(depot, capacity=left)


def loaded(problem: Problem, sequences: Sequences) -> dict[int, list[int]]:
    """What the plan loads at each start, by location."""
    total: dict[int, list[int]] = {}
    for vehicle_id, trips in sequences.items():
        place = problem.vehicle(vehicle_id).start
        if place is None:
            continue
        amounts = total.setdefault(place, [0] * problem.dimensions)
        for trip in trips:
            for stop in trip:
                for k, amount in enumerate(problem.stop(stop).delivery):
                    amounts[k] += amount
    return total


def by_depot(problem: Problem, home: Mapping[int, int]) -> list[Problem]:
    """One part for each place where vehicles start; ``home`` says from where each stop is served."""
    parts = []
    for place in sorted({vehicle.start for vehicle in problem.vehicles if vehicle.start is not None}):
        vehicles = {vehicle.id for vehicle in problem.vehicles if vehicle.start == place}
        stops = {stop for stop, at in home.items() if at == place}
        if stops:
            parts.append(part(problem, stops, vehicles, {}))
    return parts


def merged(answers: Iterable[Sequences]) -> Sequences:
    """The answers of parts as one; each vehicle is in one part only."""
    whole: dict[int, tuple[tuple[int, ...], ...]] = {}
    for answer in answers:
        whole.update(answer)
    return whole
