"""What a whole problem must satisfy, beyond what each of its parts checks at birth."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from solver.problem import Depot, ProblemError, Stop, Vehicle

if TYPE_CHECKING:
    from solver.problem import Problem


def pad_amounts(
    stops: tuple[Stop, ...], vehicles: tuple[Vehicle, ...], depots: tuple[Depot, ...]
) -> tuple[tuple[Stop, ...], tuple[Vehicle, ...], int]:
    """Give every amount the same length; a missing one becomes zeros. Refuses two different lengths."""
    size = next((len(v.capacity) for v in vehicles if v.capacity), 0)
    for vehicle in vehicles:
        _same_length(vehicle.capacity, size, "capacity", vehicle.id, "vehicle")
    for stop in stops:
        _same_length(stop.delivery, size, "delivery", stop.id, "job")
        _same_length(stop.pickup, size, "pickup", stop.id, "job")
    for depot in depots:
        if depot.capacity is not None and len(depot.capacity) != size:
            _same_length(depot.capacity or (0,) * (size + 1), size, "capacity", depot.location, "depot")
    zeros = (0,) * size
    padded = tuple(
        stop
        if stop.delivery and stop.pickup
        else replace(stop, delivery=stop.delivery or zeros, pickup=stop.pickup or zeros)
        for stop in stops
    )
    return padded, tuple(v if v.capacity else replace(v, capacity=zeros) for v in vehicles), size


def _same_length(amounts: tuple[int, ...], size: int, key: str, id: int, kind: str) -> None:
    if amounts and len(amounts) != size:
        why = f"has {len(amounts)} amounts where the first vehicle's capacity has {size}"
        raise ProblemError(key, id, why if size else "has amounts, but no vehicle has a capacity", kind=kind)


def check_problem(problem: "Problem") -> None:
    """Ids, profiles, indices, steps and familiarity agree with one another."""
    if not problem.vehicles:
        raise ProblemError("vehicles", None, "at least one vehicle is needed")
    _distinct((stop.id for stop in problem.stops), "job")
    _distinct((vehicle.id for vehicle in problem.vehicles), "vehicle")
    _distinct((depot.location for depot in problem.depots), "depot")
    _check_matrices(problem)
    _check_steps(problem)
    for stop in problem.stops:
        for vehicle_id in stop.familiarity:
            if not problem.has_vehicle(vehicle_id):
                raise ProblemError(
                    "familiarity", stop.id, f"names vehicle {vehicle_id}, which is not there", kind="job"
                )


def _distinct(ids: Iterable[int], kind: str) -> None:
    seen: set[int] = set()
    for one in ids:
        if one in seen:
            raise ProblemError("location_index" if kind == "depot" else "id", one, "is given twice", kind=kind)
        seen.add(one)


def _check_matrices(problem: "Problem") -> None:
    for vehicle in problem.vehicles:
        if vehicle.profile not in problem.matrices:
            raise ProblemError("profile", vehicle.id, f"matrices has no {vehicle.profile!r}", kind="vehicle")
        matrix = problem.travel(vehicle)
        if matrix.distances is None:
            for key, used in (
                ("max_distance", vehicle.max_distance is not None),
                ("costs.per_km", vehicle.costs.per_km),
            ):
                if used:
                    why = f"needs distances in the matrix of profile {vehicle.profile!r}"
                    raise ProblemError(key, vehicle.id, why, kind="vehicle")
    used_profiles = {vehicle.profile for vehicle in problem.vehicles}
    size = min(problem.matrices[profile].size for profile in used_profiles)
    for vehicle in problem.vehicles:
        for key, location in (("start_index", vehicle.start), ("end_index", vehicle.end)):
            _in_range(location, size, key, vehicle.id, "vehicle")
    for stop in problem.stops:
        _in_range(stop.location, size, "location_index", stop.id, "job")
    for depot in problem.depots:
        _in_range(depot.location, size, "location_index", depot.location, "depot")


def _in_range(location: int | None, size: int, key: str, id: int, kind: str) -> None:
    if location is not None and location >= size:
        raise ProblemError(key, id, f"is {location}, but the matrix has {size} rows", kind=kind)


def _check_steps(problem: "Problem") -> None:
    owner: dict[int, int] = {}
    for vehicle in problem.vehicles:
        for step in vehicle.steps:
            if step.stop is None:
                continue
            if not problem.has_stop(step.stop):
                raise ProblemError("steps", vehicle.id, f"names job {step.stop}, which is not there", kind="vehicle")
            if step.stop in owner:
                why = f"names job {step.stop}, which is already in the steps of vehicle {owner[step.stop]}"
                raise ProblemError("steps", vehicle.id, why, kind="vehicle")
            owner[step.stop] = vehicle.id
