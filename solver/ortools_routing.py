"""The routing engine: one OR-Tools model of a problem, solved in a child process (see ``process``).

It answers with sequences only; ``schedule`` gives them exact times, and what then does not fit is repaired.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from solver.options import Sequences
from solver.ortools_model import RoutingModel
from solver.problem import Problem

_REPORT_EVERY_S: Final = 0.2
_ENDLESS_S: Final = 10**7
_FAILURES: Final = 2_000
_FAILURES_PER_SOLUTION: Final = 200


def run(
    problem: Problem,
    first: Sequences,
    time_limit_s: float | None,
    solution_limit: int | None,
    seed: int,
    report: Callable[[Sequences], None],
) -> Sequences | None:
    """Improve ``first`` (or begin anew where it is empty or does not fit the model) by guided local search.

    Either limit may be None. With a solution limit alone the answer is repeatable. Better solutions are reported as
    they come, a few a second; None means that none was found.
    """
    begun = time.monotonic()
    model = RoutingModel(problem, first)
    model.solver.ReSeed((seed + 1) % 2**31)
    best: list[Sequences] = []
    state = {"cost": 1 << 62, "reported": -1.0}

    def on_solution() -> None:
        cost = model.routing.CostVar().Value()
        if cost >= state["cost"]:
            return
        state["cost"] = cost
        best[:] = [_read(model, lambda index: model.routing.NextVar(index).Value())]
        now = time.monotonic()
        if now - state["reported"] >= _REPORT_EVERY_S:
            state["reported"] = now
            report(best[0])

    model.routing.AddAtSolutionCallback(on_solution)
    left = None if time_limit_s is None else max(0.05, time_limit_s - (time.monotonic() - begun))
    parameters = _parameters(left, solution_limit, guided=len(problem.stops) > 1)
    model.routing.CloseModelWithParameters(parameters)
    if solution_limit is not None:  # on a tiny problem guided search would look for the next solution for ever
        model.routing.AddSearchMonitor(model.solver.FailuresLimit(_FAILURES + _FAILURES_PER_SOLUTION * solution_limit))
    start = _assignment(model, first)
    if start is not None:
        model.routing.SolveFromAssignmentWithParameters(start, parameters)
    else:
        model.routing.SolveWithParameters(parameters)
    return best[0] if best else None


def _parameters(time_limit_s: float | None, solution_limit: int | None, *, guided: bool) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    heuristic = routing_enums_pb2.LocalSearchMetaheuristic
    # a lone stop has no neighbours: guided search would look for them for ever
    parameters.local_search_metaheuristic = heuristic.GUIDED_LOCAL_SEARCH if guided else heuristic.GREEDY_DESCENT
    if time_limit_s is not None:
        parameters.time_limit.FromMilliseconds(max(1, int(1000 * time_limit_s)))
    if solution_limit is not None:
        parameters.solution_limit = max(1, solution_limit)
        parameters.lns_time_limit.seconds = _ENDLESS_S  # its default of 0.1 s would make runs differ under load
    return parameters


def _assignment(model: RoutingModel, first: Sequences) -> Any:
    """The first plan as an assignment of the model, or None where there is none or it breaks the model's rules."""
    if not any(first.values()):
        return None
    node_of = {stop.id: node for node, stop in enumerate(model.nodes.stops)}
    copies: dict[int, list[int]] = {}
    for place, index in zip(model.nodes.reloads, model.reload_index, strict=True):
        copies.setdefault(place, []).append(index)
    routes: list[list[int]] = []
    for vehicle in model.problem.vehicles:
        route: list[int] = []
        for number, trip in enumerate(first.get(vehicle.id, ())):
            if number:
                assert vehicle.start is not None
                route.append(copies[vehicle.start].pop(0))
            route += [model.stop_index[node_of[stop]] for stop in trip]
        routes.append(route)
    return model.routing.ReadAssignmentFromRoutes(routes, True)


def _read(model: RoutingModel, following: Callable[[int], int]) -> Sequences:
    """Follow each vehicle's route; a reload begins a trip, empty trips fall away."""
    answer: dict[int, tuple[tuple[int, ...], ...]] = {}
    stops = model.nodes.stops
    for v, vehicle in enumerate(model.problem.vehicles):
        trips: list[list[int]] = [[]]
        index = following(model.starts[v])
        while not model.routing.IsEnd(index):
            node = model.manager.IndexToNode(index)
            if node < len(stops):
                trips[-1].append(stops[node].id)
            else:
                trips.append([])
            index = following(index)
        if any(trips):
            answer[vehicle.id] = tuple(tuple(trip) for trip in trips if trip)
    return answer
