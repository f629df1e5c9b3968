"""The numbers of each gap of a vehicle's trips, from which an insertion is judged in constant time.

See construct_state for the meaning. A trip that leaves at t begins at a stop at max(t + A, B); ``lo`` and ``hi`` bound
t by what comes before the gap; ``latest``, ``ride_left`` and ``lo_after`` say what the rest of the trip bears if it is
reached at t + A or B: no later than ``latest``, after no longer a ride than ``ride_left``, t no earlier than
``lo_after`` (and than B − ride_left).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from solver.construct_tables import FAR, Ints, StopRow, Tables
from solver.problem import Vehicle

FIELDS: Final = (
    "prev",  # place before the gap
    "next",  # place after it
    "gone_a",  # A on departure from the place before
    "gone_b",  # B on departure from there
    "lo",
    "hi",
    "latest",
    "ride_left",
    "lo_after",
    "base",  # travel seconds that an insertion saves
    "base_m",  # metres likewise
)


@dataclass(frozen=True, slots=True)
class Row:
    """One trip, or one place for a new trip, with the numbers of its gaps (fields × gaps)."""

    vehicle: int
    trip: int
    new_trip: bool
    length: int
    room: list[int]
    fields: Ints


@dataclass(slots=True)
class _Trip:
    """A trip on its way through the two passes."""

    stops: list[StopRow]
    ready: int  # earliest start of loading
    back_to: int
    columns: list[list[int]]  # prev, next, gone_a, gone_b, lo, hi by gap
    a_end: int = 0
    b_end: int = -FAR
    lo: int = 0
    hi: int = FAR


class _Rows:
    def __init__(self, tables: Tables, vehicle: int, trips: list[list[int]]) -> None:
        self.tables = tables
        self.number = vehicle
        self.vehicle: Vehicle = tables.problem.vehicles[vehicle]
        self.ways = tables.ways[tables.kind[vehicle]]
        self.start = self.vehicle.start if self.vehicle.start is not None else tables.nowhere
        self.end = self.vehicle.end if self.vehicle.end is not None else tables.nowhere
        self.orders = [[tables.stops[stop] for stop in trip] for trip in trips]
        self.default_ride = self.vehicle.max_ride if self.vehicle.max_ride is not None else FAR
        self.longest = FAR
        if self.vehicle.max_duration is not None and len(trips) <= 1:
            self.longest = self.vehicle.max_duration - self.vehicle.load_duration

    def ride(self, stop: StopRow) -> int:
        return stop.ride if stop.ride >= 0 else self.default_ride

    def forward(self, stops: list[StopRow], ready: int, back_to: int) -> _Trip | None:
        """What lies before each gap; None if the trip cannot be driven."""
        release = max((stop.release for stop in stops), default=0)
        lo, hi, a, b = max(ready, release) + self.vehicle.load_duration, FAR, 0, -FAR
        place = self.start
        prevs, gone_a, gone_b, los, his = [place], [a], [b], [lo], [hi]
        for stop in stops:
            way = self.ways[place, stop.place]
            limit = self.ride(stop)
            a += way
            b = max(b + way, stop.earliest)
            lo = max(lo, b - limit)
            hi = min(hi, stop.latest - a)
            if b > stop.latest or a > limit or lo > hi:
                return None
            spent = stop.service + (stop.setup if place != stop.place else 0)
            a += spent
            b += spent
            place = stop.place
            prevs.append(place)
            gone_a.append(a)
            gone_b.append(b)
            los.append(lo)
            his.append(hi)
        nexts = [*prevs[1:], back_to]
        back = self.ways[place, back_to] if stops else 0
        lo = max(lo, b + back - self.longest)
        if a + back > self.longest or lo > hi:
            return None
        return _Trip(stops, ready, back_to, [prevs, nexts, gone_a, gone_b, los, his], a + back, b + back, lo, hi)

    def backward(self, trip: _Trip, deadline: int) -> list[list[int]]:
        """latest, ride_left, lo_after of each gap, as if setup applied at the stop after it (it nearly always does)."""
        latest, ride_left, lo_after = deadline, self.longest, -FAR
        gaps = [(latest, ride_left, lo_after)]
        for position in range(len(trip.stops) - 1, -1, -1):
            stop = trip.stops[position]
            following = trip.stops[position + 1].place if position + 1 < len(trip.stops) else trip.back_to
            before = trip.stops[position - 1].place if position else self.start
            way = self.ways[stop.place, following]
            limit = self.ride(stop)
            rest = (latest, ride_left, lo_after)
            gaps.append(_before(stop, limit, stop.setup + stop.service + way, rest))
            spent = stop.service + (stop.setup if before != stop.place else 0)
            latest, ride_left, lo_after = _before(stop, limit, spent + way, rest)
        return [list(column) for column in zip(*reversed(gaps), strict=True)]

    def row(self, trip: _Trip, number: int, deadline: int, *, new_trip: bool, saved: tuple[int, int] = (0, 0)) -> Row:
        prevs, nexts = trip.columns[0], trip.columns[1]
        bases, metres = [saved[0]], [saved[1]]
        if trip.stops:
            table = self.tables.metres
            kind = self.tables.kind[self.number]
            bases = [self.ways[p, n] for p, n in zip(prevs, nexts, strict=True)]
            metres = [0] * len(bases) if table is None else [int(m) for m in table[kind, prevs, nexts]]
        fields = np.array([*trip.columns, *self.backward(trip, deadline), bases, metres], dtype=np.int64)
        capacity = self.vehicle.capacity
        room = [most - sum(stop.delivery[i] for stop in trip.stops) for i, most in enumerate(capacity)]
        return Row(self.number, number, new_trip, len(trip.stops), room, fields)

    def returned(self, trip: _Trip) -> int:
        return max(trip.lo + trip.a_end, trip.b_end)

    def all(self) -> tuple[list[Row], bool]:
        """All rows; False if the trips as they are cannot be driven."""
        count = len(self.orders)
        shift = self.vehicle.shift
        ready = shift.earliest
        trips: list[_Trip] = []
        for number, order in enumerate(self.orders):
            back_to = self.end if number == count - 1 else self.start
            trip = self.forward(order, ready, back_to)
            if trip is None:
                return [], False
            trips.append(trip)
            ready = self.returned(trip)
        rows: list[Row] = []
        room_for_more = count < self.vehicle.max_trips
        if room_for_more:
            rows += self.last_new(trips, shift.latest)
        deadline = shift.latest
        for number in range(count - 1, -1, -1):
            trip = trips[number]
            leave = min(trip.hi, deadline - trip.a_end)
            if trip.b_end > deadline or trip.lo > leave:
                return [], False
            rows.append(self.row(trip, number, deadline, new_trip=False))
            deadline = leave - self.vehicle.load_duration
            if room_for_more:
                empty = self.forward([], trip.ready, self.start)
                if empty is not None:
                    rows.append(self.row(empty, number, deadline, new_trip=True))
        return rows, True

    def last_new(self, trips: list[_Trip], deadline: int) -> list[Row]:
        """The place for a new trip after the others; the one before it then returns to the start instead."""
        if not trips:
            empty = self.forward([], self.vehicle.shift.earliest, self.end)
            return [self.row(empty, 0, deadline, new_trip=True)] if empty is not None else []
        last = trips[-1]
        place = last.stops[-1].place
        home = self.ways[place, self.start] - self.ways[place, self.end]
        ready = max(last.lo + last.a_end + home, last.b_end + home)
        empty = self.forward([], ready, self.end)
        if empty is None:
            return []
        table, kind = self.tables.metres, self.tables.kind[self.number]
        far = 0 if table is None else int(table[kind, place, self.end]) - int(table[kind, place, self.start])
        return [self.row(empty, len(trips), deadline, new_trip=True, saved=(-home, far))]


def _before(stop: StopRow, limit: int, spent: int, rest: tuple[int, int, int]) -> tuple[int, int, int]:
    """What is borne on reaching a stop, from what is borne on reaching the place after it, ``spent`` later."""
    latest, ride_left, lo_after = rest
    if stop.earliest + spent > latest:
        return -FAR, -FAR, FAR
    ride_here = min(limit, ride_left - spent)
    return min(stop.latest, latest - spent), ride_here, max(lo_after, stop.earliest - ride_here)


def rows_of_vehicle(tables: Tables, vehicle: int, trips: list[list[int]]) -> tuple[list[Row], bool]:
    """Rows for every trip of a vehicle and every place of a new one; and whether the trips can be driven.

    For vehicles or stops that are ``exact`` in the tables the answer is necessary, not sufficient.
    """
    return _Rows(tables, vehicle, trips).all()
