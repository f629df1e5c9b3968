"""Plan JSON to Plan, from this program or any other that writes VROOM's form.

Extra keys are tolerated, missing needed ones refused. Times may be any whole number here, even negative ones: saying
that a stated time can't be is the checker's work.
"""

from typing import Any

from solver.json_in import parse
from solver.plan import Kind, Plan, Route, Unassigned, Visit
from solver.problem import ProblemError, whole


def read_plan(text: bytes | str) -> Plan:
    """Plan JSON to Plan. Raises ProblemError naming the key and the route."""
    return plan_from(parse(text))


def plan_from(data: Any) -> Plan:
    """The same for JSON that is already parsed."""
    if not isinstance(data, dict):
        raise ProblemError("plan", None, "must be an object")
    routes = tuple(_route(value, number) for number, value in enumerate(_list(data, "routes", "plan", None)))
    left_out = _list(data, "unassigned", "plan", None) if "unassigned" in data else []
    return Plan(routes, tuple(_unassigned(value, number) for number, value in enumerate(left_out)))


def _list(values: dict[str, Any], key: str, kind: str, id: object) -> list[Any]:
    if key not in values:
        raise ProblemError(key, id, "is needed", kind=kind)
    if not isinstance(values[key], list):
        raise ProblemError(key, id, "must be an array", kind=kind)
    found: list[Any] = values[key]
    return found


def _id(value: Any, key: str, kind: str, number: int) -> int:
    place = f"number {number + 1} of the list"
    if not isinstance(value, dict) or key not in value:
        raise ProblemError(key, place, "is needed", kind=kind)
    return whole(value[key], key, place, kind, most=2**63 - 1)


def _unassigned(value: Any, number: int) -> Unassigned:
    stop = _id(value, "id", "unassigned", number)
    reason, code = value.get("reason", ""), value.get("code", "")
    return Unassigned(stop, reason if isinstance(reason, str) else "", code if isinstance(code, str) else "")


def _route(value: Any, number: int) -> Route:
    vehicle = _id(value, "vehicle", "route", number)
    steps = _list(value, "steps", "route of vehicle", vehicle)
    visits = tuple(_visit(step, position, vehicle) for position, step in enumerate(steps))
    kinds = [visit.kind for visit in visits]
    if not kinds or kinds[0] is not Kind.START or kinds.count(Kind.START) != 1:
        raise ProblemError("steps", vehicle, "must begin with its only start", kind="route of vehicle")
    if kinds[-1] is not Kind.END or kinds.count(Kind.END) != 1:
        raise ProblemError("steps", vehicle, "must close with its only end", kind="route of vehicle")
    return Route(vehicle, visits)


def _visit(step: Any, position: int, vehicle: int) -> Visit:
    kind = f"step {position} of the route of vehicle"
    if not isinstance(step, dict):
        raise ProblemError("steps", vehicle, "must be an object", kind=kind)
    try:
        what = Kind(step["type"])
    except (KeyError, ValueError, TypeError):
        why = f"must be one of {', '.join(Kind)}, got {step.get('type')!r}"
        raise ProblemError("type", vehicle, why, kind=kind) from None
    named = step.get("id", step.get("job"))
    if what in {Kind.JOB, Kind.BREAK} and named is None:
        raise ProblemError("id", vehicle, "is needed", kind=kind)
    load = _list(step, "load", kind, vehicle) if "load" in step else []
    return Visit(
        kind=what,
        id=whole(named, "id", vehicle, kind, most=2**63 - 1) if what in {Kind.JOB, Kind.BREAK} else None,
        arrival=_second(step, "arrival", kind, vehicle),
        waiting=_second(step, "waiting_time", kind, vehicle),
        setup=_second(step, "setup", kind, vehicle),
        service=_second(step, "service", kind, vehicle),
        duration=_second(step, "duration", kind, vehicle),
        load=tuple(whole(amount, "load", vehicle, kind) for amount in load),
    )


def _second(step: dict[str, Any], key: str, kind: str, vehicle: int) -> int:
    if key not in step:
        raise ProblemError(key, vehicle, "is needed", kind=kind)
    value = step[key]
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProblemError(key, vehicle, f"must be a whole number, got {value!r}", kind=kind)
    return value
