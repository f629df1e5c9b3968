"""Problem JSON to Problem: every key is known or refused, every number is what it should be.

The form is VROOM's with the extension keys of docs/solver-json.md. Errors name the key and the id.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, TypeVar

import numpy as np

from solver.problem import Break, Costs, Depot, Matrix, Problem, ProblemError, Step, Stop, TimeWindow, Vehicle, whole

T = TypeVar("T")

TOP: Final = frozenset({"jobs", "vehicles", "matrices", "depots"})
JOB: Final = frozenset(
    [
        "id",
        "description",
        "location",
        "location_index",
        "setup",
        "service",
        "delivery",
        "pickup",
        "skills",
        "priority",
        "time_windows",
        "max_ride",
        "release",
        "must_serve",
        "depot_skills",
        "familiarity",
    ]
)
VEHICLE: Final = frozenset(
    [
        "id",
        "description",
        "profile",
        "start_index",
        "end_index",
        "capacity",
        "skills",
        "time_window",
        "speed_factor",
        "max_tasks",
        "max_travel_time",
        "max_distance",
        "costs",
        "breaks",
        "steps",
        "max_ride",
        "max_trips",
        "load_duration",
        "max_duration",
        "fair_work",
    ]
)
BREAK: Final = frozenset({"id", "description", "time_windows", "service"})
STEP: Final = frozenset({"type", "id", "locked"})
DEPOT: Final = frozenset({"location_index", "capacity", "skills"})
COSTS: Final = frozenset({"fixed", "per_hour", "per_km", "overwork"})


def parse(text: bytes | str) -> Any:
    """JSON to Python; refuses what the standard refuses (NaN, Infinity, a key twice in one object)."""
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_twins)
    except ProblemError:
        raise
    except (ValueError, RecursionError) as error:
        raise ProblemError("JSON", None, f"is not valid: {' '.join(str(error).split())[:200]}") from error


def _no_constant(name: str) -> NoReturn:
    raise ProblemError("JSON", None, f"is not valid: {name} is not a finite number")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twin = next(key for key in keys if keys.count(key) > 1)
        raise ProblemError(twin, found.get("id"), "is given twice in one object")
    return found


class Fields:
    """One JSON object: refuses unknown keys, hands out values of the right kind."""

    def __init__(self, value: Any, known: frozenset[str], kind: str, id: object = None) -> None:
        self.kind = kind
        self.id = id
        if not isinstance(value, dict):
            self.refuse(kind, "must be an object")
        self.values: dict[str, Any] = value
        for key in value:
            if key not in known:
                self.refuse(key, f"is not a known key of {_a(kind)}")

    def refuse(self, key: str, why: str) -> NoReturn:
        raise ProblemError(key, self.id, why, kind=self.kind)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def integer(self, key: str, default: int = 0) -> int:
        return whole(self.values[key], key, self.id, self.kind) if key in self.values else default

    def optional(self, key: str) -> int | None:
        return whole(self.values[key], key, self.id, self.kind) if key in self.values else None

    def needed(self, key: str, hint: str = "is needed") -> int:
        if key not in self.values:
            self.refuse(key, hint)
        return self.integer(key)

    def integers(self, key: str) -> tuple[int, ...]:
        values = self.list(key)
        return tuple(whole(value, key, self.id, self.kind) for value in values)

    def list(self, key: str) -> list[Any]:
        values = self.values.get(key, [])
        if not isinstance(values, list):
            self.refuse(key, "must be an array")
        return values

    def text(self, key: str, default: str = "") -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            self.refuse(key, "must be a text")
        return value

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, "must be true or false")
        return value

    def number(self, key: str, default: float) -> float:
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.refuse(key, "must be a finite number")
        return value

    def window(self, value: Any, key: str) -> TimeWindow:
        if not isinstance(value, list) or len(value) != 2:
            self.refuse(key, "must be [earliest, latest]")
        earliest, latest = (whole(second, key, self.id, self.kind) for second in value)
        if latest < earliest:
            self.refuse(key, f"ends before it begins: [{earliest}, {latest}]")
        return TimeWindow(earliest, latest)

    def windows(self, key: str) -> tuple[TimeWindow, ...]:
        if key in self.values and self.values[key] == []:
            self.refuse(key, "must hold at least one window; leave it out for any time")
        return tuple(self.window(value, key) for value in self.list(key))


def _a(kind: str) -> str:
    return {"problem": "the problem", "costs of vehicle": "a vehicle's costs", "step of vehicle": "a step"}.get(
        kind, f"a {kind}"
    )


def _identity(value: Any, kind: str, position: int) -> int:
    """The id that later errors name; before there is one, the place in the list does."""
    place = f"number {position + 1} of the list"
    if not isinstance(value, dict):
        raise ProblemError(kind, place, "must be an object", kind=kind)
    if "id" not in value:
        raise ProblemError("id", place, "is needed", kind=kind)
    return whole(value["id"], "id", place, kind, most=2**63 - 1)


def read_problem(text: bytes | str) -> Problem:
    """Problem JSON to Problem. Raises ProblemError naming the key and the id."""
    return problem_from(parse(text))


def problem_from(data: Any, matrices: Mapping[str, Matrix] | None = None) -> Problem:
    """The same for JSON that is already parsed; ``matrices`` stand in for those of the JSON, which may then be empty."""
    top = Fields(data, TOP, "problem")
    for key in ("jobs", "vehicles"):
        if key not in top:
            top.refuse(key, "is needed")
    if not top.list("vehicles"):
        top.refuse("vehicles", "at least one vehicle is needed")
    if "matrices" not in top:
        top.refuse(
            "matrices", "is needed: travel times by profile, {profile: {durations: [[…]]}}; locations are not enough"
        )
    return Problem(
        matrices=_matrices(top.values["matrices"]) if matrices is None else matrices,
        stops=tuple(_stop(value, position) for position, value in enumerate(top.list("jobs"))),
        vehicles=tuple(_vehicle(value, position) for position, value in enumerate(top.list("vehicles"))),
        depots=tuple(_depot(value, position) for position, value in enumerate(top.list("depots"))),
    )


def _matrices(value: Any) -> dict[str, Matrix]:
    if not isinstance(value, dict) or not value:
        raise ProblemError("matrices", None, "must be an object with at least one profile")
    found = {}
    for profile, tables in value.items():
        fields = Fields(tables, frozenset({"durations", "distances"}), "matrix", profile)
        if "durations" not in fields:
            fields.refuse("durations", "is needed")
        durations = _table(fields, "durations")
        distances = _table(fields, "distances") if "distances" in fields else None
        if distances is not None and distances.shape != durations.shape:
            fields.refuse("distances", f"has {len(distances)} rows where durations has {len(durations)}")
        found[profile] = Matrix(durations, distances)
    return found


def _table(fields: Fields, key: str) -> Any:
    """A square table; each row is looked at on its own, since numpy would take true for 1."""
    rows = fields.list(key)
    if not rows:
        fields.refuse(key, "must have at least one row")
    for number, row in enumerate(rows):
        if not isinstance(row, list):
            fields.refuse(key, f"row {number} must be an array")
        if len(row) != len(rows):
            fields.refuse(key, f"row {number} has {len(row)} entries where {len(rows)} are needed")
        if set(map(type, row)) != {int} or min(row) < 0 or max(row) >= 2**31:
            for entry in row:
                whole(entry, key, fields.id, fields.kind)
    return np.array(rows, dtype=np.int32)


def _each(values: list[Any], make: Callable[[Any, int], T]) -> tuple[T, ...]:
    return tuple(make(value, position) for position, value in enumerate(values))


def _stop(value: Any, position: int) -> Stop:
    job = Fields(value, JOB, "job", _identity(value, "job", position))
    return Stop(
        id=_identity(value, "job", position),
        location=job.needed("location_index", "is needed: the row of this job in the matrices"),
        setup=job.integer("setup"),
        service=job.integer("service"),
        delivery=job.integers("delivery"),
        pickup=job.integers("pickup"),
        skills=frozenset(job.integers("skills")),
        priority=job.integer("priority"),
        time_windows=job.windows("time_windows"),
        max_ride=job.optional("max_ride"),
        release=job.integer("release"),
        must_serve=job.flag("must_serve"),
        depot_skills=frozenset(job.integers("depot_skills")),
        familiarity=_familiarity(job),
        description=job.text("description"),
        coordinates=_coordinates(job),
    )


def _familiarity(job: Fields) -> Mapping[int, int]:
    credit = job.values.get("familiarity", {})
    if not isinstance(credit, dict):
        job.refuse("familiarity", "must be an object of vehicle id and seconds")
    for vehicle in credit:
        if not (vehicle.isascii() and vehicle.isdigit() and len(vehicle) < 20):
            job.refuse("familiarity", f"{vehicle[:40]!r} is not a vehicle id")
    if len({int(vehicle) for vehicle in credit}) < len(credit):
        job.refuse("familiarity", "names a vehicle twice")
    return {int(vehicle): whole(seconds, "familiarity", job.id, "job") for vehicle, seconds in credit.items()}


def _coordinates(job: Fields) -> tuple[float, float] | None:
    if "location" not in job:
        return None
    pair = job.list("location")
    numbers = [n for n in pair if isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n)]
    if len(pair) != 2 or len(numbers) != 2:
        job.refuse("location", "must be [longitude, latitude]")
    return (numbers[0], numbers[1])


def _vehicle(value: Any, position: int) -> Vehicle:
    vehicle = Fields(value, VEHICLE, "vehicle", _identity(value, "vehicle", position))
    costs = Fields(vehicle.values.get("costs", {}), COSTS, "costs of vehicle", vehicle.id)
    breaks = _each(vehicle.list("breaks"), lambda v, p: _break(v, p, vehicle))
    return Vehicle(
        id=_identity(value, "vehicle", position),
        profile=vehicle.text("profile", "car"),
        start=vehicle.optional("start_index"),
        end=vehicle.optional("end_index"),
        capacity=vehicle.integers("capacity"),
        skills=frozenset(vehicle.integers("skills")),
        shift=vehicle.window(vehicle.values["time_window"], "time_window")
        if "time_window" in vehicle
        else TimeWindow(),
        speed_factor=vehicle.number("speed_factor", 1.0),
        max_tasks=vehicle.optional("max_tasks"),
        max_travel_time=vehicle.optional("max_travel_time"),
        max_distance=vehicle.optional("max_distance"),
        costs=Costs(
            costs.integer("fixed"), costs.integer("per_hour", 3600), costs.integer("per_km"), costs.integer("overwork")
        ),
        breaks=breaks,
        steps=tuple(step for v in vehicle.list("steps") if (step := _step(v, vehicle, breaks)) is not None),
        max_ride=vehicle.optional("max_ride"),
        max_trips=vehicle.integer("max_trips", 1),
        load_duration=vehicle.integer("load_duration"),
        max_duration=vehicle.optional("max_duration"),
        fair_work=vehicle.optional("fair_work"),
        description=vehicle.text("description"),
    )


def _break(value: Any, position: int, vehicle: Fields) -> Break:
    kind = f"break of vehicle {vehicle.id}"
    fields = Fields(value, BREAK, kind, _identity(value, kind, position))
    return Break(
        id=_identity(value, kind, position),
        time_windows=fields.windows("time_windows"),
        service=fields.integer("service"),
        description=fields.text("description"),
    )


def _step(value: Any, vehicle: Fields, breaks: tuple[Break, ...]) -> Step | None:
    """One of VROOM's steps; start, break and end say nothing that the plan does not decide anew."""
    fields = Fields(value, STEP, "step of vehicle", vehicle.id)
    kind, locked = fields.text("type"), fields.flag("locked")
    if kind not in {"start", "job", "break", "reload", "end"}:
        fields.refuse("type", f"must be start, job, break, reload or end, got {kind!r}")
    if locked and kind != "job":
        fields.refuse("locked", f"only a job can be locked, not {kind!r}")
    if kind in {"job", "break"}:
        stop = fields.needed("id", f"is needed for a {kind}")
        if kind == "break" and stop not in {pause.id for pause in breaks}:
            fields.refuse("id", f"the vehicle has no break {stop}")
        return Step(stop, locked=locked) if kind == "job" else None
    if "id" in fields:
        fields.refuse("id", f"has no meaning for {kind!r}")
    return Step(None) if kind == "reload" else None


def _depot(value: Any, position: int) -> Depot:
    if not isinstance(value, dict):
        raise ProblemError("depots", f"number {position + 1} of the list", "must be an object", kind="depot")
    depot = Fields(value, DEPOT, "depot", value.get("location_index", f"number {position + 1} of the list"))
    return Depot(
        location=depot.needed("location_index"),
        capacity=depot.integers("capacity") if "capacity" in depot else None,
        skills=frozenset(depot.integers("skills")),
    )
