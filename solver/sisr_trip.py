"""Trips with what makes judging an insertion cheap: the state after each prefix and before each suffix.

A trip that leaves its loading at t begins service at stop i at max(t + a, b): ``a`` is the way so far without waiting,
``b`` what windows force. Then a window that closes at l says t <= l - a and b <= l; a ride limit R says a <= R and
t >= b - R. So any part of a trip boils down to a few numbers, and joining parts takes constant time.
"""

# ruff: noqa: PLR1730 - `if` is three times as fast as min() and max() here, where the search spends its time

from __future__ import annotations

from typing import Final

from solver.sisr_data import FAR, Data

Prefix = tuple[int, int, int, int]
"""a and b of the departure from the last stop of the prefix; earliest and latest departure of the trip it allows."""

Suffix = tuple[int, int, int, int]
"""Counted from the begin of service (after setup) at its first stop: latest begin; most ride already spent; earliest
departure of the trip; time from there to the trip's end without waiting."""

_EMPTY: Final[Prefix] = (0, -FAR, -FAR, FAR)


class Trip:
    """One trip of one vehicle: ``stops`` by number, ``back`` the place where it ends. Its order never changes.

    ``least`` is the earliest end of loading and ``deadline`` the latest return, given the trips before and after; the
    state sets them, ``slot`` and ``cost``, while the trip is part of it. ``possible`` is False where windows or rides fail.
    ``refused`` remembers stops that fit at no position.
    """

    __slots__ = (
        "back", "cost", "deadline", "kind", "least", "possible", "prefix", "refused", "room", "room_after", "slot", "stops",
        "suffix", "vehicle",
    )  # fmt: skip

    def __init__(
        self, data: Data, vehicle: int, stops: list[int], back: int, old: Trip | None = None, at: int = 0
    ) -> None:
        """``old`` may be a trip that agrees with this one before position ``at``: prefixes are taken over."""
        self.vehicle = vehicle
        self.stops = stops
        self.back = back
        self.slot = -1
        self.cost = 0.0
        self.kind = data.kind_of[vehicle]
        self.least = -FAR
        self.deadline = FAR
        self.possible = True
        self.refused: set[int] = set()
        self.prefix: list[Prefix] = []
        self.suffix: list[Suffix] = []
        self._measure(data, old, at)
        self._load(data)

    def _measure(self, data: Data, old: Trip | None, at: int) -> None:
        durations = data.kinds[self.kind].durations
        place, setup, service = data.place, data.setup, data.service
        earliest, latest, release = data.earliest, data.latest, data.release
        ride, loading = data.ride[self.vehicle], data.load_time[self.vehicle]
        stops = self.stops
        if old is not None and at > 0:
            prefix = old.prefix[: at + 1]
            here = place[stops[at - 1]]
        else:
            at = 0
            prefix = [_EMPTY]
            here = data.start[self.vehicle]
        a, b, least, most = prefix[-1]
        for i in stops[at:]:
            there = place[i]
            way = durations[here][there]
            a += way
            b += way
            if b < earliest[i]:
                b = earliest[i]
            limit = latest[i] - a
            if limit < most:
                most = limit
            limit = b - ride[i]
            if limit > least:
                least = limit
            limit = release[i] + loading
            if limit > least:
                least = limit
            if a > ride[i] or b > latest[i] or least > most:
                self.possible = False
            spent = service[i] + setup[i] if here != there else service[i]
            a += spent
            b += spent
            here = there
            prefix.append((a, b, least, most))
        self.prefix = prefix
        way = durations[here][self.back]
        late, ridden, soonest, length = FAR, FAR, -FAR, way + (service[stops[-1]] if stops else 0)
        suffix: list[Suffix] = [(late, ridden, soonest, length)] * len(stops)
        for k in range(len(stops) - 2, -1, -1):
            i, j = stops[k], stops[k + 1]
            here, there = place[i], place[j]
            ahead = service[i] + durations[here][there]
            extra = setup[j] if here != there else 0
            open_at, limit = earliest[j], ride[j]
            begun = open_at + extra
            if begun - ridden > soonest:
                soonest = begun - ridden
            if open_at - limit > soonest:
                soonest = open_at - limit
            if release[j] + loading > soonest:
                soonest = release[j] + loading
            late = min(latest[j], late - extra) - ahead
            ridden = min(limit, ridden - extra) - ahead
            length += ahead + extra
            suffix[k] = (late, ridden, soonest, length)
        self.suffix = suffix

    def _load(self, data: Data) -> None:
        """Room left for one more amount delivered after, or picked up before, each position."""
        capacity = data.capacity[self.vehicle]
        if not data.has_pickups:
            if data.dimensions == 1:
                self.room = [[capacity[0] - sum([data.delivery[i][0] for i in self.stops])]]
            else:
                self.room = [[c - sum([data.delivery[i][k] for i in self.stops])] for k, c in enumerate(capacity)]
            self.room_after: list[list[int]] = []
            return
        self.room, self.room_after = [], []
        for k, most in enumerate(capacity):
            load = sum(data.delivery[i][k] for i in self.stops)
            legs = [load]
            for i in self.stops:
                load += data.pickup[i][k] - data.delivery[i][k]
                legs.append(load)
            before = [most - max(legs[: p + 1]) for p in range(len(legs))]
            after = [most - max(legs[p:]) for p in range(len(legs))]
            self.room.append(before)
            self.room_after.append(after)

    def set_bounds(self, least: int, deadline: int) -> None:
        if least != self.least or deadline != self.deadline:
            self.least, self.deadline = least, deadline
            self.refused = set()

    def ends(self, data: Data) -> tuple[int, int]:
        """The a and b of the return."""
        here = data.place[self.stops[-1]]
        way = data.kinds[self.kind].durations[here][self.back]
        a, b, _, _ = self.prefix[-1]
        return a + way, b + way


def fits(data: Data, trip: Trip, i: int, at: int) -> bool:
    """Whether stop ``i`` fits in time before position ``at``, with the rest of the vehicle's day as it is."""
    stops, place = trip.stops, data.place
    durations = data.kinds[trip.kind].durations
    ride = data.ride[trip.vehicle]
    a, b, least, most = trip.prefix[at]
    here = place[stops[at - 1]] if at else data.start[trip.vehicle]
    there = place[i]
    way = durations[here][there]
    a += way
    limit = ride[i]
    if a > limit:
        return False
    b += way
    if b < data.earliest[i]:
        b = data.earliest[i]
    if b > data.latest[i]:
        return False
    if trip.least > least:
        least = trip.least
    if b - limit > least:
        least = b - limit
    if data.release[i] + data.load_time[trip.vehicle] > least:
        least = data.release[i] + data.load_time[trip.vehicle]
    if data.latest[i] - a < most:
        most = data.latest[i] - a
    if least > most:
        return False
    spent = data.service[i] + data.setup[i] if here != there else data.service[i]
    if at == len(stops):
        spent += durations[there][trip.back]
        return b + spent <= trip.deadline and least + a + spent <= trip.deadline
    j = stops[at]
    after = place[j]
    spent += durations[there][after]
    a += spent
    limit = ride[j]
    if a > limit:
        return False
    b += spent
    if b < data.earliest[j]:
        b = data.earliest[j]
    if b > data.latest[j]:
        return False
    if data.latest[j] - a < most:
        most = data.latest[j] - a
    if b - limit > least:
        least = b - limit
    if data.release[j] + data.load_time[trip.vehicle] > least:
        least = data.release[j] + data.load_time[trip.vehicle]
    if there != after:
        a += data.setup[j]
        b += data.setup[j]
    late, ridden, soonest, length = trip.suffix[at]
    if a > ridden or b > late or b + length > trip.deadline:
        return False
    if late - a < most:
        most = late - a
    if trip.deadline - length - a < most:
        most = trip.deadline - length - a
    if b - ridden > least:
        least = b - ridden
    if soonest > least:
        least = soonest
    return least <= most
