"""The routing problem: immutable and validated at birth.

All times are whole seconds, all ways whole metres, locations are indices into the matrices. Ids are numbers of the
caller's choosing; no person is known here. Names in errors are those of the JSON form (docs/solver-json.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

Seconds = int
Metres = int
IntMatrix = npt.NDArray[np.int32]

LARGEST: Final = 2**31 - 1
"""Upper bound of every number: what a matrix entry (int32) can hold; Unix timestamps still fit."""


class ProblemError(ValueError):
    """A problem or plan that makes no sense: names the key and the id of what is wrong."""

    def __init__(self, key: str, id: object, message: str, *, kind: str = "") -> None:
        self.key = key
        self.id = id
        self.message = message
        where = f"{kind} {id}: " if id is not None else f"{kind}: " if kind else ""
        super().__init__(f"{where}{key}: {message}")


def whole(value: object, key: str, id: object, kind: str, *, most: int = LARGEST) -> int:
    """A whole number from 0 to ``most``; refuses booleans, fractions, text and negative numbers."""
    if isinstance(value, np.integer):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProblemError(key, id, f"must be a whole number, got {value!r}", kind=kind)
    if value < 0:
        raise ProblemError(key, id, f"must not be negative, got {value}", kind=kind)
    if value > most:
        raise ProblemError(key, id, f"must be at most {most}, got {value}", kind=kind)
    return value


def _wholes(values: Iterable[object], key: str, id: object, kind: str) -> None:
    for value in values:
        whole(value, key, id, kind)


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Service may *begin* between the two, inclusive. Whole seconds, usually since local midnight."""

    earliest: Seconds = 0
    latest: Seconds = LARGEST

    def __post_init__(self) -> None:
        if not 0 <= self.earliest <= self.latest <= LARGEST:
            raise ValueError(f"must satisfy 0 <= earliest <= latest, got [{self.earliest}, {self.latest}]")


def merged(windows: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    """The same moments as sorted windows that neither overlap nor touch."""
    kept: list[TimeWindow] = []
    for window in sorted(windows, key=lambda w: (w.earliest, w.latest)):
        if kept and window.earliest <= kept[-1].latest + 1:
            kept[-1] = TimeWindow(kept[-1].earliest, max(kept[-1].latest, window.latest))
        else:
            kept.append(window)
    return tuple(kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A door or building served once (VROOM's job).

    ``delivery`` is loaded when its trip loads, ``pickup`` stays aboard to the end of the trip. No ``time_windows``
    means any time. ``max_ride`` runs from the end of loading of its trip to the start of setup or service, waiting
    included. ``release`` is the earliest second at which loading of its trip may start. ``familiarity`` maps a
    vehicle id to the seconds credited if that vehicle serves the stop.
    """

    id: int
    location: int
    setup: Seconds = 0
    service: Seconds = 0
    delivery: tuple[int, ...] = ()
    pickup: tuple[int, ...] = ()
    skills: frozenset[int] = frozenset()
    priority: int = 0
    time_windows: tuple[TimeWindow, ...] = ()
    max_ride: Seconds | None = None
    release: Seconds = 0
    must_serve: bool = False
    depot_skills: frozenset[int] = frozenset()
    familiarity: Mapping[int, Seconds] = field(default_factory=lambda: MappingProxyType({}))
    description: str = ""
    coordinates: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        whole(self.id, "id", self.id, "job", most=2**63 - 1)
        whole(self.location, "location_index", self.id, "job")
        whole(self.setup, "setup", self.id, "job")
        whole(self.service, "service", self.id, "job")
        whole(self.priority, "priority", self.id, "job", most=100)
        whole(self.release, "release", self.id, "job")
        if self.max_ride is not None:
            whole(self.max_ride, "max_ride", self.id, "job")
        _wholes(self.delivery, "delivery", self.id, "job")
        _wholes(self.pickup, "pickup", self.id, "job")
        _wholes(self.skills, "skills", self.id, "job")
        _wholes(self.depot_skills, "depot_skills", self.id, "job")
        _wholes(self.familiarity.values(), "familiarity", self.id, "job")
        object.__setattr__(self, "time_windows", merged(self.time_windows))
        object.__setattr__(self, "familiarity", MappingProxyType(dict(self.familiarity)))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by value (engines run in child processes); a mapping proxy cannot be pickled itself."""
        return _stop_from, ({f: getattr(self, f) for f in self.__slots__ if f != "familiarity"}, dict(self.familiarity))


def _stop_from(fields: dict[str, object], familiarity: dict[int, int]) -> Stop:
    return Stop(**fields, familiarity=familiarity)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A pause that a used vehicle takes exactly once, beginning within one of its windows."""

    id: int
    time_windows: tuple[TimeWindow, ...] = ()
    service: Seconds = 0
    description: str = ""

    def __post_init__(self) -> None:
        whole(self.id, "id", self.id, "break", most=2**63 - 1)
        whole(self.service, "service", self.id, "break")
        object.__setattr__(self, "time_windows", merged(self.time_windows))


@dataclass(frozen=True, slots=True)
class Costs:
    """What a vehicle costs: once when used, per hour of travel, per kilometre. The default is travel seconds.

    ``overwork`` per hour of work above the vehicle's ``fair_work``: a debit like the credit of familiarity, apart from the cost.
    """

    fixed: int = 0
    per_hour: int = 3600
    per_km: int = 0
    overwork: int = 0

    def __post_init__(self) -> None:
        _wholes((self.fixed, self.per_hour, self.per_km, self.overwork), "costs", None, "")


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a vehicle's ``steps``: a warm start; ``locked`` binds the stop to the vehicle and the order.

    ``stop`` is None for a reload, which begins the next trip of the warm start.
    """

    stop: int | None
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """The van or e-bike of one shift. ``start`` is also where each trip loads; either of start, end may be None.

    ``shift`` bounds the arrival at ``start`` and at ``end``. ``max_duration`` runs from the start of the first loading
    to the end of the route. ``max_ride`` is the default for stops that have none of their own. ``fair_work``: seconds of travel, loading, setup
    and service from which on work costs ``costs.overwork``.
    """

    id: int
    profile: str = "car"
    start: int | None = None
    end: int | None = None
    capacity: tuple[int, ...] = ()
    skills: frozenset[int] = frozenset()
    shift: TimeWindow = field(default_factory=TimeWindow)
    speed_factor: float = 1.0
    max_tasks: int | None = None
    max_travel_time: Seconds | None = None
    max_distance: Metres | None = None
    costs: Costs = field(default_factory=Costs)
    breaks: tuple[Break, ...] = ()
    steps: tuple[Step, ...] = ()
    max_ride: Seconds | None = None
    max_trips: int = 1
    load_duration: Seconds = 0
    max_duration: Seconds | None = None
    fair_work: Seconds | None = None
    description: str = ""

    def __post_init__(self) -> None:
        whole(self.id, "id", self.id, "vehicle", most=2**63 - 1)
        if self.start is None and self.end is None:
            raise ProblemError("start_index", self.id, "a vehicle needs start_index or end_index", kind="vehicle")
        limits = {
            "start_index": self.start,
            "end_index": self.end,
            "max_tasks": self.max_tasks,
            "max_travel_time": self.max_travel_time,
            "max_distance": self.max_distance,
            "max_ride": self.max_ride,
            "max_duration": self.max_duration,
            "fair_work": self.fair_work,
            "max_trips": self.max_trips,
            "load_duration": self.load_duration,
        }
        for key, value in limits.items():
            if value is not None:
                whole(value, key, self.id, "vehicle")
        _wholes(self.capacity, "capacity", self.id, "vehicle")
        _wholes(self.skills, "skills", self.id, "vehicle")
        if self.max_trips < 1:
            raise ProblemError("max_trips", self.id, "must be at least 1", kind="vehicle")
        if self.max_trips > 1 and self.start is None:
            raise ProblemError("max_trips", self.id, "more than one trip needs a start_index", kind="vehicle")
        factor = self.speed_factor
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 < factor < float("inf"):
            raise ProblemError("speed_factor", self.id, f"must be a positive number, got {factor!r}", kind="vehicle")
        if len({b.id for b in self.breaks}) < len(self.breaks):
            raise ProblemError("breaks", self.id, "two breaks have the same id", kind="vehicle")
        named = [step.stop for step in self.steps if step.stop is not None]
        if len(set(named)) < len(named):
            raise ProblemError("steps", self.id, "names a job twice", kind="vehicle")

    @property
    def overwork_price(self) -> int:
        """Cost of an hour of work above ``fair_work``; 0 where nothing is counted."""
        return self.costs.overwork if self.fair_work is not None else 0

    @property
    def locked(self) -> tuple[int, ...]:
        """Ids of the stops bound to this vehicle, in the order that binds."""
        return tuple(step.stop for step in self.steps if step.locked and step.stop is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """What may be loaded at a location in all trips of all vehicles together; None is unlimited."""

    location: int
    capacity: tuple[int, ...] | None = None
    skills: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        whole(self.location, "location_index", self.location, "depot")
        _wholes(self.capacity or (), "capacity", self.location, "depot")
        _wholes(self.skills, "skills", self.location, "depot")


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Travel seconds and metres, n × n, int32, read-only; entry [i][j] is the way from i to j, not symmetric."""

    durations: IntMatrix
    distances: IntMatrix | None = None

    def __post_init__(self) -> None:
        for key in ("durations", "distances"):
            table = getattr(self, key)
            if table is None:
                continue
            array = np.asarray(table)
            if array.ndim != 2 or array.shape[0] != array.shape[1] or array.size == 0:
                raise ProblemError(key, None, "must be a square table with at least one row")
            if array.dtype.kind not in "iu":
                raise ProblemError(key, None, "must hold whole numbers")
            if array.min() < 0 or array.max() > LARGEST:
                raise ProblemError(key, None, f"entries must lie between 0 and {LARGEST}")
            array = array.astype(np.int32)
            array.flags.writeable = False
            object.__setattr__(self, key, array)
        if self.distances is not None and self.distances.shape != self.durations.shape:
            raise ProblemError("distances", None, "must have the size of durations")

    @property
    def size(self) -> int:
        return int(self.durations.shape[0])


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Stops, vehicles, one matrix per profile and, where loading is limited, depots.

    Amounts are padded at birth: every stop's ``delivery`` and ``pickup`` and every vehicle's ``capacity`` have the same
    length ``dimensions`` afterwards; as with VROOM a missing one is all zeros.

    Raises ProblemError for anything that contradicts itself, naming key and id.
    """

    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    matrices: Mapping[str, Matrix]
    depots: tuple[Depot, ...] = ()
    dimensions: int = field(init=False)
    _stops: dict[int, Stop] = field(init=False, repr=False)
    _vehicles: dict[int, Vehicle] = field(init=False, repr=False)
    _owner: dict[int, int] = field(init=False, repr=False)
    _travel: dict[tuple[str, float], Matrix] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        from solver.problem_checks import check_problem, pad_amounts

        assign = object.__setattr__
        stops, vehicles, dimensions = pad_amounts(tuple(self.stops), tuple(self.vehicles), tuple(self.depots))
        assign(self, "stops", stops)
        assign(self, "vehicles", vehicles)
        assign(self, "depots", tuple(self.depots))
        assign(self, "matrices", dict(self.matrices))
        assign(self, "dimensions", dimensions)
        assign(self, "_stops", {stop.id: stop for stop in stops})
        assign(self, "_vehicles", {vehicle.id: vehicle for vehicle in vehicles})
        assign(self, "_owner", {stop: vehicle.id for vehicle in vehicles for stop in vehicle.locked})
        assign(self, "_travel", {})
        check_problem(self)

    def stop(self, id: int) -> Stop:
        return self._stops[id]

    def vehicle(self, id: int) -> Vehicle:
        return self._vehicles[id]

    def has_stop(self, id: int) -> bool:
        return id in self._stops

    def has_vehicle(self, id: int) -> bool:
        return id in self._vehicles

    def owner(self, stop: int) -> int | None:
        """The vehicle that a stop is locked to, if any."""
        return self._owner.get(stop)

    def depot_at(self, location: int | None) -> Depot | None:
        """The listed depot at a location; None means unlimited and without skills."""
        return next((depot for depot in self.depots if depot.location == location), None)

    def travel(self, vehicle: Vehicle) -> Matrix:
        """The vehicle's own matrix: durations ÷ speed_factor, rounded to the nearest second, .5 to even."""
        key = (vehicle.profile, float(vehicle.speed_factor))
        if key not in self._travel:
            matrix = self.matrices[vehicle.profile]
            if key[1] != 1.0:
                scaled = np.rint(matrix.durations / key[1])
                if scaled.max() > LARGEST:
                    raise ProblemError("speed_factor", vehicle.id, "makes travel times too large", kind="vehicle")
                matrix = replace(matrix, durations=scaled.astype(np.int64))
            self._travel[key] = matrix
        return self._travel[key]

    def ride_limit(self, stop: Stop, vehicle: Vehicle) -> Seconds | None:
        """The stop's own limit, else the vehicle's default, else None."""
        return stop.max_ride if stop.max_ride is not None else vehicle.max_ride

    def without(self, stops: Iterable[int]) -> "Problem":
        """The same problem less some stops, for engines that solve a part."""
        gone = set(stops)
        kept = tuple(stop for stop in self.stops if stop.id not in gone)
        vehicles = tuple(
            replace(v, steps=tuple(s for s in v.steps if s.stop is None or s.stop not in gone)) for v in self.vehicles
        )
        return replace(self, stops=kept, vehicles=vehicles)
