"""What PyVRP's model can state: its engine works on those problems only, and says which key stands in the way.

PyVRP (Wouda, Lan and Kool, INFORMS Journal on Computing 36, 2024) knows windows, loads, mixed fleets, several depots,
reloading and releases, but no ride limit, no break and no order that binds. Nothing here imports it.
"""

from __future__ import annotations

from enum import StrEnum

from solver.options import Sequences
from solver.ortools_nodes import cost_unit, penalties, span
from solver.problem import Problem, Vehicle

MOST_PRIZE = 2**48
MOST_COST = 2**58
"""What prizes and the cost of any solution stay below, so that no sum of them overflows."""
MOST_TABLE_BYTES = 2**30
"""What all matrices together may take."""


class Measure(StrEnum):
    """What the distance matrix of a vehicle holds, for PyVRP puts a price on distance."""

    SECONDS = "seconds"
    METRES = "metres"
    COST = "cost"


class Setup(StrEnum):
    """Where the setup of a stop is put: it applies on arriving from another place only."""

    SERVICE = "service"
    WAY = "way"
    NARROW = "narrow"


def measure(vehicle: Vehicle) -> Measure:
    """Seconds or metres where only these cost, so that their limit can be stated as well; else the cost itself."""
    if vehicle.costs.per_hour and vehicle.costs.per_km:
        return Measure.COST
    if vehicle.costs.per_km or (not vehicle.costs.per_hour and vehicle.max_distance is not None):
        return Measure.METRES
    return Measure.SECONDS


def setups(problem: Problem) -> tuple[Setup, ...]:
    """For each stop, how its setup is told.

    Alone at its place, setup always applies and is part of the service. Where others are, it becomes part of every way
    that leads there from elsewhere, and the clock is read after it; that is exact as long as there is no window.
    With one, a stop that follows another at the door would need a window of its own: the stop's is narrowed by the
    setup, from either side, so that plans stay valid but some are not seen.
    """
    at: dict[int, int] = {}
    for stop in problem.stops:
        at[stop.location] = at.get(stop.location, 0) + 1
    for start in {vehicle.start for vehicle in problem.vehicles if vehicle.start is not None}:
        at[start] = at.get(start, 0) + 1
    return tuple(
        Setup.SERVICE if stop.setup == 0 or at[stop.location] == 1 else Setup.NARROW if stop.time_windows else Setup.WAY
        for stop in problem.stops
    )


def kinds(problem: Problem) -> int:
    """How many pairs of matrices the model needs."""
    return len({table_key(problem, vehicle) for vehicle in problem.vehicles})


def table_key(problem: Problem, vehicle: Vehicle) -> tuple[object, ...]:
    """Vehicles with equal keys share their matrices."""
    kind = measure(vehicle)
    rate = (vehicle.costs.per_hour, vehicle.costs.per_km) if kind is Measure.COST else None
    return vehicle.profile, float(vehicle.speed_factor), kind, rate, able(problem, vehicle)


def able(problem: Problem, vehicle: Vehicle) -> tuple[bool, ...]:
    """For each stop, whether the vehicle and its depot have the skills."""
    depot = problem.depot_at(vehicle.start)
    offered = depot.skills if depot is not None else frozenset()
    return tuple(stop.skills <= vehicle.skills and stop.depot_skills <= offered for stop in problem.stops)


def hopeless(problem: Problem) -> frozenset[int]:
    """Ids of stops that no vehicle may serve, or that are released after their window: the model cannot hold them."""
    may = [any(column) for column in zip(*(able(problem, vehicle) for vehicle in problem.vehicles), strict=True)]
    return frozenset(
        stop.id
        for stop, someone in zip(problem.stops, may, strict=True)
        if not someone or any(stop.release > window.latest for window in stop.time_windows[-1:])
    )


def cost_bound(problem: Problem) -> int:
    """More than any solution costs, in `cost_unit`."""
    arc = 0
    for vehicle in problem.vehicles:
        matrix = problem.travel(vehicle)
        cost = 1000 * vehicle.costs.per_hour * int(matrix.durations.max())
        cost += 3600 * vehicle.costs.per_km * int(matrix.distances.max()) if matrix.distances is not None else 0
        arc = max(arc, cost)
    fixed = sum(3_600_000 * vehicle.costs.fixed for vehicle in problem.vehicles)
    return (arc * (2 * len(problem.stops) + len(problem.vehicles)) + fixed) // cost_unit(problem)


def prizes(problem: Problem) -> tuple[int, ...]:
    """What serving each stop is worth, in `cost_unit`: plans are ordered as the objective orders them."""
    return penalties(problem, cost_bound(problem))


def cannot(problem: Problem, first: Sequences | None = None, *, narrow: bool = False) -> str:
    """The key that PyVRP's model cannot state exactly, or '' if there is none.

    Where ``first`` serves every stop nothing needs to be left out, so priorities do not matter. With ``narrow``,
    setup at shared doors with windows is let pass: plans are then valid, but not all valid plans are seen.
    """
    return _vehicle_key(problem) or _stop_key(problem, narrow=narrow) or _size_key(problem, first)


def _vehicle_key(problem: Problem) -> str:
    count = len(problem.stops)
    for vehicle in problem.vehicles:
        if vehicle.breaks:
            return "breaks"
        if vehicle.locked:
            return "locked"
        if vehicle.max_tasks is not None and vehicle.max_tasks < count and vehicle.max_trips > 1:
            return "max_tasks"
        if vehicle.overwork_price:
            return "fair_work"
        kind = measure(vehicle)
        if vehicle.max_travel_time is not None and kind is not Measure.SECONDS:
            return "max_travel_time"
        if vehicle.max_distance is not None and kind is not Measure.METRES:
            return "max_distance"
    return ""


def _stop_key(problem: Problem, *, narrow: bool) -> str:
    begin, end = span(problem)
    for stop in problem.stops:
        if len(stop.time_windows) > 1:
            return "time_windows"
        if any(stop.familiarity.values()):
            return "familiarity"
        limits = [problem.ride_limit(stop, vehicle) for vehicle in problem.vehicles]
        if any(limit is not None and limit < end - begin for limit in limits):
            return "max_ride"
    for depot in problem.depots:
        if depot.capacity is not None:
            wanted = [sum(stop.delivery[k] for stop in problem.stops) for k in range(problem.dimensions)]
            if any(amount > most for amount, most in zip(wanted, depot.capacity, strict=True)):
                return "depots"
    return "setup" if not narrow and Setup.NARROW in setups(problem) else ""


def _size_key(problem: Problem, first: Sequences | None) -> str:
    if kinds(problem) * 16 * (len(problem.stops) + 2 * len(problem.vehicles)) ** 2 > MOST_TABLE_BYTES:
        return "skills"
    if cost_bound(problem) > MOST_COST:
        return "costs"
    served = sum(len(trip) for trips in (first or {}).values() for trip in trips)
    if served < len(problem.stops) and max(prizes(problem), default=0) > MOST_PRIZE:
        return "priority"
    return ""
