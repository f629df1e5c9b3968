"""Why a stop is left out: one true, useful sentence with a code, for the person who has to find another way."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from solver.plan import Cause, Kind, Plan, Route, Unassigned
from solver.problem import Depot, Problem, Stop, Vehicle
from solver.schedule import Infeasible, time_route
from solver.schedule_fit import kinds_of_vehicles, vehicles_by_kind

NO_ROOM: Final = "no_room"
"""The code when a stop would fit alone, but not beside what the vehicles already do."""


def explain(problem: Problem, routes: Iterable[Route]) -> Plan:
    """The plan of these routes: every stop that none of them serves is unassigned, with its reason."""
    routes = tuple(routes)
    served = {stop for route in routes for stop in route.stops}
    left_out = [stop for stop in problem.stops if stop.id not in served]
    today = _Today(problem, routes) if left_out else None
    return Plan(routes, tuple(today.reason(stop) for stop in left_out) if today is not None else ())


def fits_alone(problem: Problem, stop: Stop) -> bool:
    """Whether any vehicle could serve the stop if it had nothing else to do."""
    return any(
        isinstance(time_route(problem, vehicle, ((stop.id,),)), Route)
        and not _short(problem.depot_at(vehicle.start), stop)
        for vehicle in kinds_of_vehicles(problem)
    )


def _short(depot: Depot | None, stop: Stop) -> bool:
    """A depot whose whole capacity is less than the stop needs."""
    if depot is None or depot.capacity is None:
        return False
    return any(n > most for n, most in zip(stop.delivery, depot.capacity, strict=True))


def _minutes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{minutes} min" if seconds >= 60 else f"{seconds} s"


class _Today:
    """What the routes of a plan leave free."""

    def __init__(self, problem: Problem, routes: tuple[Route, ...]) -> None:
        self.problem = problem
        self.kinds = kinds_of_vehicles(problem)
        self.alike = vehicles_by_kind(problem)
        self.routes = {route.vehicle: route for route in routes}
        self.loaded: dict[int | None, list[int]] = {}
        for route in routes:
            used = self.loaded.setdefault(problem.vehicle(route.vehicle).start, [0] * problem.dimensions)
            for stop in route.stops:
                for i, amount in enumerate(problem.stop(stop).delivery):
                    used[i] += amount

    def reason(self, stop: Stop) -> Unassigned:
        code, sentence = self._never(stop) or self._not_today(stop)
        return Unassigned(stop.id, sentence, code)

    def _never(self, stop: Stop) -> tuple[str, str] | None:
        """Why no vehicle could serve the stop even with nothing else to do."""
        owner = self.problem.owner(stop.id)
        fleet = [v for v in self.kinds if owner in {None, v.id}]
        skilled = [v for v in fleet if stop.skills <= v.skills]
        if not skilled:
            which = "no vehicle has" if owner is None else f"vehicle {owner}, to which it is locked, lacks"
            return Cause.SKILLS, f"{which} the skills that it needs: {_listed(stop.skills)}"
        at_depot = [v for v in skilled if stop.depot_skills <= self._offered(v)]
        if not at_depot:
            why = f"no depot where a suitable vehicle loads has the skills {_listed(stop.depot_skills)}"
            return Cause.DEPOT_SKILLS, why
        large = [v for v in at_depot if _fits(stop.delivery, v) and _fits(stop.pickup, v)]
        if not large:
            amount = list(stop.delivery if any(stop.delivery) else stop.pickup)
            return Cause.CAPACITY, f"its amount {amount} is more than any suitable vehicle holds"
        stocked = [v for v in large if not _short(self.problem.depot_at(v.start), stop)]
        if not stocked:
            return Cause.DEPOT_CAPACITY, f"its amount {list(stop.delivery)} is more than any depot may load"
        answers = {v.id: time_route(self.problem, v, ((stop.id,),)) for v in stocked}
        if any(isinstance(answer, Route) for answer in answers.values()):
            return None
        causes = Counter(answer.cause for answer in answers.values() if isinstance(answer, Infeasible))
        cause = max(causes, key=lambda c: (causes[c], c))
        concerned = [
            v for v in stocked if (a := answers[v.id]) is not None and isinstance(a, Infeasible) and a.cause is cause
        ]
        return cause, self._alone(stop, concerned, cause)

    def _offered(self, vehicle: Vehicle) -> frozenset[int]:
        depot = self.problem.depot_at(vehicle.start)
        return depot.skills if depot is not None else frozenset()

    def _way(self, vehicle: Vehicle, stop: Stop) -> int:
        return (
            int(self.problem.travel(vehicle).durations[vehicle.start, stop.location])
            if vehicle.start is not None
            else 0
        )

    def _back(self, vehicle: Vehicle, stop: Stop) -> int:
        return int(self.problem.travel(vehicle).durations[stop.location, vehicle.end]) if vehicle.end is not None else 0

    def _arrival(self, vehicle: Vehicle, stop: Stop, ready: int) -> int:
        """The earliest arrival if loading may start at ``ready``."""
        return max(ready, stop.release) + vehicle.load_duration + self._way(vehicle, stop)

    def _alone(self, stop: Stop, vehicles: list[Vehicle], cause: Cause) -> str:
        match cause:
            case Cause.TIME_WINDOW:
                late = min(self._arrival(v, stop, v.shift.earliest) for v in vehicles) - stop.time_windows[-1].latest
                return f"even alone on a trip a vehicle comes {_minutes(late)} after its last window closes"
            case Cause.MAX_RIDE:
                limits = {limit for v in vehicles if (limit := self.problem.ride_limit(stop, v)) is not None}
                way = min(self._way(v, stop) for v in vehicles)
                return f"the way takes {way} s, and it may ride no longer than {max(limits)} s"
            case Cause.SHIFT:
                over = min(
                    max(
                        self._arrival(v, stop, v.shift.earliest),
                        stop.time_windows[0].earliest if stop.time_windows else 0,
                    )
                    + (stop.setup if v.start != stop.location else 0)
                    + stop.service
                    + self._back(v, stop)
                    - v.shift.latest
                    for v in vehicles
                )
                if over <= 0:
                    return "no suitable vehicle can serve it within its shift"
                return f"it lies outside every suitable shift: the vehicle would be back {_minutes(over)} too late"
            case Cause.MAX_TRAVEL_TIME | Cause.MAX_DISTANCE:
                return f"the way there and back alone is more than {cause} of every suitable vehicle"
            case Cause.MAX_DURATION:
                return "serving it alone takes longer than max_duration of every suitable vehicle"
            case Cause.BREAK:
                return "no suitable vehicle could serve it and still take its breaks in time"
            case Cause.MAX_TASKS:
                return "max_tasks allows no suitable vehicle a stop"
            case _:
                return f"no suitable vehicle can serve it: {cause}"

    def _not_today(self, stop: Stop) -> tuple[str, str]:
        """It would fit alone; what the plan uses up instead."""
        owner = self.problem.owner(stop.id)
        able = [
            vehicle
            for kind in self.kinds
            if owner in {None, kind.id}
            and not _short(self.problem.depot_at(kind.start), stop)
            and isinstance(time_route(self.problem, kind, ((stop.id,),)), Route)
            for vehicle in self.alike[kind.id]
        ]
        stocked = [v for v in able if self._left_at(v, stop)]
        if not stocked:
            return Cause.DEPOT_CAPACITY, "the depots that could load it have no more to load for it"
        free = [v for v in stocked if v.max_tasks is None or self._tasks(v) < v.max_tasks]
        if not free:
            return Cause.MAX_TASKS, "every vehicle that could serve it has all its tasks"
        late = [over for v in free if (over := self._lateness(v, stop)) is not None]
        if not late:
            return (
                NO_ROOM,
                f"the {len(free)} vehicles that could serve it have no trip left and no room or time in theirs",
            )
        if min(late) > 0:
            why = (
                f"a further trip after the others would be {_minutes(min(late))} too late, and no trip has room or time"
            )
            return NO_ROOM, why
        return NO_ROOM, f"no place was found beside the other stops of the {len(free)} vehicles that could serve it"

    def _left_at(self, vehicle: Vehicle, stop: Stop) -> bool:
        depot = self.problem.depot_at(vehicle.start)
        if depot is None or depot.capacity is None:
            return True
        used = self.loaded.get(vehicle.start, [0] * self.problem.dimensions)
        return all(n + u <= most for n, u, most in zip(stop.delivery, used, depot.capacity, strict=True))

    def _tasks(self, vehicle: Vehicle) -> int:
        return len(self.routes[vehicle.id].stops) if vehicle.id in self.routes else 0

    def _lateness(self, vehicle: Vehicle, stop: Stop) -> int | None:
        """Seconds by which a trip of its own after the vehicle's last would miss window or shift; None if it has none."""
        route = self.routes.get(vehicle.id)
        if route is None:
            return 0
        if len(route.trips) >= vehicle.max_trips:
            return None
        last = next(visit for visit in reversed(route.visits) if visit.kind is Kind.JOB)
        place = self.problem.stop(last.id).location if last.id is not None else None
        durations = self.problem.travel(vehicle).durations
        home = int(durations[place, vehicle.start]) if place is not None and vehicle.start is not None else 0
        arrival = self._arrival(vehicle, stop, last.departure + home)
        windows = stop.time_windows
        begin = (
            next((max(arrival, w.earliest) for w in windows if arrival <= w.latest), arrival) if windows else arrival
        )
        missed = arrival - windows[-1].latest if windows else 0
        overrun = begin + stop.setup + stop.service + self._back(vehicle, stop) - vehicle.shift.latest
        return max(0, missed, overrun)


def _listed(skills: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(skills)))


def _fits(amount: tuple[int, ...], vehicle: Vehicle) -> bool:
    return all(n <= most for n, most in zip(amount, vehicle.capacity, strict=True))
