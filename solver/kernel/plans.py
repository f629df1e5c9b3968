"""Plans as the kernel writes them (see journal) and as the rest of the solver knows them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from solver.kernel import layout as at
from solver.kernel.world import Frame
from solver.options import Sequences, Trips
from solver.plan import Kind, Route
from solver.problem import TimeWindow, Vehicle
from solver.schedule import Infeasible, time_route

Written = npt.NDArray[np.int64]


def sequences(frame: Frame, written: Written) -> Sequences:
    """Trips by vehicle id; breaks are left to whoever times the plan."""
    found: dict[int, Trips] = {}
    n, here = len(frame.stop_ids), 0
    plan = written.tolist()
    while here < len(plan):
        v, count = plan[here], plan[here + 1]
        here += 2
        trips = []
        for _ in range(count):
            nodes = plan[here]
            end = here + 1 + 2 * nodes
            trips.append(tuple(frame.stop_ids[node] for node in plan[here + 1 : end : 2] if node < n))
            here = end
        found[frame.vehicle_ids[v]] = tuple(trip for trip in trips if trip)
    return found


def written(frame: Frame, plan: Sequences) -> Written:
    """The plan as the kernel reads it; routes that cannot be driven are left out."""
    parts: list[int] = []
    for vehicle_id, trips in plan.items():
        vehicle, orders = frame.problem.vehicle(vehicle_id), [trip for trip in trips if trip]
        if not orders:
            continue
        route: Route | None = None
        if vehicle.breaks or any(len(frame.problem.stop(stop).time_windows) > 1 for trip in orders for stop in trip):
            timed = time_route(frame.problem, vehicle, orders)
            if isinstance(timed, Infeasible):
                continue
            route = timed
        parts += _one(frame, vehicle, orders, route)
    return np.array(parts, np.int64)


def _one(frame: Frame, vehicle: Vehicle, orders: list[tuple[int, ...]], route: Route | None) -> list[int]:
    v = frame.vehicle_number[vehicle.id]
    result = [v, len(orders)]
    if route is None:
        for order in orders:
            result.append(len(order))
            for stop in order:
                result += (frame.number[stop], 0)
        return result
    breaks = sorted(vehicle.breaks, key=lambda pause: pause.time_windows[0].earliest if pause.time_windows else 0)
    first = int(frame.world.vehicle[v, at.FIRST_BREAK])
    break_node = {pause.id: (first + k, pause) for k, pause in enumerate(breaks)}
    for trip in route.trips:
        result.append(len(trip.visits))
        for visit in trip.visits:
            assert visit.id is not None
            if visit.kind is Kind.JOB:
                result += (frame.number[visit.id], _window(frame.problem.stop(visit.id).time_windows, visit.begin))
            else:
                node, pause = break_node[visit.id]
                result += (node, _window(pause.time_windows, visit.begin))
    return result


def _window(windows: tuple[TimeWindow, ...], begin: int) -> int:
    return next((k for k, window in enumerate(windows) if window.earliest <= begin <= window.latest), 0)


def vehicles_of(plan: Written) -> list[tuple[int, Any]]:
    """Each vehicle's number with its own piece of a written plan."""
    pieces, here = [], 0
    while here < len(plan):
        begin, count = here, int(plan[here + 1])
        here += 2
        for _ in range(count):
            here += 1 + 2 * int(plan[here])
        pieces.append((int(plan[begin]), plan[begin:here]))
    return pieces
