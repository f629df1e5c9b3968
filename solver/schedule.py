"""The one place that gives times to an order of stops: exact, every key of the contract, loads as late as is good.

A trip's only freedom is when it leaves its loading; after that going on at once is never worse. So the time at each
step is a function of that departure (see piecewise), a window or a ride limit cuts it, and trips are chained by
composing them. A break is taken after any step, where the vehicle then is; all ways of placing them are followed.

Each trip leaves as late as leaves its own return unchanged: food waits in the kitchen, never in the box, and
nobody's lunch comes later for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from solver import piecewise as pw
from solver.plan import Cause, Kind, Route, Visit
from solver.problem import LARGEST, Break, Problem, Stop, Vehicle
from solver.schedule_fit import misfit

Trips = Sequence[Sequence[int]]
States = dict[int, pw.Function]

MOST_BREAKS: Final = 6
"""Up to here every order of the breaks is tried; beyond, they are taken in the order of their first windows."""


@dataclass(frozen=True, slots=True)
class Infeasible:
    """Why an order of stops cannot be driven: the rule that fails first and the stop where it does."""

    cause: Cause
    stop: int | None = None


def time_route(problem: Problem, vehicle: Vehicle, trips: Trips) -> Route | Infeasible:
    """The route of a vehicle that serves these trips, with all its times, or why there is none.

    ``trips`` holds stop ids by trip; empty trips are left out. What concerns several vehicles (depot capacity) is
    not looked at. Raises ValueError when there is no stop at all.
    """
    orders = [[problem.stop(stop) for stop in trip] for trip in trips if trip]
    if not orders:
        raise ValueError(f"vehicle {vehicle.id} has no stop to serve")
    unfit = misfit(problem, vehicle, orders)
    return Infeasible(*unfit) if unfit is not None else _Timing(problem, vehicle, orders).route()


def time_orders(problem: Problem, vehicle: Vehicle, orders: Sequence[Sequence[Stop]]) -> Route | Infeasible:
    """The same for stops and a vehicle that may differ from the problem's own, and times alone: what ``misfit`` asks is not asked.

    For ``follow``, which loosens limits. No trip may be empty.
    """
    return _Timing(problem, vehicle, [list(order) for order in orders]).route()


@dataclass(frozen=True, slots=True)
class _Leg:
    """A stop in its trip: the way to it, what it takes there, how long it may have ridden."""

    stop: Stop
    way: int
    setup: int
    limit: int | None


@dataclass(slots=True)
class _Timing:
    problem: Problem
    vehicle: Vehicle
    orders: list[list[Stop]]
    legs: list[list[_Leg]] = field(init=False)
    backs: list[int] = field(init=False)  # the way from each trip's last stop to the next loading or the end
    failed: tuple[Cause, int | None] = (Cause.SHIFT, None)

    def route(self) -> Route | Infeasible:
        self._measure()
        vehicle = self.vehicle
        full = (1 << len(vehicle.breaks)) - 1
        loading = vehicle.load_duration
        trips: list[dict[int, States]] = []  # per trip: breaks taken before -> breaks taken after -> return
        chained: list[States] = []  # per trip: breaks taken -> return, as a function of the first departure
        for number, order in enumerate(self.orders):
            release = max(stop.release for stop in order)
            first = max(release, vehicle.shift.earliest) + loading
            before: States = chained[-1] if chained else {0: pw.NEVER}
            trips.append({mask: self._trip(number, mask, first) for mask in before})
            if number == 0:
                states = trips[0][0]
            else:
                states = {}
                for mask, returned in before.items():
                    for then, function in trips[number][mask].items():
                        joined = pw.after(pw.later(returned, loading), function)
                        states[then] = pw.undominated(pw.earliest_of(states.get(then, pw.NEVER), joined))
            states = {mask: function for mask, function in states.items() if function}
            if not states:
                return Infeasible(*self.failed)
            chained.append(states)
        if full not in chained[-1]:
            return Infeasible(Cause.BREAK)
        ended = pw.at_most(chained[-1][full], vehicle.shift.latest)
        if not ended:
            return Infeasible(Cause.SHIFT)
        if vehicle.max_duration is not None:
            ended = pw.lasting(ended, vehicle.max_duration - loading)
            if not ended:
                return Infeasible(Cause.MAX_DURATION)
        return self._times(trips, chained, ended[0][0])

    def _measure(self) -> None:
        durations = self.problem.travel(self.vehicle).durations
        self.legs, self.backs = [], []
        for number, order in enumerate(self.orders):
            place = self.vehicle.start
            legs: list[_Leg] = []
            for stop in order:
                way = int(durations[place, stop.location]) if place is not None else 0
                setup = stop.setup if place != stop.location else 0
                legs.append(_Leg(stop, way, setup, self.problem.ride_limit(stop, self.vehicle)))
                place = stop.location
            target = self.vehicle.end if number == len(self.orders) - 1 else self.vehicle.start
            self.legs.append(legs)
            self.backs.append(int(durations[place, target]) if target is not None else 0)

    def _trip(self, number: int, mask: int, first: int) -> States:
        """Return (or end) of a trip as functions of its departure, by the breaks taken until then."""
        states = self._with_breaks({mask: pw.identity(first, LARGEST)})
        if not states:
            self.failed = (Cause.SHIFT, None)
        for leg in self.legs[number]:
            begun = {m: pw.through(pw.later(f, leg.way), leg.stop.time_windows) for m, f in states.items()}
            if states and not any(begun.values()):
                self.failed = (Cause.TIME_WINDOW, leg.stop.id)
            ridden = {m: pw.lasting(f, leg.limit) if leg.limit is not None else f for m, f in begun.items()}
            if any(begun.values()) and not any(ridden.values()):
                self.failed = (Cause.MAX_RIDE, leg.stop.id)
            served = {m: pw.later(f, leg.setup + leg.stop.service) for m, f in ridden.items() if f}
            states = self._with_breaks(served)
        latest = self.vehicle.shift.latest
        back = {m: pw.at_most(pw.later(f, self.backs[number]), latest) for m, f in states.items()}
        if states and not any(back.values()):
            self.failed = (Cause.SHIFT, self.legs[number][-1].stop.id)
        return {m: f for m, f in back.items() if f}

    def _next_breaks(self, mask: int) -> list[tuple[int, Break]]:
        breaks = self.vehicle.breaks
        if len(breaks) <= MOST_BREAKS:
            return [(i, pause) for i, pause in enumerate(breaks) if not mask >> i & 1]
        order = sorted(
            range(len(breaks)), key=lambda i: breaks[i].time_windows[0].earliest if breaks[i].time_windows else 0
        )
        return [(i, breaks[i]) for i in order if not mask >> i & 1][:1]

    def _with_breaks(self, states: States) -> States:
        """Also the states after taking one or more breaks here."""
        if not self.vehicle.breaks:
            return states
        found = dict(states)
        todo = sorted(states, key=int.bit_count)
        while todo:
            mask = todo.pop(0)
            for bit, pause in self._next_breaks(mask):
                taken = pw.later(pw.through(found[mask], pause.time_windows), pause.service)
                then = mask | 1 << bit
                better = pw.undominated(pw.earliest_of(found.get(then, pw.NEVER), taken))
                if better and better != found.get(then):
                    found[then] = better
                    todo.append(then)
        return found

    def _times(self, trips: list[dict[int, States]], chained: list[States], departure: int) -> Route:
        """Follow the functions back to which breaks fall into which trip, then forward with numbers."""
        masks = self._masks(trips, chained, departure)
        vehicle = self.vehicle
        visits: list[Visit] = []
        travelled, clock, place = 0, vehicle.shift.earliest, vehicle.start
        for number, order in enumerate(self.orders):
            before, then = (masks[number - 1] if number else 0), masks[number]
            function = trips[number][before][then]
            start = departure if number == 0 else pw.next_departure(function, clock + vehicle.load_duration)
            assert start is not None
            left = pw.latest_departure(function, start)
            load = tuple(sum(amounts) for amounts in zip(*(stop.delivery for stop in order), strict=True))
            begin = left - vehicle.load_duration
            if number == 0:
                place = vehicle.start if vehicle.start is not None else order[0].location
                clock = begin
            kind = Kind.RELOAD if number else Kind.START
            visits.append(
                Visit(
                    kind=kind,
                    location=place,
                    arrival=clock,
                    waiting=begin - clock,
                    service=vehicle.load_duration,
                    duration=travelled,
                    load=load,
                )
            )
            inside, clock, travelled = self._inside(number, before, then, left, travelled, load)
            visits += inside
            clock += self.backs[number]
            travelled += self.backs[number]
            place = vehicle.start
        last = self.orders[-1][-1]
        left_over = tuple(sum(stop.pickup[i] for stop in self.orders[-1]) for i in range(len(last.pickup)))
        end = vehicle.end if vehicle.end is not None else last.location
        visits.append(Visit(kind=Kind.END, location=end, arrival=clock, duration=travelled, load=left_over))
        return Route(vehicle.id, tuple(visits))

    def _masks(self, trips: list[dict[int, States]], chained: list[States], departure: int) -> list[int]:
        """The breaks taken by the end of each trip, on the best way for this first departure."""
        mask = (1 << len(self.vehicle.breaks)) - 1
        masks = [mask]
        for number in range(len(chained) - 1, 0, -1):
            time = pw.value_at(chained[number][mask], departure)
            for before, returned in chained[number - 1].items():
                back = pw.value_at(returned, departure)
                function = trips[number][before].get(mask)
                if back is None or function is None:
                    continue
                left = pw.next_departure(function, back + self.vehicle.load_duration)
                if left is not None and pw.value_at(function, left) == time:
                    mask = before
                    break
            masks.append(mask)
        return masks[::-1]

    def _inside(
        self, number: int, before: int, then: int, left: int, travelled: int, load: tuple[int, ...]
    ) -> tuple[list[Visit], int, int]:
        """The visits of one trip that leaves at ``left``: earliest times, breaks where they cost least."""
        best: dict[int, tuple[int, list[Visit]]] = {before: (left, [])}
        best = self._pauses(best, then, travelled, load)
        for leg in self.legs[number]:
            travelled += leg.way
            load = tuple(n - d + p for n, d, p in zip(load, leg.stop.delivery, leg.stop.pickup, strict=True))
            ahead: dict[int, tuple[int, list[Visit]]] = {}
            for mask, (clock, visits) in best.items():
                arrival = clock + leg.way
                begin = _begin(arrival, leg.stop)
                if begin is None or (leg.limit is not None and begin - left > leg.limit):
                    continue
                visit = Visit(
                    kind=Kind.JOB,
                    id=leg.stop.id,
                    location=leg.stop.location,
                    arrival=arrival,
                    waiting=begin - arrival,
                    setup=leg.setup,
                    service=leg.stop.service,
                    duration=travelled,
                    load=load,
                )
                ahead[mask] = (visit.departure, [*visits, visit])
            best = self._pauses(ahead, then, travelled, load)
        clock, visits = best[then]
        return visits, clock, travelled

    def _pauses(
        self, best: dict[int, tuple[int, list[Visit]]], then: int, travelled: int, load: tuple[int, ...]
    ) -> dict[int, tuple[int, list[Visit]]]:
        found = dict(best)
        todo = sorted(best, key=int.bit_count)
        while todo:
            mask = todo.pop(0)
            clock, visits = found[mask]
            for bit, pause in self._next_breaks(mask):
                begin = _begin(clock, pause)
                target = mask | 1 << bit
                if not then >> bit & 1 or begin is None:
                    continue
                visit = Visit(
                    kind=Kind.BREAK,
                    id=pause.id,
                    location=visits[-1].location if visits else self.vehicle.start,
                    arrival=clock,
                    waiting=begin - clock,
                    service=pause.service,
                    duration=travelled,
                    load=load,
                )
                if target not in found or visit.departure < found[target][0]:
                    found[target] = (visit.departure, [*visits, visit])
                    todo.append(target)
        return found


def _begin(clock: int, place: Stop | Break) -> int | None:
    """The first second from ``clock`` on at which it may begin."""
    if not place.time_windows:
        return clock
    return next((max(clock, w.earliest) for w in place.time_windows if clock <= w.latest), None)
