"""Cutting a problem into parts that can be solved on their own, and putting their answers together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from random import Random

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


def neighbourhoods(problem: Problem, sequences: Sequences, count: int, turn: int, rng: Random) -> list[Problem]:
    """Cut the problem into ``count`` parts of vehicles that drive near each other, another cut at each call.

    Used vehicles are lined up by how far they are from a random one's opposite and cut into equal shares of stops;
    unused ones are dealt out. Whatever a depot has left goes to one part, in turn.
    """
    used = sorted(vehicle for vehicle, trips in sequences.items() if any(trips))
    count = min(count, len(used))
    if count < 2:
        return [problem]
    order = _lined_up(problem, sequences, used, rng)
    groups: list[set[int]] = [set() for _ in range(count)]
    served: list[set[int]] = [set() for _ in range(count)]
    total, seen = sum(len(trip) for trips in sequences.values() for trip in trips), 0
    for vehicle in order:
        stops = [stop for trip in sequences[vehicle] for stop in trip]
        at = min(count - 1, count * (seen + len(stops) // 2) // max(1, total))
        groups[at].add(vehicle)
        served[at].update(stops)
        seen += len(stops)
    for number, vehicle_id in enumerate(v.id for v in problem.vehicles if v.id not in set(used)):
        groups[(number + turn) % count].add(vehicle_id)
    _deal_out(problem, groups, served, turn)
    whole = loaded(problem, sequences)
    parts = []
    for at, (vehicles, stops_here) in enumerate(zip(groups, served, strict=True)):
        mine = loaded(problem, {v: sequences[v] for v in vehicles if v in sequences})
        elsewhere: dict[int, tuple[int, ...]] = {}
        for depot in problem.depots:
            if depot.capacity is not None:
                here = mine.get(depot.location, [0] * problem.dimensions)
                all_ = whole.get(depot.location, [0] * problem.dimensions)
                others = tuple(a - h for a, h in zip(all_, here, strict=True))
                spare = tuple(c - h for c, h in zip(depot.capacity, here, strict=True))
                elsewhere[depot.location] = others if at == turn % count else spare
        if vehicles and stops_here:
            parts.append(part(problem, stops_here, vehicles, elsewhere))
    return parts


def _lined_up(problem: Problem, sequences: Sequences, used: list[int], rng: Random) -> list[int]:
    middle = {}
    for vehicle in used:
        stops = [stop for trip in sequences[vehicle] for stop in trip]
        middle[vehicle] = problem.stop(stops[len(stops) // 2]).location
    table = next(iter(problem.matrices.values())).durations

    def apart(one: int, other: int) -> int:
        return int(table[middle[one], middle[other]]) + int(table[middle[other], middle[one]])

    pivot = rng.choice(used)
    pole = max(used, key=lambda vehicle: (apart(pivot, vehicle), vehicle))
    return sorted(used, key=lambda vehicle: (apart(pole, vehicle), vehicle))


def _deal_out(problem: Problem, groups: list[set[int]], served: list[set[int]], turn: int) -> None:
    """Give stops that nobody serves to a part, another one each time; locked ones to the part of their vehicle."""
    owner = {stop: vehicle.id for vehicle in problem.vehicles for stop in vehicle.locked}
    out = {stop.id for stop in problem.stops}.difference(*served)
    for number, stop in enumerate(sorted(out)):
        at = (number + turn) % len(groups)
        if stop in owner:
            at = next((g for g, vehicles in enumerate(groups) if owner[stop] in vehicles), at)
        served[at].add(stop)


def merged(answers: Iterable[Sequences]) -> Sequences:
    """The answers of parts as one; each vehicle is in one part only."""
    whole: dict[int, tuple[tuple[int, ...], ...]] = {}
    for answer in answers:
        whole.update(answer)
    return whole
