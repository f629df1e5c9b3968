"""One small problem with a clean plan, from which tests change one thing."""

from dataclasses import replace
from typing import Any

import numpy as np

from solver.plan import Plan, Route
from solver.problem import Matrix, Problem, Stop, Vehicle
from solver.schedule import time_route

TABLE = np.array([[0, 100, 120], [100, 0, 50], [120, 50, 0]])


def problem(
    *, vehicle: dict[str, Any] | None = None, stops: dict[int, dict[str, Any]] | None = None, **top: Any
) -> Problem:
    """Three stops at two doors, one van that may load twice at place 0; then what the test changes."""
    van = Vehicle(id=1, start=0, end=0, capacity=(5,), load_duration=30, max_trips=2, max_tasks=9)
    doors = (
        Stop(id=1, location=1, setup=5, service=10, delivery=(1,)),
        Stop(id=2, location=2, setup=5, service=10, delivery=(2,)),
        Stop(id=3, location=1, service=10, delivery=(1,)),
    )
    changed = tuple(replace(door, **(stops or {}).get(door.id, {})) for door in doors)
    vehicles = (replace(van, **(vehicle or {})), replace(van, id=2))
    values: dict[str, Any] = {"matrices": {"car": Matrix(TABLE, TABLE * 10)}, "stops": changed, "vehicles": vehicles}
    return Problem(**(values | top))


def plan() -> Plan:
    """Stops 1 and 2 on the first trip of vehicle 1, stop 3 on its second; nothing wrong with it."""
    clean = problem()
    route = time_route(clean, clean.vehicles[0], ((1, 2), (3,)))
    assert isinstance(route, Route)
    return Plan((route,))


def with_visit(clean: Plan, position: int, **changes: Any) -> Plan:
    """The plan with something else stated about one visit."""
    route = clean.routes[0]
    visits = list(route.visits)
    visits[position] = replace(visits[position], **changes)
    return Plan((Route(route.vehicle, tuple(visits)), *clean.routes[1:]), clean.unassigned)
