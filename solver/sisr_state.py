"""The plan under search: trips by vehicle, and flat arrays that price every position for a stop in one go.

A position is "after stop i" (number i), "at the head of the trip in slot s" (count + s), or "a new trip of vehicle v"
(count + slots + v). Times are exact (see ``sisr_trip``) except where a key needs ``schedule``: breaks, several windows,
limits of the whole route, locks. There a change counts only after ``schedule.time_route`` has agreed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import numpy as np

from solver.options import Sequences
from solver.schedule import Infeasible, time_route
from solver.sisr_data import Data, Floats
from solver.sisr_trip import Trip, fits

_SHORT_LIST: Final = 24
_MOST_EXACT: Final = 12
"""Positions of one stop that are put to ``schedule`` before giving up: it is much slower than the quick test."""


class State:
    """Mutable. `unassigned` holds the stops that are in no trip; `cost` has familiarity taken off."""

    def __init__(self, data: Data) -> None:
        self.data = data
        vehicles = data.problem.vehicles
        self.trips: list[list[Trip]] = [[] for _ in vehicles]
        self.where: list[Trip | None] = [None] * data.count
        self.unassigned: list[int] = list(range(data.count))
        self.cost = 0.0
        self._costs = [0.0] * len(vehicles)
        self._journal: dict[int, list[Trip]] = {}
        self._refused_new: list[set[int]] = [set() for _ in vehicles]
        self._before: tuple[list[int], float] = (self.unassigned, 0.0)
        self.free_depot = [list(capacity) for capacity in data.depot_capacity]
        # twice the stops: while `undo` goes through the vehicles, a stop may be in two of them
        slots = min(sum(vehicle.max_trips for vehicle in vehicles), 2 * data.count)
        self._free_slots = list(range(slots))
        self._first_new = data.count + slots
        size = self._first_new + len(vehicles)
        self._from = np.full(size, 0, dtype=np.int64)
        self._to = np.full(size, 0, dtype=np.int64)
        self._base = np.zeros(size)
        self._vehicle = np.zeros(size, dtype=np.int64)
        self._room = np.full((max(1, data.dimensions), size), -1, dtype=np.int64)
        self._room_after = np.full((data.dimensions if data.has_pickups else 0, size), -1, dtype=np.int64)
        self._place = np.array(data.place, dtype=np.int64)
        self._trip_at: list[Trip | None] = [None] * slots
        for v in range(len(vehicles)):
            self._offer_new(v)

    # -- the plan as others see it ------------------------------------------------------------------------------------

    def load(self, sequences: Sequences) -> None:
        """Take over a plan. Raises ValueError where its times cannot be."""
        data = self.data
        for v, vehicle in enumerate(data.problem.vehicles):
            orders = [[data.number_of[stop] for stop in trip] for trip in sequences.get(vehicle.id, ())]
            if orders:
                backs = [data.start[v]] * (len(orders) - 1) + [data.end[v]]
                trips = [Trip(data, v, order, back) for order, back in zip(orders, backs, strict=True)]
                if not self.set_trips(v, trips):
                    raise ValueError(f"vehicle {vehicle.id} cannot drive its trips")
        self.unassigned = [i for i in range(data.count) if self.where[i] is None]

    def sequences(self) -> Sequences:
        stops = self.data.problem.stops
        return {
            vehicle.id: tuple(tuple(stops[i].id for i in trip.stops) for trip in trips)
            for vehicle, trips in zip(self.data.problem.vehicles, self.trips, strict=True)
            if trips
        }

    def missing(self) -> int:
        """The weight of what is left out."""
        weight = self.data.weight
        return sum(weight[i] for i in self.unassigned)

    def travel_cost(self) -> float:
        """The cost without that of using vehicles."""
        return self.cost - sum(self.data.fixed[v] for v, trips in enumerate(self.trips) if trips)

    # -- changes --------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """From here on `undo` leads back to the plan of now."""
        self._journal.clear()
        self._before = (self.unassigned, self.cost)

    def undo(self) -> None:
        journal, self._journal = self._journal, {}
        for v, trips in journal.items():
            self.set_trips(v, trips)
        self.unassigned, self.cost = self._before
        self.leave_out(self.unassigned)

    def set_trips(self, v: int, trips: list[Trip]) -> bool:
        """Replace all trips of a vehicle; the bookkeeping of their stops follows. Says whether their times can be."""
        before, self.trips[v] = self.trips[v], trips
        self._journal.setdefault(v, before)
        for trip in before:
            if trip not in trips:
                self._forget(trip)
        for trip in trips:
            if trip not in before:
                self._install(trip)
        if bool(before) != bool(trips):
            self._offer_new(v)
        self._offer_room(v)
        cost = sum(trip.cost for trip in trips) + (self.data.fixed[v] if trips else 0.0)
        self.cost += cost - self._costs[v]
        self._costs[v] = cost
        self._refused_new[v] = set()
        return self._chain(v)

    def remove(self, gone: dict[Trip, set[int]]) -> bool:
        """Take stops out of their trips; a trip without stops vanishes.

        Says whether what is left can be driven: where ways break the triangle inequality it may not.
        """
        possible = True
        for v in dict.fromkeys(trip.vehicle for trip in gone):
            kept: list[tuple[Trip, list[int]]] = []
            for trip in self.trips[v]:
                out = gone.get(trip)
                stops = trip.stops if out is None else [i for i in trip.stops if i not in out]
                if stops:
                    kept.append((trip, stops))
            trips = []
            for k, (trip, stops) in enumerate(kept):
                back = self.data.end[v] if k == len(kept) - 1 else self.data.start[v]
                same = stops is trip.stops and back == trip.back
                trips.append(trip if same else Trip(self.data, v, stops, back))
            possible &= self.set_trips(v, trips)
            if trips and self.data.exact_vehicle[v]:
                possible &= self.exactly_fits(v, trips)
        for out in gone.values():
            self.leave_out(out)
        return possible

    def leave_out(self, stops: Iterable[int]) -> None:
        """Forget where the stops were: no position after them is offered any more."""
        for i in stops:
            self.where[i] = None
            self._room[:, i] = -1

    def insert(self, i: int, skip: float, draw: Callable[[], float]) -> bool:
        """Put a stop where it adds least, or say that it fits nowhere.

        A position is passed over where ``draw()``, a number in [0, 1), is below ``skip``.
        """
        data = self.data
        there = data.place[i]
        delta = data.cost_to[there].take(self._from)
        delta += data.cost_from[there].take(self._to)
        delta -= self._base
        closed = self._rule_out(i, delta)
        # cheapest first; the short list nearly always holds one that fits
        order = np.argpartition(delta, _SHORT_LIST)[:_SHORT_LIST] if len(delta) > _SHORT_LIST else np.arange(len(delta))
        order = order[np.argsort(delta[order], kind="stable")]
        exact = 0
        for position in order.tolist():
            if delta[position] == np.inf:
                return False
            if draw() < skip:
                continue
            done = self._insert_at(i, position)
            if done:
                return True
            exact += done is not None
        return exact < _MOST_EXACT and self._insert_anywhere(i, delta, exact, closed)

    def _insert_anywhere(self, i: int, delta: Floats, exact: int, closed: list[int]) -> bool:
        """Look at all positions, trip by trip, remembering which trips have none: they need not be looked at again."""
        found: list[tuple[float, int]] = []
        for trips in self.trips:
            for trip in trips:
                if i in trip.refused or trip.vehicle in closed:
                    continue
                count = len(found)
                cheap = self.data.count + trip.slot
                for at, position in enumerate([cheap, *trip.stops]):
                    if delta[position] != np.inf and fits(self.data, trip, i, at):
                        found.append((float(delta[position]), position))
                if len(found) == count and not self.data.has_pickups:
                    trip.refused.add(i)
        for v, refused in enumerate(self._refused_new):
            if i not in refused and delta[self._first_new + v] != np.inf:
                found.append((float(delta[self._first_new + v]), self._first_new + v))
        for _, position in sorted(found):
            done = self._insert_at(i, position)
            if done:
                return True
            if position >= self._first_new:  # a vehicle without a depot's goods has no finite price
                self._refused_new[position - self._first_new].add(i)
            exact += done is not None
            if exact >= _MOST_EXACT:
                break
        return False

    def _rule_out(self, i: int, delta: Floats) -> list[int]:
        """Price positions that are out of the question at infinity; the vehicles whose depot has nothing left."""
        data = self.data
        for k in range(max(1, data.dimensions)):
            amount = data.delivery[i][k] if data.dimensions else 0
            delta[self._room[k] < amount] = np.inf
            if data.has_pickups:
                delta[self._room_after[k] < data.pickup[i][k]] = np.inf
        allowed, credit = data.allowed[i], data.credit[i]
        if credit is not None:
            delta -= credit[self._vehicle]
        closed = [
            v
            for v, depot in enumerate(data.depot_of)
            if depot >= 0 and any(d > free for d, free in zip(data.delivery[i], self.free_depot[depot], strict=True))
        ]
        if closed:
            allowed = np.ones(len(data.depot_of), dtype=np.bool_) if allowed is None else allowed.copy()
            allowed[closed] = False
        if allowed is not None:
            delta[~allowed[self._vehicle]] = np.inf
        return closed

    def _insert_at(self, i: int, position: int) -> bool | None:
        """True when done, None when it does not fit, False when only ``schedule`` saw that it does not."""
        data = self.data
        if position >= self._first_new:
            return self._insert_new(i, position - self._first_new)
        if position < data.count:
            trip = self.where[position]
            assert trip is not None
            at = trip.stops.index(position) + 1
        else:
            trip = self._trip_at[position - data.count]
            assert trip is not None
            at = 0
        if data.has_pickups and not self._load_fits(i, trip, at):
            return None
        if not fits(data, trip, i, at):
            return None
        v = trip.vehicle
        stops = [*trip.stops[:at], i, *trip.stops[at:]]
        trips = list(self.trips[v])
        trips[trips.index(trip)] = Trip(data, v, stops, trip.back, trip, at)
        return self._accept(v, trips, i)

    def _insert_new(self, i: int, v: int) -> bool | None:
        """A new trip for the stop, as late in the vehicle's day as it fits."""
        data = self.data
        if any(
            max(amounts) > most
            for *amounts, most in zip(data.delivery[i], data.pickup[i], data.capacity[v], strict=True)
        ):
            return None
        count = len(self.trips[v])
        # only the last trip returns to the end: where that is another place, no trip is put behind it
        first = count if data.start[v] == data.end[v] or count == 0 else count - 1
        refused: bool | None = None
        for k in range(first, -1, -1):
            before, after = self.trips[v][:k], self.trips[v][k:]
            back = data.start[v] if after else data.end[v]
            trip = Trip(data, v, [], back)
            trip.least, trip.deadline = self._gap(v, before, after)
            if fits(data, trip, i, 0):
                if self._accept(v, [*before, Trip(data, v, [i], back), *after], i):
                    return True
                refused = False
        return refused

    def _gap(self, v: int, before: list[Trip], after: list[Trip]) -> tuple[int, int]:
        """Between two trips: the earliest end of loading, and the latest return."""
        data = self.data
        shift = data.problem.vehicles[v].shift
        least, deadline = shift.earliest, shift.latest
        if before:
            a, b = before[-1].ends(data)
            least = max(max(before[-1].least, before[-1].prefix[-1][2]) + a, b)
        if after:
            a, _ = after[0].ends(data)
            deadline = min(after[0].prefix[-1][3], after[0].deadline - a) - data.load_time[v]
        return least + data.load_time[v], deadline

    def _accept(self, v: int, trips: list[Trip], i: int) -> bool:
        data = self.data
        if (
            data.exact_vehicle[v] or data.exact_stop[i] or any(data.exact_stop[j] for t in trips for j in t.stops)
        ) and (not self.exactly_fits(v, trips)):
            return False
        self.set_trips(v, trips)
        return True

    def exactly_fits(self, v: int, trips: list[Trip]) -> bool:
        """What ``schedule`` says to these trips."""
        stops = self.data.problem.stops
        orders = [[stops[j].id for j in trip.stops] for trip in trips]
        return not isinstance(time_route(self.data.problem, self.data.problem.vehicles[v], orders), Infeasible)

    def _load_fits(self, i: int, trip: Trip, at: int) -> bool:
        data = self.data
        for k, most in enumerate(data.capacity[trip.vehicle]):
            here = sum(data.delivery[j][k] for j in trip.stops[at:]) + sum(data.pickup[j][k] for j in trip.stops[:at])
            if here + max(data.delivery[i][k], data.pickup[i][k]) > most:
                return False
        return True

    # -- bookkeeping ----------------------------------------------------------------------------------------------------

    def _install(self, trip: Trip) -> None:
        data = self.data
        trip.slot = self._free_slots.pop()
        v, stops = trip.vehicle, trip.stops
        numbers = np.array([data.count + trip.slot, *stops], dtype=np.int64)
        places = np.empty(len(stops) + 2, dtype=np.int64)
        places[0], places[-1] = data.start[v], trip.back
        places[1:-1] = self._place.take(numbers[1:])
        base = data.kind_of[v] * data.places
        self._from[numbers] = places[:-1] + base
        self._to[numbers] = places[1:] + base
        ways = data.costs_flat.take((places[:-1] + base) * data.places + places[1:])
        self._base[numbers] = ways
        trip.cost = float(ways.sum())
        for i in stops if data.has_credit else ():
            credit = data.credit[i]
            if credit is not None:
                trip.cost -= float(credit[v])
        self._vehicle[numbers] = v
        for k, room in enumerate(trip.room or [[0]]):
            self._room[k, numbers] = room
        for k, room in enumerate(trip.room_after):
            self._room_after[k, numbers] = room
        for i in stops:
            self.where[i] = trip
        self._trip_at[trip.slot] = trip
        self._charge_depot(trip, -1)

    def _forget(self, trip: Trip) -> None:
        self._room[:, self.data.count + trip.slot] = -1
        self._trip_at[trip.slot] = None
        self._free_slots.append(trip.slot)
        self._charge_depot(trip, 1)

    def _charge_depot(self, trip: Trip, sign: int) -> None:
        depot = self.data.depot_of[trip.vehicle]
        if depot >= 0:
            free = self.free_depot[depot]
            for k in range(self.data.dimensions):
                free[k] += sign * sum(self.data.delivery[i][k] for i in trip.stops)

    def _chain(self, v: int) -> bool:
        """Earliest loadings forward and latest returns backward through the trips of a vehicle."""
        trips = self.trips[v]
        shift = self.data.problem.vehicles[v].shift
        loading = self.data.load_time[v]
        free = shift.earliest
        possible = True
        returns: list[int] = []
        deadline = shift.latest
        for trip in reversed(trips):
            returns.append(deadline)
            a, _ = trip.ends(self.data)
            deadline = min(trip.prefix[-1][3], deadline - a) - loading
        for trip, deadline in zip(trips, reversed(returns), strict=True):
            trip.set_bounds(free + loading, deadline)
            a, b = trip.ends(self.data)
            _, _, least, most = trip.prefix[-1]
            least = max(least, trip.least)
            possible &= trip.possible and least <= most
            free = max(least + a, b)
        return possible and free <= shift.latest

    def _offer_new(self, v: int) -> None:
        """Price a new trip of the vehicle: out and back, and the fixed cost if it is not used yet."""
        data = self.data
        position = self._first_new + v
        base = data.kind_of[v] * data.places
        self._from[position] = data.start[v] + base
        self._to[position] = (data.start[v] if self.trips[v] else data.end[v]) + base
        self._base[position] = 0.0 if self.trips[v] else -data.fixed[v]
        self._vehicle[position] = v
        self._offer_room(v)

    def _offer_room(self, v: int) -> None:
        data = self.data
        position = self._first_new + v
        more = len(self.trips[v]) < data.problem.vehicles[v].max_trips
        for k, most in enumerate(data.capacity[v] or (0,)):
            self._room[k, position] = most if more else -1
            if data.has_pickups:
                self._room_after[k, position] = most
