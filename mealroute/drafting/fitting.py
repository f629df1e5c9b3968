"""Which of the unassigned could be placed at once, and where, without breaking anything. Pure.

Asked after every change of the board, so what an earlier answer still says is not looked for again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mealroute.drafting import build
from mealroute.drafting.evaluate import Evaluation, looks
from mealroute.drafting.placing import closed, near
from solver import parts
from solver.construct import start_from
from solver.construct_state import State

FEW = 4
"""Up to so many stops are tried on the routes around them first; more of them are tried everywhere in one go."""


@dataclass(frozen=True, slots=True)
class Known:
    """An earlier answer: the stop → vehicle that it found, for everything that was unassigned then and was looked at."""

    at: Evaluation
    fits: Mapping[int, int]
    asked: frozenset[int]


def fitting(now: Evaluation, stops: Sequence[int], known: Known | None = None) -> dict[int, int]:
    """For each of the stops a vehicle that could take it at once without breaking anything, where there is one.

    ``known`` spares looking at routes that are as they were: a stop that fitted nowhere can only fit where something changed.
    """
    found: dict[int, int] = {}
    rest = list(stops)
    if known is not None and rest and _comparable(known.at, now):
        touched = _touched(known.at, now)
        found = {s: v for s, v in known.fits.items() if s in rest and v not in touched}
        nowhere = [stop for stop in rest if stop in known.asked and stop not in known.fits]
        found |= _tried(now, nowhere, touched)
        rest = [stop for stop in rest if stop not in found and stop not in nowhere]
    if len(rest) <= FEW:
        for stop in rest:
            found |= _tried(now, [stop], near(now.given.built.problem, now.arrangement, stop))
        rest = [stop for stop in rest if stop not in found]
    return found | _tried(now, rest, None)


def _comparable(then: Evaluation, now: Evaluation) -> bool:
    """Same ground and drivers, and no kitchen has more left to give than it had: that would open routes that did not change."""
    if then.ground is not now.ground or then.arrangement.drivers != now.arrangement.drivers:
        return False
    problem = now.given.built.problem
    had, has = (
        parts.loaded(problem, {route.vehicle: route.trips for route in each.arrangement.routes}) for each in (then, now)
    )
    nothing = [0] * problem.dimensions
    return not any(
        more > less
        for depot in problem.depots
        if depot.capacity is not None
        for more, less in zip(had.get(depot.location, nothing), has.get(depot.location, nothing), strict=True)
    )


def _touched(then: Evaluation, now: Evaluation) -> set[int]:
    """Vehicles that are arranged otherwise, or that have become open or closed to a search."""
    before, after = looks(then.arrangement), looks(now.arrangement)
    return {v for v in before.keys() | after.keys() if before.get(v) != after.get(v)} | (closed(then) ^ closed(now))


def _tried(now: Evaluation, stops: Sequence[int], vehicles: Collection[int] | None) -> dict[int, int]:
    """The cheapest whole place of each stop on some of the vehicles, or on all of them."""
    if not stops or (vehicles is not None and not vehicles):
        return {}
    problem = now.given.built.problem
    frozen = closed(now)
    if vehicles is not None:
        frozen |= {vehicle.id for vehicle in problem.vehicles if vehicle.id not in vehicles}
    part = build.open_part(problem, now.arrangement, frozen, build.returns(now.arrangement, now.plan))
    wanted = [stop for stop in stops if part is not None and part.has_stop(stop)]
    if part is None or not wanted:
        return {}
    state = State(part)
    start_from(state, build.sequences(now.arrangement, without=frozen))
    index = {stop.id: i for i, stop in enumerate(part.stops)}
    found = {}
    for stop in wanted:
        place = state.best(index[stop]) if index[stop] in state.unassigned else None
        if place is not None:
            found[stop] = part.vehicles[place.vehicle].id
    return found
