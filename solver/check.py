"""Re-computes a plan from the problem alone and lists what it breaks; trusts no engine and no stated time.

Written from the contract, sharing no code with what builds plans. Each step's stated times are followed, so that one
wrong time is one violation, not a cascade.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from solver.plan import Cause, Kind, Plan, Route, Trip, Violation, Visit
from solver.problem import Matrix, Problem, ProblemError, Stop, Vehicle


def check_route(problem: Problem, route: Route) -> tuple[Violation, ...]:
    """What one used route breaks by itself, whatever the others do."""
    vehicle = problem.vehicle(route.vehicle)
    walked = _Walk(problem, vehicle, route).violations()
    return (*walked, *_loads(problem, vehicle, route), *_breaks(vehicle, route))


def check(
    problem: Problem,
    plan: Plan,
    *,
    of_route: Callable[[Problem, Route], tuple[Violation, ...]] = check_route,
) -> tuple[Violation, ...]:
    """Every broken rule of the closed list; empty means the plan can be driven as stated.

    A route without jobs is an unused vehicle: nothing of it is looked at but its shape. ``of_route``: for a caller that checks
    the same plan again and again with few routes changed, and remembers what ``check_route`` found of the others.
    Raises ProblemError for a vehicle that the problem does not know or a route that is not start … end.
    """
    for route in plan.routes:
        _require_shape(problem, route)
    used = [route for route in plan.routes if route.stops]
    found = [*_accounts(problem, plan)]
    seen: set[int] = set()
    for route in used:
        vehicle = problem.vehicle(route.vehicle)
        if vehicle.id in seen:
            found.append(Violation(Cause.TIMING, "the vehicle has two routes at once", vehicle.id))
        seen.add(vehicle.id)
        found += of_route(problem, route)
    found += _depots(problem, used)
    found += _locks(problem, used)
    return tuple(found)


def _require_shape(problem: Problem, route: Route) -> None:
    if not problem.has_vehicle(route.vehicle):
        raise ProblemError("vehicle", route.vehicle, "is not in the problem", kind="route of vehicle")
    kinds = [visit.kind for visit in route.visits]
    ends = (Kind.START, Kind.END)
    if len(kinds) < 2 or (kinds[0], kinds[-1]) != ends or any(kind in ends for kind in kinds[1:-1]):
        raise ProblemError("steps", route.vehicle, "must run from one start to one end", kind="route of vehicle")


def _accounts(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Every stop is served once, or listed as unassigned once."""
    served = Counter(stop for route in plan.routes for stop in route.stops)
    by = {stop: route.vehicle for route in plan.routes for stop in route.stops}
    left_out = Counter(entry.stop for entry in plan.unassigned)
    for stop in problem.stops:
        times, missing = served[stop.id], left_out[stop.id]
        if times + missing == 0:
            yield Violation(Cause.LOST, f"job {stop.id} is neither served nor unassigned", stop=stop.id)
        elif times > 1:
            yield Violation(Cause.SERVED_TWICE, f"job {stop.id} is served {times} times", by[stop.id], stop.id)
        elif times and missing:
            yield Violation(Cause.SERVED_TWICE, f"job {stop.id} is served and yet unassigned", by[stop.id], stop.id)
        elif missing > 1:
            yield Violation(Cause.SERVED_TWICE, f"job {stop.id} is listed as unassigned {missing} times", stop=stop.id)
    for stop_id in sorted(set(served) | set(left_out)):
        if not problem.has_stop(stop_id):
            yield Violation(Cause.UNKNOWN_JOB, f"job {stop_id} is not in the problem", by.get(stop_id), stop_id)


@dataclass(slots=True)
class _Walk:
    """Follows one route in time: what is driven between two places, what is stated, what may be."""

    problem: Problem
    vehicle: Vehicle
    route: Route
    found: list[Violation] = field(default_factory=list)
    matrix: Matrix = field(init=False)
    place: int | None = None
    clock: int = 0  # the stated departure from the last step
    duration: int = 0  # the stated travel up to the last step
    underway: int = 0  # of the way to the next place, already driven before a break
    travelled: int = 0  # up to the last place
    metres: int = 0
    loaded: int = 0  # end of the current trip's loading
    uncertain: bool = False  # after an unknown job, no arrival can be foretold

    def violations(self) -> list[Violation]:
        self.matrix = self.problem.travel(self.vehicle)
        for visit in self.route.visits:
            self._spans(visit)
            match visit.kind:
                case Kind.START:
                    self.place = self.vehicle.start
                    self._loading(visit)
                    if visit.arrival < self.vehicle.shift.earliest:
                        self._add(
                            Cause.SHIFT, f"starts at {visit.arrival}, before the shift at {self.vehicle.shift.earliest}"
                        )
                case Kind.RELOAD:
                    self._arrive(visit, self.vehicle.start)
                    self._loading(visit)
                case Kind.JOB:
                    self._job(visit)
                case Kind.BREAK:
                    self._pause(visit)
                case Kind.END:
                    self._arrive(visit, self.vehicle.end)
                    self._expect(visit, visit.setup, 0, "setup")
                    self._expect(visit, visit.service, 0, "service")
                    if visit.arrival > self.vehicle.shift.latest:
                        self._add(
                            Cause.SHIFT, f"ends at {visit.arrival}, after the shift at {self.vehicle.shift.latest}"
                        )
            self.clock, self.duration = visit.departure, visit.duration
        self._totals()
        return self.found

    def _add(self, cause: Cause, message: str, stop: int | None = None) -> None:
        self.found.append(Violation(cause, message, self.vehicle.id, stop))

    def _spans(self, visit: Visit) -> None:
        """A span of time cannot be negative."""
        for name, seconds in (("waiting_time", visit.waiting), ("setup", visit.setup), ("service", visit.service)):
            if seconds < 0:
                self._add(Cause.TIMING, f"{name} of {_name(visit)} is negative: {seconds}", _stop_id(visit))

    def _expect(self, visit: Visit, stated: int, real: int, name: str) -> None:
        if stated != real:
            self._add(Cause.TIMING, f"{name} of {_name(visit)} is stated as {stated}, but is {real}", _stop_id(visit))

    def _arrive(self, visit: Visit, place: int | None) -> None:
        """Reach a step's place; None is wherever the vehicle is (no start_index or no end_index)."""
        way = 0
        if place is not None and self.place is not None:
            way = int(self.matrix.durations[self.place, place])
            self.metres += int(self.matrix.distances[self.place, place]) if self.matrix.distances is not None else 0
        self.travelled += way
        if not self.uncertain:
            if self.underway > way:
                self._add(Cause.TIMING, f"drives {self.underway} s before a break on a way of {way} s", _stop_id(visit))
            earliest = self.clock + max(0, way - self.underway)
            self._expect(visit, visit.arrival, earliest, "arrival")
            self._expect_duration(visit, way - self.underway, self.travelled)
        self.place = place if place is not None else self.place
        self.underway = 0
        self.uncertain = False

    def _expect_duration(self, visit: Visit, way: int, travelled: int) -> None:
        """Travel so far, by the matrix or onwards from what was stated before: a wrong figure is one violation."""
        if visit.duration != self.duration + way:
            self._expect(visit, visit.duration, travelled, "duration")

    def _loading(self, visit: Visit) -> None:
        self._expect(visit, visit.setup, 0, "setup")
        if visit.kind is Kind.START:
            self._expect(visit, visit.duration, 0, "duration")
        if visit.service != self.vehicle.load_duration:
            why = f"loading is stated to take {visit.service} s, but takes {self.vehicle.load_duration} s"
            self._add(Cause.LOAD_DURATION, why)
        self.loaded = visit.departure

    def _job(self, visit: Visit) -> None:
        if visit.id is None or not self.problem.has_stop(visit.id):
            self.uncertain = True
            return
        stop = self.problem.stop(visit.id)
        before = self.place
        self._arrive(visit, stop.location)
        self._setup(visit, stop, before)
        self._expect(visit, visit.service, stop.service, "service")
        if stop.time_windows and not any(w.earliest <= visit.begin <= w.latest for w in stop.time_windows):
            windows = ", ".join(f"[{w.earliest}, {w.latest}]" for w in stop.time_windows)
            self._add(Cause.TIME_WINDOW, f"job {stop.id} begins at {visit.begin}, outside {windows}", stop.id)
        limit = self.problem.ride_limit(stop, self.vehicle)
        ride = visit.begin - self.loaded
        if limit is not None and ride > limit:
            self._add(Cause.MAX_RIDE, f"job {stop.id} rides {ride} s, {ride - limit} s too long", stop.id)
        if not stop.skills <= self.vehicle.skills:
            lacking = sorted(stop.skills - self.vehicle.skills)
            self._add(Cause.SKILLS, f"the vehicle lacks skills {lacking} of job {stop.id}", stop.id)

    def _setup(self, visit: Visit, stop: Stop, before: int | None) -> None:
        """Setup applies on arriving from another place; for a first job without start_index VROOM charges it."""
        if before is None and visit.setup == 0:
            return
        self._expect(visit, visit.setup, stop.setup if before != stop.location else 0, "setup")

    def _pause(self, visit: Visit) -> None:
        """A break happens where the vehicle is, or on its way to the next place (as VROOM's do)."""
        driven = visit.arrival - self.clock
        if self.uncertain:
            return
        if driven < 0:
            self._add(Cause.TIMING, f"break {visit.id} arrives at {visit.arrival}, before the last step ends")
            driven = 0
        self.underway += driven
        self._expect_duration(visit, driven, self.travelled + self.underway)
        self._expect(visit, visit.setup, 0, "setup")

    def _totals(self) -> None:
        vehicle = self.vehicle
        start, end = self.route.visits[0], self.route.visits[-1]
        loadings = sum(visit.kind in {Kind.START, Kind.RELOAD} for visit in self.route.visits)
        limits = (
            (Cause.MAX_DURATION, "lasts", end.arrival - start.begin, vehicle.max_duration),
            (Cause.MAX_TRAVEL_TIME, "travels", self.travelled, vehicle.max_travel_time),
            (Cause.MAX_DISTANCE, "drives", self.metres, vehicle.max_distance),
            (Cause.MAX_TASKS, "serves", len(self.route.stops), vehicle.max_tasks),
            (Cause.MAX_TRIPS, "loads", loadings, vehicle.max_trips),
        )
        for cause, verb, value, limit in limits:
            if limit is not None and value > limit:
                self._add(cause, f"the route {verb} {value}, more than {cause} {limit}")


def _name(visit: Visit) -> str:
    return str(visit.kind) if visit.id is None else f"{visit.kind} {visit.id}"


def _stop_id(visit: Visit) -> int | None:
    return visit.id if visit.kind is Kind.JOB else None


def _known(problem: Problem, trip: Trip) -> list[Stop]:
    return [problem.stop(stop) for stop in trip.stops if problem.has_stop(stop)]


def _loads(problem: Problem, vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    """Release, depot skills and capacity of each trip. Deliveries leave at their stop, pickups at the trip's end."""
    depot = problem.depot_at(vehicle.start)
    offered = depot.skills if depot is not None else frozenset()
    for number, trip in enumerate(route.trips, start=1):
        stops = _known(problem, trip)
        for stop in stops:
            if stop.release > trip.loading.begin:
                why = f"trip {number} loads at {trip.loading.begin}, before job {stop.id} is released at {stop.release}"
                yield Violation(Cause.RELEASE, why, vehicle.id, stop.id)
            if not stop.depot_skills <= offered:
                lacking = sorted(stop.depot_skills - offered)
                why = f"the depot at {vehicle.start} lacks skills {lacking} of job {stop.id}"
                yield Violation(Cause.DEPOT_SKILLS, why, vehicle.id, stop.id)
        yield from _trip_load(vehicle, number, stops)


def _trip_load(vehicle: Vehicle, number: int, stops: list[Stop]) -> Iterator[Violation]:
    load = [sum(stop.delivery[i] for stop in stops) for i in range(len(vehicle.capacity))]
    after: Stop | None = None
    for stop in (None, *stops):
        if stop is not None:
            load = [n - d + p for n, d, p in zip(load, stop.delivery, stop.pickup, strict=True)]
            after = stop
        if any(n > most for n, most in zip(load, vehicle.capacity, strict=True)):
            where = f"after job {after.id}" if after is not None else "on leaving"
            why = f"trip {number} carries {load} {where}, more than {list(vehicle.capacity)}"
            yield Violation(Cause.CAPACITY, why, vehicle.id, after.id if after is not None else None)
            return


def _breaks(vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    """Each break of a used vehicle is taken once, in full, beginning within one of its windows."""
    taken = [visit for visit in route.visits if visit.kind is Kind.BREAK]
    known = {pause.id: pause for pause in vehicle.breaks}
    for visit in taken:
        pause = known.get(visit.id) if visit.id is not None else None
        if pause is None:
            yield Violation(Cause.BREAK, f"break {visit.id} is not one of the vehicle's", vehicle.id)
            continue
        if pause.time_windows and not any(w.earliest <= visit.begin <= w.latest for w in pause.time_windows):
            yield Violation(Cause.BREAK, f"break {pause.id} begins at {visit.begin}, outside its windows", vehicle.id)
        if visit.service != pause.service:
            why = f"break {pause.id} is stated to last {visit.service} s, but lasts {pause.service} s"
            yield Violation(Cause.BREAK, why, vehicle.id)
    times = Counter(visit.id for visit in taken)
    for pause in vehicle.breaks:
        if times[pause.id] != 1:
            yield Violation(Cause.BREAK, f"break {pause.id} is taken {times[pause.id]} times", vehicle.id)


def _depots(problem: Problem, used: list[Route]) -> Iterator[Violation]:
    """What all trips of all vehicles load at a listed depot."""
    for depot in problem.depots:
        if depot.capacity is None:
            continue
        loading = [route for route in used if problem.vehicle(route.vehicle).start == depot.location]
        stops = [stop for route in loading for trip in route.trips for stop in _known(problem, trip)]
        loaded = [sum(stop.delivery[i] for stop in stops) for i in range(problem.dimensions)]
        if any(amount > most for amount, most in zip(loaded, depot.capacity, strict=True)):
            why = f"{loaded} is loaded at the depot at {depot.location}, more than {list(depot.capacity)}"
            yield Violation(Cause.DEPOT_CAPACITY, why)


def _locks(problem: Problem, used: list[Route]) -> Iterator[Violation]:
    """A locked stop is served by its vehicle or not at all, in its order among the vehicle's locked stops."""
    owner = {stop: vehicle.id for vehicle in problem.vehicles for stop in vehicle.locked}
    for route in used:
        rank = {stop: place for place, stop in enumerate(problem.vehicle(route.vehicle).locked)}
        last = -1
        for stop in route.stops:
            bound = owner.get(stop, route.vehicle)
            if bound != route.vehicle:
                yield Violation(Cause.LOCKED, f"job {stop} is locked to vehicle {bound}", route.vehicle, stop)
            elif stop in rank:
                if rank[stop] < last:
                    yield Violation(Cause.LOCKED, f"job {stop} is served out of its locked order", route.vehicle, stop)
                last = max(last, rank[stop])
