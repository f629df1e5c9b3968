"""The first plan: deterministic insertion, quick enough to be shown at once and to stand in for any engine.

Stops are inserted each at its cheapest place, in the order of a walk that starts at the farthest stop and always goes on
to the nearest one left: neighbours then come together and share a trip. Stops that few vehicles may serve come before
the others, who have the choice.

If some are left over, every vehicle is needed and the price of using one hardly counts any more. As many stops as found
no place, the least important, then wait for the others; where all are alike, the walk is taken backwards. Whatever is
still left over is given a place by taking its neighbourhood apart and building it anew, most important stops first.
"""

import time
from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

import numpy as np

from solver.construct_state import Snapshot, State
from solver.explain import fits_alone
from solver.options import Sequences, Trips
from solver.plan import Plan
from solver.problem import Problem

REPAIRS: Final = 100
"""Neighbourhoods taken apart at most while stops are left over; about 4 ms each at 600 stops."""

HOPELESS_REPAIRS: Final = 10
"""As many when no stop left over could be served even alone; it may still lie on the way of others."""

OPENING_SHARE: Final = 0.001
"""So much of the price of using a vehicle counts once stops are left over: enough to take the cheaper of two."""

CHOOSY: Final = (0.25, 0.5)
"""Stops that fewer than these shares of the vehicles may serve (as shares of the most that any stop may have) come first."""

MOST_TRIED: Final = 15
"""Of the stops left over, so many of the most important and of any others are tried in each neighbourhood."""


def construct(
    problem: Problem,
    *,
    deadline: float | None = None,
    seed: int = 0,
    warm_start: Plan | None = None,
    repairs: int = REPAIRS,
) -> Plan:
    """A plan that check accepts, stops that found no place with their reason.

    ``deadline`` is on time.monotonic(); without one the same problem and seed give the same plan. ``warm_start`` (else
    the vehicles' ``steps``) is kept as far as it can be driven.
    """
    return build(problem, deadline=deadline, seed=seed, warm_start=warm_start, repairs=repairs).plan()


def build(
    problem: Problem,
    *,
    deadline: float | None = None,
    seed: int = 0,
    warm_start: Plan | None = None,
    repairs: int = REPAIRS,
) -> State:
    """The same as a state, for engines that go on from it."""
    state = State(problem)
    start_from(state, sequences(warm_start) if warm_start is not None else steps(problem))
    begun = state.snapshot()
    order = choosy_first(state, walk(state, state.unassigned))
    fill(state, order)
    if any(fits_alone(problem, problem.stops[stop]) for stop in sorted(state.unassigned)):
        state.opening_share = OPENING_SHARE
        make_room(state, begun, order, seed=seed, deadline=deadline, repairs=repairs)
        state.opening_share = 1.0
    elif repairs:
        repair(state, Random(seed), deadline=deadline, rounds=min(repairs, HOPELESS_REPAIRS))
    top_up(state, deadline)
    return state


def sequences(plan: Plan) -> Sequences:
    """A plan as trips of stop ids by vehicle."""
    return {route.vehicle: tuple(trip for trip in route.trip_stops if trip) for route in plan.routes}


def steps(problem: Problem) -> Sequences:
    """The vehicles' ``steps`` as trips of stop ids; a reload step begins the next trip."""
    found: dict[int, Trips] = {}
    for vehicle in problem.vehicles:
        trips: list[list[int]] = [[]]
        for step in vehicle.steps:
            if step.stop is None:
                trips.append([])
            else:
                trips[-1].append(step.stop)
        if any(trips):
            found[vehicle.id] = tuple(tuple(trip) for trip in trips if trip)
    return found


def start_from(state: State, given: Sequences) -> None:
    """Take trips over as they are where they can be driven, else stop by stop, locked stops first."""
    problem, tables = state.problem, state.tables
    locked = {vehicle.id: (vehicle.locked,) for vehicle in problem.vehicles if vehicle.locked}
    for vehicle_id in locked | dict(given):
        if vehicle_id not in tables.vehicle_index:
            continue
        vehicle = tables.vehicle_index[vehicle_id]
        wanted = [[tables.index[stop] for stop in trip if stop in tables.index] for trip in given.get(vehicle_id, ())]
        bound = [tables.index[stop] for trip in locked.get(vehicle_id, ()) for stop in trip]
        inside = {stop for trip in wanted for stop in trip}
        once = len(inside) == sum(map(len, wanted)) and inside <= state.unassigned
        if once and inside >= set(bound) and _take(state, vehicle, [trip for trip in wanted if trip]):
            continue
        for stop in bound:
            _append(state, vehicle, stop)
        for stop in (stop for trip in wanted for stop in trip):
            if stop in state.unassigned:
                _append(state, vehicle, stop)


def _take(state: State, vehicle: int, trips: Sequence[Sequence[int]]) -> bool:
    stops = [stop for trip in trips for stop in trip]
    if not all(state.tables.allowed[stop, vehicle] for stop in stops):
        return False
    return state.has_depot_room(vehicle, stops) and state.can_drive(vehicle, trips) and state.replace(vehicle, trips)


def _append(state: State, vehicle: int, stop: int) -> None:
    """Behind the vehicle's last stop, else in a new trip, else at its cheapest place, else nowhere."""
    trips = [list(trip) for trip in state.trips[vehicle]]
    kept = state.snapshot()
    behind = [*trips[:-1], [*trips[-1], stop]] if trips else [[stop]]
    if _take(state, vehicle, behind) or _take(state, vehicle, [*trips, [stop]]):
        return
    state.restore(kept)
    others = np.arange(len(state.trips)) != vehicle
    place = state.best(stop, banned=others)
    if place is not None:
        state.insert(stop, place)


def walk(state: State, stops: Iterable[int]) -> list[int]:
    """An order in which neighbours follow each other: from the farthest stop always on to the nearest left."""
    chosen = np.array(sorted(stops), dtype=np.int64)
    if not chosen.size:
        return []
    places = np.array([state.tables.stops[stop].place for stop in chosen])
    distinct, at = np.unique(places, return_inverse=True)
    between = state.tables.seconds[0][np.ix_(distinct, distinct)].astype(np.float64)
    between += between.T
    ends = {v.start if v.start is not None else v.end for v in state.problem.vehicles}
    starts = sorted(place for place in ends if place is not None)
    reach = np.min([state.tables.seconds[0][start, distinct] for start in starts], axis=0)
    groups: list[list[int]] = [[] for _ in distinct]
    for stop, group in zip(chosen.tolist(), at.tolist(), strict=True):
        groups[group].append(stop)
    left = np.zeros(len(distinct))
    current = int(reach.argmax())
    order: list[int] = []
    for _ in distinct:
        order += groups[current]
        left[current] = np.inf
        current = int((between[current] + left).argmin())
    return order


def choosy_first(state: State, order: Iterable[int]) -> list[int]:
    """Stops that few vehicles may serve before those that many may; otherwise as given."""
    able = state.tables.allowed.sum(axis=1)
    most = able.max(initial=0)
    return sorted(order, key=lambda stop: sum(able[stop] >= share * most for share in CHOOSY))


def _rank(state: State, stop: int) -> tuple[bool, int]:
    value = state.problem.stops[stop]
    return not value.must_serve, -value.priority


def by_rank(state: State, order: Iterable[int]) -> list[int]:
    """Must-serve stops first, then by priority; otherwise as given."""
    return sorted(order, key=lambda stop: _rank(state, stop))


def fill(state: State, order: Iterable[int]) -> None:
    """Insert stops one after the other, each at its cheapest place."""
    for stop in order:
        place = state.best(stop)
        if place is not None:
            state.insert(stop, place)


def top_up(state: State, deadline: float | None = None) -> None:
    """Try stops left over once more: where ways are longer than detours a later insertion may have let them in."""
    before = len(state.unassigned) + 1
    while 0 < len(state.unassigned) < before and not _past(deadline):
        before = len(state.unassigned)
        fill(state, by_rank(state, sorted(state.unassigned)))


def make_room(
    state: State, begun: Snapshot, order: list[int], *, seed: int, deadline: float | None, repairs: int
) -> None:
    """Find places for stops left over from the whole plan: in other orders, then by repairs; never a worse plan."""
    left = _anew(state, begun, order)
    waiting = set(by_rank(state, order)[len(order) - left :])
    if left and not _past(deadline):
        second = sorted(order, key=waiting.__contains__)
        _anew(state, begun, second if second != order else choosy_first(state, reversed(order)))
    if state.unassigned and repairs:
        repair(state, Random(seed), deadline=deadline, rounds=repairs)
    stops, problem = state.problem.stops, state.problem
    if any(stops[i].must_serve and fits_alone(problem, stops[i]) for i in state.unassigned) and not _past(deadline):
        kept, score = state.snapshot(), state.score()
        state.restore(begun)
        fill(state, sorted(order, key=lambda stop: (not stops[stop].must_serve, stop in waiting)))
        if state.unassigned and repairs:
            repair(state, Random(seed), deadline=deadline, rounds=repairs)
        if score <= state.score():
            state.restore(kept)


def _anew(state: State, begun: Snapshot, order: Iterable[int]) -> int:
    """Insert in another order instead; the better plan stays. How many stops this order leaves over."""
    kept, score = state.snapshot(), state.score()
    state.restore(begun)
    fill(state, order)
    left = len(state.unassigned)
    if score <= state.score():
        state.restore(kept)
    return left


def _past(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline


def repair(state: State, rng: Random, *, deadline: float | None = None, rounds: int = REPAIRS) -> None:
    """Find places for stops left over by rebuilding their neighbourhoods; never a worse plan than before."""
    hopeless = {stop for stop in state.unassigned if not state.tables.allowed[stop].any()}
    best, best_score = state.snapshot(), state.score()
    current, current_score = best, best_score
    for _ in range(rounds):
        waiting = by_rank(state, sorted(state.unassigned - hopeless))
        if not waiting or _past(deadline):
            break
        seed = waiting[0] if rng.random() < 0.3 else rng.choice(waiting)
        before = set(state.unassigned)
        state.remove(_neighbourhood(state, seed, rng))
        freed = state.unassigned - before
        beside = set(waiting[:MOST_TRIED]) | set(rng.sample(waiting, min(len(waiting), MOST_TRIED)))
        others = walk(state, (freed | beside) - {seed})
        if rng.random() < 0.5:
            rng.shuffle(others)
        fill(state, [seed, *by_rank(state, others)])
        score = state.score()
        if score < best_score:
            best, best_score = state.snapshot(), score
        if score[:3] < current_score[:3] or (score[:3] == current_score[:3] and score[3] < 1.02 * best_score[3]):
            current, current_score = state.snapshot(), score
        else:
            state.restore(current)
    state.restore(best)


def _neighbourhood(state: State, seed: int, rng: Random) -> list[int]:
    """Strings of stops around a stop, from a few trips of vehicles that may serve it."""
    tables = state.tables
    here = tables.stops[seed].place
    near = tables.seconds[0][here, [stop.place for stop in tables.stops]].argsort(kind="stable")
    gone: list[int] = []
    touched: set[tuple[int, int]] = set()
    trips = rng.randint(1, 4)
    for stop in near.tolist():
        vehicle = state.where.get(stop)
        if vehicle is None or not tables.allowed[seed, vehicle]:
            continue
        trip = next(i for i, order in enumerate(state.trips[vehicle]) if stop in order)
        if (vehicle, trip) in touched:
            continue
        touched.add((vehicle, trip))
        order = state.trips[vehicle][trip]
        length = rng.randint(1, min(len(order), 12))
        first = max(0, min(order.index(stop) - rng.randrange(length), len(order) - length))
        gone += order[first : first + length]
        if len(touched) == trips:
            break
    return gone
