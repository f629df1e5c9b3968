"""The best plan of a tiny problem, by trying everything; written from the contract, with no code of any engine.

Every subset of the stops, in every order, cut into trips in every way, for every vehicle; then the best way to share the
stops out. Times are tried second by second. Breaks, locks and what a depot may load in all are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise, permutations

from solver.problem import Problem, Stop, Vehicle

Trips = tuple[tuple[Stop, ...], ...]
Value = tuple[int, int, int, int]
"""Must-serve stops, priorities and stops served (negated), cost − familiarity + overwork in units of 1/3,600,000."""

_UNIT = 3_600_000


def optimum(problem: Problem) -> Value:
    """The objective of the best plan; for up to seven stops and three vehicles."""
    assert not any(vehicle.breaks or vehicle.locked for vehicle in problem.vehicles)
    assert not any(depot.capacity is not None for depot in problem.depots)
    count = len(problem.stops)
    nothing = (0, 0, 0, 0)
    best: dict[int, Value] = {0: nothing}
    for vehicle in problem.vehicles:
        routes = {0: nothing} | dict(_routes(problem, vehicle))
        after: dict[int, Value] = {}
        for mask, value in best.items():
            for more, its in routes.items():
                if not mask & more:
                    total = _sum(value, its)
                    if mask | more not in after or total < after[mask | more]:
                        after[mask | more] = total
        best = after
    assert len(best) <= 2**count
    return min(best.values())


def _sum(a: Value, b: Value) -> Value:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]


def _routes(problem: Problem, vehicle: Vehicle) -> Iterator[tuple[int, Value]]:
    """For each set of stops that the vehicle can serve, as a bit mask, the value of its cheapest route."""
    drive = _Drive(problem, vehicle)
    numbered = list(enumerate(problem.stops))
    for size in range(1, len(numbered) + 1):
        if vehicle.max_tasks is not None and size > vehicle.max_tasks:
            return
        for chosen in combinations(numbered, size):
            stops = [stop for _, stop in chosen]
            if not drive.may_serve(stops):
                continue
            ways = [trips for order in permutations(stops) for trips in _cuts(order, vehicle.max_trips)]
            for cost, trips in sorted(((drive.cost(trips), trips) for trips in ways), key=lambda pair: pair[0]):
                if drive.can(trips):
                    yield (
                        sum(1 << number for number, _ in chosen),
                        (
                            -sum(stop.must_serve for stop in stops),
                            -sum(stop.priority for stop in stops),
                            -size,
                            cost - _UNIT * sum(stop.familiarity.get(vehicle.id, 0) for stop in stops),
                        ),
                    )
                    break


def _cuts(order: Sequence[Stop], most: int) -> Iterator[Trips]:
    for count in range(min(most, len(order))):
        for places in combinations(range(1, len(order)), count):
            bounds = (0, *places, len(order))
            yield tuple(tuple(order[a:b]) for a, b in pairwise(bounds))


@dataclass(slots=True)
class _Drive:
    """One vehicle: what its ways take, and whether trips can be driven."""

    problem: Problem
    vehicle: Vehicle
    seconds: list[list[int]] = field(init=False)
    metres: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        matrix = self.problem.matrices[self.vehicle.profile]
        factor = self.vehicle.speed_factor
        self.seconds = [[round(entry / factor) for entry in row] for row in matrix.durations.tolist()]
        self.metres = matrix.distances.tolist() if matrix.distances is not None else [[0] * matrix.size] * matrix.size

    def may_serve(self, stops: Sequence[Stop]) -> bool:
        offered = next((d.skills for d in self.problem.depots if d.location == self.vehicle.start), frozenset())
        return all(stop.skills <= self.vehicle.skills and stop.depot_skills <= offered for stop in stops)

    def ways(self, trips: Trips) -> tuple[int, int]:
        """Seconds and metres of the whole route."""
        start, end = self.vehicle.start, self.vehicle.end
        places: list[int | None] = []
        for trip in trips:
            places += [start, *(stop.location for stop in trip)]
        places.append(end)
        known = [(a, b) for a, b in pairwise(places) if a is not None and b is not None]
        return sum(self.seconds[a][b] for a, b in known), sum(self.metres[a][b] for a, b in known)

    def cost(self, trips: Trips) -> int:
        seconds, metres = self.ways(trips)
        costs = self.vehicle.costs
        price = _UNIT * costs.fixed + 1000 * costs.per_hour * seconds + 3600 * costs.per_km * metres
        if self.vehicle.fair_work is not None:
            work = seconds + sum(self._spent(trip) for trip in trips)
            price += 1000 * costs.overwork * max(0, work - self.vehicle.fair_work)
        return price

    def _spent(self, trip: Sequence[Stop]) -> int:
        places = [self.vehicle.start, *(stop.location for stop in trip)]
        doors = sum(
            stop.service + stop.setup * (before != stop.location) for before, stop in zip(places, trip, strict=False)
        )
        return self.vehicle.load_duration + doors

    def can(self, trips: Trips) -> bool:
        vehicle = self.vehicle
        seconds, metres = self.ways(trips)
        if vehicle.max_travel_time is not None and seconds > vehicle.max_travel_time:
            return False
        if vehicle.max_distance is not None and metres > vehicle.max_distance:
            return False
        return all(map(self._fits, trips)) and self._in_time(trips)

    def _fits(self, trip: Sequence[Stop]) -> bool:
        for k, room in enumerate(self.vehicle.capacity):
            aboard = sum(stop.delivery[k] for stop in trip)
            if aboard > room:
                return False
            for stop in trip:
                aboard += stop.pickup[k] - stop.delivery[k]
                if aboard > room:
                    return False
        return True

    def _in_time(self, trips: Trips) -> bool:
        """Try the seconds at which the first loading may begin; later trips leave as early as they can."""
        vehicle = self.vehicle
        begin = vehicle.shift.earliest
        while (back := self._trip(trips, 0, begin)) is not None:
            if back < 0:
                begin -= back
                continue
            for number in range(1, len(trips)):
                loading = back
                while (later := self._trip(trips, number, loading)) is not None and later < 0:
                    loading -= later
                if later is None:
                    return False
                back = later
            if vehicle.max_duration is None or back - begin <= vehicle.max_duration:
                return True
            begin += 1
        return False  # a window or the shift has passed, which no later begin can mend

    def _trip(self, trips: Trips, number: int, loading: int) -> int | None:
        """The return of a trip that begins to load then; −k where it must be k or more later, None where it is too late.

        What has ridden k seconds too long waited on the way: each second of loading later saves one at most.
        """
        vehicle, trip = self.vehicle, trips[number]
        released = max(stop.release for stop in trip)
        if loading < released:
            return loading - released
        left = clock = loading + vehicle.load_duration
        place, over = vehicle.start, 0
        for stop in trip:
            clock += self.seconds[place][stop.location] if place is not None else 0
            if stop.time_windows:
                open_ = [max(clock, w.earliest) for w in stop.time_windows if clock <= w.latest]
                if not open_:
                    return None
                clock = min(open_)
            limit = stop.max_ride if stop.max_ride is not None else vehicle.max_ride
            over = max(over, clock - left - limit) if limit is not None else over
            clock += (stop.setup if place != stop.location else 0) + stop.service
            place = stop.location
        target = vehicle.end if number == len(trips) - 1 else vehicle.start
        clock += self.seconds[place][target] if place is not None and target is not None else 0
        if clock > vehicle.shift.latest:
            return None
        return -over if over else clock
