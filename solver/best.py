"""The best plan so far: engines offer sequences, only what the independent checker accepts counts."""

from __future__ import annotations

from solver.check import check
from solver.cost import number, objective
from solver.explain import explain
from solver.options import Sequences, Trips
from solver.plan import Plan, Route, Unassigned
from solver.problem import Problem
from solver.schedule import Infeasible, time_route


class Best:
    """Keeps the best plan by the contract's objective. Routes are timed once and remembered."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.plan = Plan((), tuple(Unassigned(stop.id, "") for stop in problem.stops))
        self._key = objective(problem, self.plan)
        self._routes: dict[tuple[int, Trips], Route | None] = {}

    @property
    def sequences(self) -> Sequences:
        return {route.vehicle: route.trip_stops for route in self.plan.routes}

    @property
    def cost(self) -> int | float:
        """Cost less familiarity."""
        return number(self._key[3])

    @property
    def unassigned(self) -> int:
        return len(self.plan.unassigned)

    def offer_plan(self, plan: Plan) -> bool:
        """Take the plan if it is better and breaks nothing."""
        key = objective(self.problem, plan)
        if key >= self._key or check(self.problem, plan):
            return False
        self.plan, self._key = plan, key
        return True

    def offer(self, sequences: Sequences) -> bool:
        """Give the sequences their times and offer that; routes that cannot be driven are left out."""
        routes = tuple(
            route
            for vehicle in self.problem.vehicles
            if (trips := sequences.get(vehicle.id)) and (route := self._route(vehicle.id, trips)) is not None
        )
        served = {stop for route in routes for stop in route.stops}
        left_out = tuple(Unassigned(stop.id, "") for stop in self.problem.stops if stop.id not in served)
        return self.offer_plan(Plan(routes, left_out))

    def drivable(self, sequences: Sequences) -> Sequences:
        """The sequences less the routes that cannot be driven in time."""
        return {v: trips for v, trips in sequences.items() if trips and self._route(v, trips) is not None}

    def explained(self) -> Plan:
        """The best plan, with a reason for every stop left out."""
        return explain(self.problem, self.plan.routes)

    def _route(self, vehicle: int, trips: Trips) -> Route | None:
        key = (vehicle, trips)
        if key not in self._routes:
            route = time_route(self.problem, self.problem.vehicle(vehicle), trips)
            self._routes[key] = None if isinstance(route, Infeasible) else route
        return self._routes[key]
