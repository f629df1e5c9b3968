"""The answer to a problem: who visits what, when; what is left out and why; what is broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from solver.problem import Seconds


class Kind(StrEnum):
    """What happens at a visit. A reload begins the next trip, at the vehicle's start."""

    START = "start"
    JOB = "job"
    BREAK = "break"
    RELOAD = "reload"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One step of a route: arrival, then waiting, then setup and service, then departure.

    ``id`` is that of the stop or the break. ``load`` is what is aboard after the step. At start and reload the service
    is the loading. ``duration`` is the travel time cumulated up to the arrival.
    """

    kind: Kind
    id: int | None = None
    location: int | None = None
    arrival: Seconds
    waiting: Seconds = 0
    setup: Seconds = 0
    service: Seconds = 0
    duration: Seconds = 0
    load: tuple[int, ...] = ()

    @property
    def begin(self) -> Seconds:
        """When setup or service begins: what windows and ride limits look at."""
        return self.arrival + self.waiting

    @property
    def departure(self) -> Seconds:
        return self.arrival + self.waiting + self.setup + self.service


@dataclass(frozen=True, slots=True)
class Trip:
    """What lies between two loadings: the loading itself (start or reload), then jobs and breaks."""

    loading: Visit
    visits: tuple[Visit, ...]

    @property
    def stops(self) -> tuple[int, ...]:
        return tuple(v.id for v in self.visits if v.kind is Kind.JOB and v.id is not None)


@dataclass(frozen=True, slots=True)
class Route:
    """All trips of one vehicle: start, then jobs, breaks and reloads, then end."""

    vehicle: int
    visits: tuple[Visit, ...]

    @property
    def stops(self) -> tuple[int, ...]:
        """Ids of the stops in the order served."""
        return tuple(v.id for v in self.visits if v.kind is Kind.JOB and v.id is not None)

    @property
    def trips(self) -> tuple[Trip, ...]:
        return tuple(self._trips())

    @property
    def trip_stops(self) -> tuple[tuple[int, ...], ...]:
        """Stop ids by trip: what ``schedule.time_route`` takes."""
        return tuple(trip.stops for trip in self._trips())

    def _trips(self) -> Iterator[Trip]:
        loading: Visit | None = None
        inside: list[Visit] = []
        for visit in self.visits:
            if visit.kind in {Kind.START, Kind.RELOAD}:
                if loading is not None:
                    yield Trip(loading, tuple(inside))
                loading, inside = visit, []
            elif visit.kind is not Kind.END:
                inside.append(visit)
        if loading is not None:
            yield Trip(loading, tuple(inside))


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A stop left out, with one true, useful sentence and its code (see solver.explain)."""

    stop: int
    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Routes of the vehicles that are used, and the stops left out. Every stop is in one of the two, once."""

    routes: tuple[Route, ...] = ()
    unassigned: tuple[Unassigned, ...] = ()

    @property
    def served(self) -> frozenset[int]:
        return frozenset(stop for route in self.routes for stop in route.stops)

    def route_of(self, vehicle: int) -> Route | None:
        return next((route for route in self.routes if route.vehicle == vehicle), None)


class Cause(StrEnum):
    """The closed list of what a plan can break."""

    LOST = "lost"
    SERVED_TWICE = "served_twice"
    UNKNOWN_JOB = "unknown_job"
    SKILLS = "skills"
    DEPOT_SKILLS = "depot_skills"
    CAPACITY = "capacity"
    DEPOT_CAPACITY = "depot_capacity"
    TIME_WINDOW = "time_window"
    MAX_RIDE = "max_ride"
    RELEASE = "release"
    LOAD_DURATION = "load_duration"
    SHIFT = "shift"
    MAX_DURATION = "max_duration"
    MAX_TRAVEL_TIME = "max_travel_time"
    MAX_DISTANCE = "max_distance"
    MAX_TASKS = "max_tasks"
    MAX_TRIPS = "max_trips"
    BREAK = "break"
    TIMING = "timing"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule, with the vehicle and the stop concerned where there is one."""

    cause: Cause
    message: str
    vehicle: int | None = None
    stop: int | None = None
