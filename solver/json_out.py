"""Problem and Plan to JSON: VROOM's form with the extension keys of docs/solver-json.md."""

import json
from collections.abc import Iterable
from typing import Any

from solver.cost import CostTerms, cost_terms, number, route_terms
from solver.plan import Kind, Plan, Route, Violation, Visit
from solver.problem import Break, Costs, Problem, Stop, TimeWindow, Vehicle


def write_plan(problem: Problem, plan: Plan) -> str:
    """The plan as JSON text, one line a step, the same bytes for the same plan."""
    return json.dumps(plan_data(problem, plan), ensure_ascii=False, indent=1) + "\n"


def plan_data(problem: Problem, plan: Plan) -> dict[str, Any]:
    routes = [_route_data(problem, route) for route in plan.routes if route.stops]
    terms = cost_terms(problem, plan)
    summary: dict[str, Any] = {
        "cost": terms.cost,
        "routes": len(routes),
        "unassigned": len(plan.unassigned),
        **{
            key: sum(route[key] for route in routes)
            for key in ("setup", "service", "duration", "waiting_time", "priority")
        },
        **_amounts(problem, plan.served),
        **_distance(problem, terms),
        "familiarity": number(terms.familiarity),
        **_overwork(terms, problem.vehicles),
        "violations": [],
    }
    unassigned = []
    for left_out in plan.unassigned:
        stop = problem.stop(left_out.stop)
        entry = {"id": stop.id, "type": "job", "location_index": stop.location, **_named(stop)}
        unassigned.append({**entry, "reason": left_out.reason, "code": left_out.code})
    return {"code": 0, "summary": summary, "unassigned": unassigned, "routes": routes}


def check_data(problem: Problem, plan: Plan, violations: Iterable[Violation]) -> dict[str, Any]:
    """What ``check`` prints."""
    return {
        "cost": cost_terms(problem, plan).cost,
        "violations": [
            {"cause": str(v.cause), "vehicle": v.vehicle, "job": v.stop, "message": v.message} for v in violations
        ],
        "unassigned": [{"id": u.stop, "type": "job", "reason": u.reason, "code": u.code} for u in plan.unassigned],
    }


def _distance(problem: Problem, terms: CostTerms) -> dict[str, int]:
    measured = all(problem.travel(vehicle).distances is not None for vehicle in problem.vehicles)
    return {"distance": terms.distance_m} if measured else {}


def _overwork(terms: CostTerms, vehicles: Iterable[Vehicle]) -> dict[str, int | float]:
    """Reported where somebody's work is limited to a fair share."""
    return {"overwork": number(terms.overwork)} if any(vehicle.overwork_price for vehicle in vehicles) else {}


def _amounts(problem: Problem, stops: Iterable[int]) -> dict[str, list[int]]:
    if not problem.dimensions:
        return {}
    served = [problem.stop(stop) for stop in stops]
    size = range(problem.dimensions)
    return {
        "delivery": [sum(stop.delivery[i] for stop in served) for i in size],
        "pickup": [sum(stop.pickup[i] for stop in served) for i in size],
    }


def _named(item: Stop | Vehicle | Break) -> dict[str, Any]:
    extra: dict[str, Any] = {"description": item.description} if item.description else {}
    if isinstance(item, Stop) and item.coordinates is not None:
        extra["location"] = list(item.coordinates)
    return extra


def _route_data(problem: Problem, route: Route) -> dict[str, Any]:
    vehicle = problem.vehicle(route.vehicle)
    terms = route_terms(problem, route)
    return {
        "vehicle": vehicle.id,
        "cost": terms.cost,
        **_named(vehicle),
        "profile": vehicle.profile,
        "setup": sum(visit.setup for visit in route.visits),
        "service": sum(visit.service for visit in route.visits),
        "duration": terms.travel_s,
        "waiting_time": sum(visit.waiting for visit in route.visits),
        "priority": sum(problem.stop(stop).priority for stop in route.stops),
        **_amounts(problem, route.stops),
        **({"distance": terms.distance_m} if problem.travel(vehicle).distances is not None else {}),
        "familiarity": number(terms.familiarity),
        **_overwork(terms, (vehicle,)),
        "steps": _steps_data(problem, route, vehicle),
        "violations": [],
    }


def _steps_data(problem: Problem, route: Route, vehicle: Vehicle) -> list[dict[str, Any]]:
    distances = problem.travel(vehicle).distances
    metres = 0
    before: int | None = None
    steps = []
    for visit in route.visits:
        here = visit.location if visit.location is not None else before
        if distances is not None and here is not None and before is not None:
            metres += int(distances[before, here])
        before = here
        step = _step_data(problem, vehicle, visit)
        steps.append({**step, **({"distance": metres} if distances is not None else {}), "violations": []})
    return steps


def _step_data(problem: Problem, vehicle: Vehicle, visit: Visit) -> dict[str, Any]:
    step: dict[str, Any] = {"type": str(visit.kind)}
    if visit.kind is Kind.JOB and visit.id is not None:
        step |= {"id": visit.id, "job": visit.id, **_named(problem.stop(visit.id))}
    if visit.kind is Kind.BREAK:
        pause = next(pause for pause in vehicle.breaks if pause.id == visit.id)
        step |= {"id": visit.id, **_named(pause)}
    if visit.location is not None and visit.kind is not Kind.BREAK:
        step["location_index"] = visit.location
    step |= {"setup": visit.setup, "service": visit.service, "waiting_time": visit.waiting}
    if problem.dimensions:
        step["load"] = list(visit.load)
    return step | {"arrival": visit.arrival, "duration": visit.duration}


def write_problem(problem: Problem) -> str:
    """The problem as JSON text; reading it again gives an equal problem."""
    return json.dumps(problem_data(problem), ensure_ascii=False) + "\n"


def problem_data(problem: Problem, *, matrices: bool = True) -> dict[str, Any]:
    """The problem as JSON values; without ``matrices`` they are left empty, for who keeps them elsewhere."""
    data: dict[str, Any] = {
        "jobs": [_stop_data(stop) for stop in problem.stops],
        "vehicles": [_vehicle_data(vehicle) for vehicle in problem.vehicles],
        "matrices": {
            profile: {
                "durations": matrix.durations.tolist(),
                **({"distances": matrix.distances.tolist()} if matrix.distances is not None else {}),
            }
            for profile, matrix in (problem.matrices.items() if matrices else ())
        },
    }
    if problem.depots:
        data["depots"] = [
            {
                "location_index": depot.location,
                **({"capacity": list(depot.capacity)} if depot.capacity is not None else {}),
                "skills": sorted(depot.skills),
            }
            for depot in problem.depots
        ]
    return data


def _windows(windows: Iterable[TimeWindow]) -> list[list[int]]:
    return [[window.earliest, window.latest] for window in windows]


def _stated(values: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """Only what differs from the default."""
    return {key: value for key, value in values.items() if value != defaults.get(key)}


def _stop_data(stop: Stop) -> dict[str, Any]:
    values = {
        "setup": stop.setup,
        "service": stop.service,
        "delivery": list(stop.delivery),
        "pickup": list(stop.pickup),
        "skills": sorted(stop.skills),
        "priority": stop.priority,
        "time_windows": _windows(stop.time_windows),
        "max_ride": stop.max_ride,
        "release": stop.release,
        "must_serve": stop.must_serve,
        "depot_skills": sorted(stop.depot_skills),
        "familiarity": {str(vehicle): seconds for vehicle, seconds in stop.familiarity.items()},
    }
    empty: dict[str, Any] = {
        "setup": 0,
        "service": 0,
        "priority": 0,
        "release": 0,
        "must_serve": False,
        "familiarity": {},
    }
    empty |= {"delivery": [], "pickup": [0] * len(stop.pickup), "skills": [], "time_windows": [], "depot_skills": []}
    return {"id": stop.id, "location_index": stop.location, **_named(stop), **_stated(values, empty)}


def _vehicle_data(vehicle: Vehicle) -> dict[str, Any]:
    values = {
        "profile": vehicle.profile,
        "start_index": vehicle.start,
        "end_index": vehicle.end,
        "capacity": list(vehicle.capacity),
        "skills": sorted(vehicle.skills),
        "time_window": [vehicle.shift.earliest, vehicle.shift.latest],
        "speed_factor": vehicle.speed_factor,
        "max_tasks": vehicle.max_tasks,
        "max_travel_time": vehicle.max_travel_time,
        "max_distance": vehicle.max_distance,
        "costs": _costs(vehicle.costs),
        "breaks": [_break_data(pause) for pause in vehicle.breaks],
        "steps": [_plan_step(step.stop, step.locked) for step in vehicle.steps],
        "max_ride": vehicle.max_ride,
        "max_trips": vehicle.max_trips,
        "load_duration": vehicle.load_duration,
        "max_duration": vehicle.max_duration,
        "fair_work": vehicle.fair_work,
    }
    shift = TimeWindow()
    empty: dict[str, Any] = {
        "profile": "car",
        "capacity": [],
        "skills": [],
        "speed_factor": 1.0,
        "breaks": [],
        "steps": [],
    }
    empty |= {"time_window": [shift.earliest, shift.latest], "max_trips": 1, "load_duration": 0}
    return {"id": vehicle.id, **_named(vehicle), **_stated(values, empty)}


def _costs(costs: Costs) -> dict[str, int]:
    always = {"fixed": costs.fixed, "per_hour": costs.per_hour, "per_km": costs.per_km}
    return {**always, **({"overwork": costs.overwork} if costs.overwork else {})}


def _break_data(pause: Break) -> dict[str, Any]:
    values = {"time_windows": _windows(pause.time_windows), "service": pause.service}
    return {"id": pause.id, **_named(pause), **_stated(values, {"time_windows": [], "service": 0})}


def _plan_step(stop: int | None, locked: bool) -> dict[str, Any]:
    if stop is None:
        return {"type": "reload"}
    return {"type": "job", "id": stop, **({"locked": True} if locked else {})}
