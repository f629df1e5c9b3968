"""A plan under construction: where each stop would fit and at what price, judged for all places at once.

A trip that leaves its loading at t begins at its i-th stop at max(t + A, B): A is the way and service so far, B what
the windows so far impose. So a window bounds t from above, a ride limit from below (t ≥ B − limit), and an insertion
between a prefix and a suffix is judged from a few numbers of each, in constant time. Those numbers are kept for every
gap of every trip in one array and judged together. Trips of one vehicle are chained by the earliest return of
the trip before and the latest return that the trip after can bear.

Where this is necessary but not sufficient (breaks, several windows, max_duration over several trips, pickups, locked
order) the cheapest candidates are confirmed by ``schedule.time_route`` in turn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Final

import numpy as np

from solver.construct_rows import FIELDS, Row, rows_of_vehicle
from solver.construct_tables import FAR, Bools, Floats, Ints, Tables
from solver.options import Trips
from solver.plan import Plan, Route
from solver.problem import Problem
from solver.schedule import time_route

MOST_CONFIRMED: Final = 60
"""Candidates that are confirmed one by one before a stop is given up."""


@dataclass(frozen=True, slots=True)
class Place:
    """A gap where a stop fits: before ``position`` in trip ``trip`` of a vehicle, or in a new trip there."""

    price: float
    vehicle: int
    trip: int
    position: int
    new_trip: bool


Snapshot = list[list[list[int]]]
"""Trips by vehicle."""


class State:
    """Trips by vehicle (positions in the problem, not ids) that can always be driven, and the stops left over."""

    def __init__(self, problem: Problem, tables: Tables | None = None) -> None:
        self.problem = problem
        self.tables = tables if tables is not None else Tables(problem)
        vehicles = problem.vehicles
        self.trips: Snapshot = [[] for _ in vehicles]
        self.where: dict[int, int] = {}  # stop -> vehicle
        self.unassigned: set[int] = set(range(len(problem.stops)))
        self.loads = np.zeros((len(problem.depots), problem.dimensions), dtype=np.int64)
        limited: dict[int | None, int] = {d.location: i for i, d in enumerate(problem.depots) if d.capacity is not None}
        self._depot = np.array([limited.get(v.start, -1) for v in vehicles], dtype=np.int64)
        self._rows: list[list[Row]] = [[] for _ in vehicles]
        self._slots: list[list[int]] = [[] for _ in vehicles]  # rows of _data in use by each vehicle
        self._free: list[int] = []
        self._width = 16
        self._data = np.zeros((64, len(FIELDS), self._width), dtype=np.int64)
        self._fit = np.zeros((64, problem.dimensions), dtype=np.int64)  # room left in the trip, per amount
        self._bound = np.full(64, -1, dtype=np.int64)  # vehicle of a row, -1 unused
        self._row_of: dict[int, Row] = {}
        self._slack_s = np.full(64, FAR, dtype=np.int64)
        self._slack_m = np.full(64, FAR, dtype=np.int64)
        self._opening = np.zeros(64, dtype=np.float64)
        self.opening_share = 1.0  # of the price of using a vehicle, so much counts on choosing a place
        self._load_s = np.array([v.load_duration for v in vehicles], dtype=np.int64)
        self._ride = np.array([v.max_ride if v.max_ride is not None else FAR for v in vehicles], dtype=np.int64)
        self._kind = np.array(self.tables.kind, dtype=np.int64)
        self._per_s = np.array([v.costs.per_hour / 3600 for v in vehicles])
        self._per_m = np.array([v.costs.per_km / 1000 for v in vehicles])
        self._limited = any(v.max_travel_time is not None or v.max_distance is not None for v in vehicles)
        self._heads: dict[object, list[int]] = {}
        for vehicle, twin in enumerate(self.tables.twins):
            self._heads.setdefault(twin, []).append(vehicle)
        self._shown: set[int] = set()
        for vehicle in range(len(vehicles)):
            self._show(vehicle)

    # -- what others ask -------------------------------------------------------------------------------------------

    def best(
        self, stop: int, *, rng: Random | None = None, blink: float = 0.0, banned: Bools | None = None
    ) -> Place | None:
        """The cheapest place for a stop, or None. Each gap is overlooked with probability ``blink``.

        ``banned`` marks vehicles that are not to be used.
        """
        priced = self._prices(stop, banned)
        if priced is None:
            return None
        rows, price = priced
        if blink and rng is not None:
            seen = np.random.default_rng(rng.getrandbits(32)).random(price.shape) >= blink
            price = np.where(seen, price, np.inf)
        return self._cheapest(stop, rows, price)

    def insert(self, stop: int, place: Place) -> None:
        """Put a stop where ``best`` said."""
        trips = self.trips[place.vehicle]
        if place.new_trip:
            trips.insert(place.trip, [stop])
        else:
            trips[place.trip].insert(place.position, stop)
        self._assign(stop, place.vehicle)
        self._refresh(place.vehicle)

    def remove(self, stops: Iterable[int]) -> None:
        """Take stops out of their trips; they are unassigned then. A trip left empty is gone.

        Where ways are longer than detours, taking a stop out can break what follows; that vehicle is then emptied.
        """
        touched: dict[int, set[int]] = {}
        for stop in stops:
            touched.setdefault(self.where[stop], set()).add(stop)
        for vehicle, gone in touched.items():
            kept = [[stop for stop in trip if stop not in gone] for trip in self.trips[vehicle]]
            self.replace(vehicle, [trip for trip in kept if trip])

    def replace(self, vehicle: int, trips: Sequence[Sequence[int]]) -> bool:
        """Give a vehicle these trips instead; if they cannot be driven it is left empty and the answer is False."""
        for trip in self.trips[vehicle]:
            for stop in trip:
                self._unassign(stop, vehicle)
        self.trips[vehicle] = [list(trip) for trip in trips if trip]
        for trip in self.trips[vehicle]:
            for stop in trip:
                self._assign(stop, vehicle)
        if self._refresh(vehicle) and (not self._unsure(vehicle) or self.can_drive(vehicle, self.trips[vehicle])):
            return True
        self.replace(vehicle, [])
        return False

    def can_drive(self, vehicle: int, trips: Sequence[Sequence[int]]) -> bool:
        """The exact test: whether a vehicle can drive these trips (depot capacity apart)."""
        ids = self.ids(trips)
        return not ids or isinstance(time_route(self.problem, self.problem.vehicles[vehicle], ids), Route)

    def has_depot_room(self, vehicle: int, stops: Sequence[int]) -> bool:
        """Whether the vehicle's depot may load these stops instead of what the vehicle loads now."""
        mine = [stop for trip in self.trips[vehicle] for stop in trip]
        rows = self.tables.stops
        size = range(self.problem.dimensions)
        more = tuple(sum(rows[s].delivery[i] for s in stops) - sum(rows[s].delivery[i] for s in mine) for i in size)
        return self._depot_holds(int(self._depot[vehicle]), more)

    def ids(self, trips: Sequence[Sequence[int]]) -> Trips:
        """Positions as ids, without empty trips."""
        return tuple(tuple(self.tables.stops[stop].id for stop in trip) for trip in trips if trip)

    def cost(self) -> float:
        """Cost − familiarity of all vehicles."""
        return sum(self.vehicle_cost(vehicle) for vehicle in range(len(self.trips)) if self.trips[vehicle])

    def vehicle_cost(self, vehicle: int) -> float:
        trips = self.trips[vehicle]
        if not trips:
            return 0.0
        seconds, metres = self.way(vehicle, trips)
        credit = sum(self.tables.familiar.get(stop, {}).get(vehicle, 0) for trip in trips for stop in trip)
        fixed = self.problem.vehicles[vehicle].costs.fixed
        return float(fixed + seconds * self._per_s[vehicle] + metres * self._per_m[vehicle] - credit)

    def way(self, vehicle: int, trips: Sequence[Sequence[int]]) -> tuple[int, int]:
        """Travel seconds and metres of a vehicle with these trips."""
        owner, nowhere = self.problem.vehicles[vehicle], self.tables.nowhere
        start = owner.start if owner.start is not None else nowhere
        places = [start]
        for trip in trips:
            places += [self.tables.stops[stop].place for stop in trip]
            places.append(start)
        places[-1] = owner.end if owner.end is not None else nowhere
        kind = self.tables.kind[vehicle]
        ways = self.tables.ways[kind]
        seconds = sum(ways[a, b] for a, b in pairwise(places))
        if self.tables.metres is None:
            return seconds, 0
        return seconds, int(self.tables.metres[kind, places[:-1], places[1:]].sum(dtype=np.int64))

    def score(self) -> tuple[int, int, int, float]:
        """Lexicographic, smaller is better: must-serve, priority and number of the stops left over, cost."""
        left = [self.problem.stops[stop] for stop in self.unassigned]
        return sum(s.must_serve for s in left), sum(s.priority for s in left), len(left), self.cost()

    def snapshot(self) -> Snapshot:
        return [[list(trip) for trip in trips] for trips in self.trips]

    def restore(self, trips: Snapshot) -> None:
        """Back to a snapshot of this state; only vehicles that differ are touched."""
        changed = [vehicle for vehicle, before in enumerate(trips) if before != self.trips[vehicle]]
        for vehicle in changed:
            self.replace(vehicle, [])
        for vehicle in changed:
            self.replace(vehicle, trips[vehicle])

    def routes(self) -> tuple[Route, ...]:
        """The routes with their times."""
        routes = []
        for vehicle, trips in zip(self.problem.vehicles, self.trips, strict=True):
            if trips:
                route = time_route(self.problem, vehicle, self.ids(trips))
                assert isinstance(route, Route), f"vehicle {vehicle.id}: {route}"
                routes.append(route)
        return tuple(routes)

    def plan(self) -> Plan:
        """The routes with their times, the stops left over with their reasons."""
        from solver.explain import explain

        return explain(self.problem, self.routes())

    # -- judging ---------------------------------------------------------------------------------------------------

    def _prices(self, stop: int, banned: Bools | None) -> tuple[Ints, Floats] | None:
        """Rows where the stop may go at all, and the price of each of their gaps (infinite where it does not fit)."""
        row = self.tables.stops[stop]
        vehicle = self._bound
        may = (vehicle >= 0) & self.tables.allowed[stop][vehicle]
        if banned is not None:
            may &= ~banned[vehicle]
        if self.problem.dimensions:
            may &= (self._fit >= row.delivery).all(axis=1)
        if self.problem.depots:
            depots = range(-1, len(self.problem.depots))
            holds = np.array([self._depot_holds(depot, row.delivery) for depot in depots])
            may &= holds[self._depot[vehicle] + 1]
        rows = np.nonzero(may)[0]
        if not rows.size:
            return None
        owner = vehicle[rows]
        width = 1 + max(self._row_of[int(r)].length for r in rows)
        data = self._data[rows, :, :width]
        prev, nxt, gone_a, gone_b, lo, hi, latest, ride_left, lo_after, base, base_m = (
            data[:, f] for f in range(len(FIELDS))
        )
        kind = self._kind[owner][:, None]
        to = self.tables.seconds[:, :, row.place]
        away = self.tables.seconds[:, row.place, :]
        here = to[kind, prev].astype(np.int64)
        on = away[kind, nxt].astype(np.int64)
        limit = np.full((len(rows), 1), row.ride, dtype=np.int64) if row.ride >= 0 else self._ride[owner][:, None]
        a = gone_a + here
        b = np.maximum(gone_b + here, row.earliest)
        spent = row.service + (np.where(prev == row.place, 0, row.setup) if row.setup else 0) + on
        a_next, b_next = a + spent, b + spent
        first = np.maximum(np.maximum(lo, lo_after), np.maximum(b - limit, b_next - ride_left))
        first = np.maximum(first, (row.release + self._load_s[owner])[:, None])
        last = np.minimum(np.minimum(hi, row.latest - a), latest - a_next)
        fits = (first <= last) & (b <= row.latest) & (b_next <= latest) & (a <= limit) & (a_next <= ride_left)
        detour = here + on - base
        price = detour * self._per_s[owner][:, None] + self.opening_share * self._opening[rows][:, None]
        if self.tables.metres is not None:
            far = self.tables.metres[:, :, row.place][kind, prev].astype(np.int64)
            far = far + self.tables.metres[:, row.place, :][kind, nxt] - base_m
            price = price + far * self._per_m[owner][:, None]
            fits &= far <= self._slack_m[rows][:, None]
        if self._limited:
            fits &= detour <= self._slack_s[rows][:, None]
        for liked, seconds in self.tables.familiar.get(stop, {}).items():
            price = price - np.where(owner == liked, float(seconds), 0.0)[:, None]
        return rows, np.where(fits, price, np.inf)

    def _cheapest(self, stop: int, rows: Ints, price: Floats) -> Place | None:
        width = price.shape[1]
        flat = price.ravel()
        at = int(flat.argmin())
        for _ in range(MOST_CONFIRMED):
            if not np.isfinite(flat[at]):
                return None
            slot = self._row_of[int(rows[at // width])]
            place = Place(float(flat[at]), slot.vehicle, slot.trip, at % width, slot.new_trip)
            if self._confirmed(stop, place):
                return place
            flat[at] = np.inf
            at = int(flat.argmin())
        return None

    def _confirmed(self, stop: int, place: Place) -> bool:
        vehicle = place.vehicle
        row = self.tables.stops[stop]
        if not (row.exact or self.problem.owner(row.id) is not None or self._unsure(vehicle)):
            return True
        trips = [list(trip) for trip in self.trips[vehicle]]
        if place.new_trip:
            trips.insert(place.trip, [stop])
        else:
            trips[place.trip].insert(place.position, stop)
        return self.can_drive(vehicle, trips)

    def _unsure(self, vehicle: int) -> bool:
        """Whether the numbers of the gaps are necessary but not sufficient for this vehicle."""
        stops = self.tables.stops
        if self.tables.exact[vehicle] or self.tables.has_pickups:
            return True
        return self.tables.has_exact and any(stops[stop].exact for trip in self.trips[vehicle] for stop in trip)

    # -- keeping the numbers ---------------------------------------------------------------------------------------

    def _depot_holds(self, depot: int, delivery: tuple[int, ...]) -> bool:
        capacity = self.problem.depots[depot].capacity if depot >= 0 else None
        return capacity is None or all(
            int(n) + more <= most for n, more, most in zip(self.loads[depot], delivery, capacity, strict=True)
        )

    def _assign(self, stop: int, vehicle: int) -> None:
        self.where[stop] = vehicle
        self.unassigned.discard(stop)
        if self._depot[vehicle] >= 0:
            self.loads[self._depot[vehicle]] += self.tables.stops[stop].delivery

    def _unassign(self, stop: int, vehicle: int) -> None:
        del self.where[stop]
        self.unassigned.add(stop)
        if self._depot[vehicle] >= 0:
            self.loads[self._depot[vehicle]] -= self.tables.stops[stop].delivery

    def _show(self, vehicle: int) -> None:
        """Of the unused twins only the first is offered; a used vehicle always is."""
        twins = self._heads[self.tables.twins[vehicle]]
        head = next((v for v in twins if not self.trips[v]), -1)
        for twin in twins:
            offered = bool(self.trips[twin]) or twin == head
            if offered and twin not in self._shown:
                self._shown.add(twin)
                self._write(twin)
            elif not offered and twin in self._shown:
                self._shown.discard(twin)
                self._clear(twin)

    def _refresh(self, vehicle: int) -> bool:
        """Recompute the numbers of one vehicle; False if its trips cannot be driven after all."""
        self._shown.add(vehicle)
        drivable = self._write(vehicle)
        self._show(vehicle)
        return drivable

    def _clear(self, vehicle: int) -> None:
        for slot in self._slots[vehicle]:
            self._bound[slot] = -1
            del self._row_of[slot]
        self._free += self._slots[vehicle]
        self._slots[vehicle] = []

    def _write(self, vehicle: int) -> bool:
        self._clear(vehicle)
        rows, drivable = rows_of_vehicle(self.tables, vehicle, self.trips[vehicle])
        if not drivable:
            return False
        owner = self.problem.vehicles[vehicle]
        if owner.max_tasks is not None and sum(map(len, self.trips[vehicle])) >= owner.max_tasks:
            return True
        slack_s = slack_m = FAR
        if self._limited:
            seconds, metres = self.way(vehicle, self.trips[vehicle]) if self.trips[vehicle] else (0, 0)
            slack_s = owner.max_travel_time - seconds if owner.max_travel_time is not None else FAR
            slack_m = owner.max_distance - metres if owner.max_distance is not None else FAR
            if min(slack_s, slack_m) < 0:
                return False
        for row in rows:
            slot = self._slot(row.length)
            self._slots[vehicle].append(slot)
            self._row_of[slot] = row
            self._data[slot, :, : row.length + 1] = row.fields
            self._data[slot, :, row.length + 1 :] = 0
            self._data[slot, FIELDS.index("latest"), row.length + 1 :] = -FAR
            self._bound[slot] = vehicle
            self._fit[slot] = row.room
            self._slack_s[slot], self._slack_m[slot] = slack_s, slack_m
            self._opening[slot] = 0.0 if self.trips[vehicle] else owner.costs.fixed
        return True

    def _slot(self, length: int) -> int:
        if length + 1 > self._width:
            wider = np.zeros((len(self._data), len(FIELDS), 2 * (length + 1)), dtype=np.int64)
            wider[:, FIELDS.index("latest")] = -FAR
            wider[:, :, : self._width] = self._data
            self._data, self._width = wider, 2 * (length + 1)
        if not self._free:
            used = len(self._row_of)
            size = len(self._bound)
            if used >= size:
                self._grow(size)
            taken = set(self._row_of)
            self._free = [slot for slot in range(len(self._bound) - 1, -1, -1) if slot not in taken]
        return self._free.pop()

    def _grow(self, size: int) -> None:
        self._data = np.concatenate([self._data, np.zeros_like(self._data)])
        self._fit = np.concatenate([self._fit, np.zeros_like(self._fit)])
        self._bound = np.concatenate([self._bound, np.full(size, -1, dtype=np.int64)])
        self._slack_s = np.concatenate([self._slack_s, np.full(size, FAR, dtype=np.int64)])
        self._slack_m = np.concatenate([self._slack_m, np.full(size, FAR, dtype=np.int64)])
        self._opening = np.concatenate([self._opening, np.zeros(size)])
