"""What a breakdown on the road means for the routing problem: food that changes vehicles, food that must be cooked again. Pure.

Like the other alterations of a draft's ground they are small mappings, made again whenever the ground is built anew:

``{"kind": "rescue", "vehicle": code, "kitchen": code, "at": order, "ready_s": n, "eat_by_s": n, "aboard": [[order, latest], …]}``
    The food aboard changes vehicles where the broken one stands: that vehicle begins there, no earlier than it can be there, and only
    it can bring that food. Its clock is still running: each door has the latest moment that the first loading leaves.
``{"kind": "cook-again", "orders": [order, …], "release_s": n, "kitchen": code, "lost": [amount, …]}``
    The food aboard is lost. The kitchen cooks again what it can, ready at ``release_s``; what it lost counts against its capacity.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from mealroute.orders.records import BookLineId
from mealroute.planning.records import Batch, PlanInput, PlannedVehicle
from solver.problem import Depot, Problem, Stop, TimeWindow

RESCUE, COOK_AGAIN = "rescue", "cook-again"
KINDS: Final = frozenset({RESCUE, COOK_AGAIN})
FOOD_ABOARD: Final = 2
"""The skill of the vehicle that has taken over the food: nobody else can bring it."""

Orders = Mapping[BookLineId, int]


def applied(given: PlanInput, orders: Orders, alterations: Iterable[Mapping[str, Any]]) -> PlanInput:
    """The input after every mishap among the alterations, in turn. Orders that are no longer in the book are passed over."""
    for each in alterations:
        if each["kind"] == RESCUE:
            given = _rescued(given, orders, each)
        elif each["kind"] == COOK_AGAIN:
            given = _cooked_again(given, orders, each)
    return given


def _stops_of(given: PlanInput, orders: Orders) -> dict[int, int]:
    return {orders[line]: stop.number for stop in given.built.stops for line in stop.lines}


def _rescued(given: PlanInput, orders: Orders, what: Mapping[str, Any]) -> PlanInput:
    problem, known = given.built.problem, _stops_of(given, orders)
    latest = {known[order]: until for order, until in what["aboard"] if order in known}
    rescuer = next((v for v in given.built.vehicles if v.vehicle_code == what["vehicle"]), None)
    if not latest or rescuer is None:
        return given
    place = problem.stop(known.get(what["at"], next(iter(latest)))).location
    stops = tuple(_aboard(stop, latest[stop.id]) if stop.id in latest else stop for stop in problem.stops)
    vehicles = tuple(
        replace(
            vehicle, start=place, skills=vehicle.skills | {FOOD_ABOARD}, max_trips=1, steps=(),
            shift=TimeWindow(min(max(what["ready_s"], vehicle.shift.earliest), vehicle.shift.latest), vehicle.shift.latest),
        )
        if vehicle.id == rescuer.number
        else vehicle
        for vehicle in problem.vehicles
    )  # fmt: skip
    home = next((d for v, p in _pairs(given) if p.kitchen_code == what["kitchen"] and (d := problem.depot_at(v))), None)
    aboard = [stop for stop in stops if stop.id in latest]
    load = tuple(sum(amounts) for amounts in zip(*(stop.delivery for stop in aboard), strict=True))
    depots = problem.depots
    if problem.depot_at(place) is None:
        depots = (
            *depots,
            Depot(location=place, capacity=load, skills=home.skills if home is not None else frozenset()),
        )
    changed = Problem(stops=stops, vehicles=vehicles, matrices=problem.matrices, depots=depots)
    batch = Batch(cooked_s=rescuer.batches[0].cooked_s, ready_s=0, eat_by_s=what["eat_by_s"])
    planned = tuple(
        replace(v, kitchen_code=what["kitchen"], batches=(batch,)) if v.number == rescuer.number else v
        for v in given.built.vehicles
    )
    return replace(given, built=replace(given.built, problem=changed, vehicles=planned))


def _pairs(given: PlanInput) -> Iterable[tuple[int | None, PlannedVehicle]]:
    starts = {vehicle.id: vehicle.start for vehicle in given.built.problem.vehicles}
    return [(starts[planned.number], planned) for planned in given.built.vehicles]


def _aboard(stop: Stop, latest: int) -> Stop:
    windows = stop.time_windows or (TimeWindow(),)
    kept = tuple(TimeWindow(w.earliest, min(w.latest, latest)) for w in windows if w.earliest <= latest)
    missed = (TimeWindow(max(0, latest), max(0, latest)),)
    return replace(stop, release=0, skills=stop.skills | {FOOD_ABOARD}, time_windows=kept or missed)


def _cooked_again(given: PlanInput, orders: Orders, what: Mapping[str, Any]) -> PlanInput:
    problem, known = given.built.problem, _stops_of(given, orders)
    again = {known[order] for order in what["orders"] if order in known}
    stops = tuple(
        replace(stop, release=max(stop.release, what["release_s"])) if stop.id in again else stop for stop in problem.stops
    )  # fmt: skip
    places = {start for start, planned in _pairs(given) if planned.kitchen_code == what["kitchen"]}
    depots = tuple(_less(depot, what["lost"]) if depot.location in places else depot for depot in problem.depots)
    changed = Problem(stops=stops, vehicles=problem.vehicles, matrices=problem.matrices, depots=depots)
    return replace(given, built=replace(given.built, problem=changed))


def _less(depot: Depot, lost: Iterable[int]) -> Depot:
    if depot.capacity is None:
        return depot
    left = tuple(max(0, most - gone) for most, gone in zip(depot.capacity, lost, strict=True))
    return replace(depot, capacity=left)
