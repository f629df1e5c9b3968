"""OR-Tools' routing model of a problem: nodes, costs, penalties, and the dimensions of time, ride, load and counts.

Dimensions that start anew with each trip (ride, load) are reset at a reload copy: the way into it takes more off than
can have come together, and the slack of the node before it makes up the difference.
"""

from __future__ import annotations

import itertools
from typing import Any, Final

import numpy as np
from ortools.constraint_solver import pywrapcp

from solver.options import Sequences
from solver.ortools_nodes import (
    Nodes,
    Table,
    Tables,
    clocked,
    cost_unit,
    elsewhere,
    make_nodes,
    penalties,
    span,
)
from solver.problem import Problem, Stop, TimeWindow, Vehicle

_UNBOUNDED: Final = 2**40
"""More than any sum of ways or credits that is not limited; small enough to add a few of."""
_MOST_PENALTY: Final = 2**60


class RoutingModel:
    """The model and the way back from its indices to stops. Build, then hand ``routing`` to the search."""

    def __init__(self, problem: Problem, first: Sequences) -> None:
        self.problem = problem
        self.nodes: Nodes = make_nodes(problem, first)
        nodes = self.nodes
        self.begin, end = span(problem)
        self.horizon = end - self.begin
        count = len(problem.vehicles)
        self.manager: Any = pywrapcp.RoutingIndexManager(nodes.count, count, list(nodes.starts), list(nodes.ends))
        self.routing: Any = pywrapcp.RoutingModel(self.manager)
        self.solver: Any = self.routing.solver()
        self.stop_index: list[int] = [self.manager.NodeToIndex(node) for node in range(len(nodes.stops))]
        self.reload_index: list[int] = [
            self.manager.NodeToIndex(node) for node in range(nodes.first_reload, nodes.first_terminal)
        ]
        self.starts: list[int] = [self.routing.Start(v) for v in range(count)]
        self.ends: list[int] = [self.routing.End(v) for v in range(count)]
        self._kinds, self._kind_of = _kinds(problem, nodes)
        here = (~elsewhere(nodes)).sum(axis=1)
        self._shared = [stop.setup > 0 and int(here[node]) > 1 for node, stop in enumerate(problem.stops)]
        self._add_costs()
        self._allow_vehicles()
        self._add_time()
        self._add_loads()
        self._add_counts()
        self._add_travel_limits()

    # -- what each part of the objective and each key of the contract becomes ------------------------------------

    def _add_costs(self) -> None:
        problem, routing = self.problem, self.routing
        unit = cost_unit(problem)
        while True:
            tables = [kind.cost(unit) for kind in self._kinds]
            fixed = [3_600_000 * vehicle.costs.fixed // unit for vehicle in problem.vehicles]
            credit = 3_600_000 * sum(max(stop.familiarity.values(), default=0) for stop in problem.stops) // unit
            most = max(int(table.max()) for table in tables)
            debits = sum(1000 * vehicle.overwork_price * self.horizon for vehicle in problem.vehicles)
            bound = most * (self.nodes.first_terminal + len(fixed)) + sum(fixed) + credit + debits // unit
            weights = penalties(problem, bound)
            if sum(weights) < _MOST_PENALTY:
                break
            unit *= 10
        evaluators = [routing.RegisterTransitMatrix(table.tolist()) for table in tables]
        for v, kind in enumerate(self._kind_of):
            routing.SetArcCostEvaluatorOfVehicle(evaluators[kind], v)
            routing.SetFixedCostOfVehicle(fixed[v], v)
        for stop, index, weight in zip(problem.stops, self.stop_index, weights, strict=True):
            # a visit costs what its best credit lacks, so leaving the stop out costs the whole of it
            routing.AddDisjunction([index], weight + 3_600_000 * max(stop.familiarity.values(), default=0) // unit)
        for index in self.reload_index:
            routing.AddDisjunction([index], 0)
        self._add_familiarity(unit)
        self._add_fairness(unit)

    def _add_familiarity(self, unit: int) -> None:
        """A visit costs the best credit that the stop offers, less the credit of the vehicle that makes it."""
        stops = self.problem.stops
        if not any(stop.familiarity for stop in stops):
            return
        best = [max(stop.familiarity.values(), default=0) for stop in stops]
        transits = [
            self._per_node(
                [3_600_000 * (b - s.familiarity.get(vehicle.id, 0)) // unit for b, s in zip(best, stops, strict=True)]
            )
            for vehicle in self.problem.vehicles
        ]
        self.routing.AddDimensionWithVehicleTransits(transits, 0, _UNBOUNDED, True, "stranger")
        dimension = self.routing.GetDimensionOrDie("stranger")
        for v in range(len(self.problem.vehicles)):
            dimension.SetSpanCostCoefficientForVehicle(1, v)

    def _add_fairness(self, unit: int) -> None:
        """Work above a vehicle's fair share costs its price, as a soft bound."""
        vehicles = self.problem.vehicles
        if not any(vehicle.overwork_price for vehicle in vehicles):
            return
        evaluators = [self.routing.RegisterTransitMatrix(kind.time().tolist()) for kind in self._kinds]
        transits = [evaluators[kind] for kind in self._kind_of]
        self.routing.AddDimensionWithVehicleTransits(transits, 0, _UNBOUNDED, True, "work")
        dimension = self.routing.GetDimensionOrDie("work")
        for v, vehicle in enumerate(vehicles):
            if vehicle.overwork_price and vehicle.fair_work is not None:
                price = max(1, 1000 * vehicle.overwork_price // unit)
                dimension.SetCumulVarSoftUpperBound(self.routing.End(v), vehicle.fair_work, price)

    def _allow_vehicles(self) -> None:
        """Skills, skills of the depot, locks: who may serve a stop; a reload is for vehicles that start there."""
        problem = self.problem
        bound = {stop: v for v, vehicle in enumerate(problem.vehicles) for stop in vehicle.locked}
        for node, (stop, index) in enumerate(zip(problem.stops, self.stop_index, strict=True)):
            able = [v for v, vehicle in enumerate(problem.vehicles) if may_serve(problem, stop, vehicle)]
            if stop.release > self.begin + self.horizon or not self._windows(node):
                able = []
            if stop.id in bound:
                able = [v for v in able if v == bound[stop.id]]
            if len(able) < len(problem.vehicles):
                self.routing.VehicleVar(index).SetValues([-1, *able])
        for place, index in zip(self.nodes.reloads, self.reload_index, strict=True):
            able = [v for v, vehicle in enumerate(problem.vehicles) if vehicle.start == place and vehicle.max_trips > 1]
            self.routing.VehicleVar(index).SetValues([-1, *able])
            # by way of the kitchen must not be a short cut to an end elsewhere: an empty trip falls away
            self.routing.NextVar(index).RemoveValues([self.ends[v] for v in able if problem.vehicles[v].end != place])

    def _add_time(self) -> None:
        problem, routing = self.problem, self.routing
        evaluators = [routing.RegisterTransitMatrix(kind.time().tolist()) for kind in self._kinds]
        routing.AddDimensionWithVehicleTransits(
            [evaluators[kind] for kind in self._kind_of], self.horizon, self.horizon, False, "time"
        )
        self.time: Any = routing.GetDimensionOrDie("time")
        self._add_setups()
        for index in self.reload_index:
            self.time.SlackVar(index).SetValue(0)  # waiting before loading is free, after it the food grows old
        for v, vehicle in enumerate(problem.vehicles):
            for index in (self.starts[v], self.ends[v]):
                restrict(self.time.CumulVar(index), self._clocked((vehicle.shift,)))
            # a break may follow the loading, so waiting there must be possible
            self.time.SlackVar(self.starts[v]).SetRange(0, self.horizon if vehicle.breaks else 0)
            if vehicle.max_duration is not None:
                self.time.SetSpanUpperBoundForVehicle(vehicle.max_duration, v)
            self._add_breaks(v, vehicle)
        self._add_rides_and_releases()

    def _add_setups(self) -> None:
        """Windows speak of the moment before setup, the clock of the model is read after it.

        Whether setup applies depends on where the vehicle comes from. ``setup[node]`` is what applies: a number where no
        other node is at the place, else a multiple of the 0 or 1 in the dimension "fresh", whose slack makes up for
        what the node before had.
        """
        problem, routing, solver = self.problem, self.routing, self.solver
        self.setup: list[Any] = [stop.setup for stop in problem.stops]
        if any(self._shared):
            away = elsewhere(self.nodes)
            evaluator = routing.RegisterTransitMatrix((away.astype(int) - 1).tolist())
            routing.AddDimension(evaluator, 1, 1, True, "fresh")
            fresh = routing.GetDimensionOrDie("fresh")
            for index in (*self.stop_index, *self.reload_index, *self.starts):
                solver.Add(fresh.CumulVar(index) + fresh.SlackVar(index) == 1)
        for node, (stop, index) in enumerate(zip(problem.stops, self.stop_index, strict=True)):
            clock = self.time.CumulVar(index)
            windows = self._windows(node)
            if not windows:
                continue  # nobody may serve it
            if self._shared[node]:
                self.setup[node] = fresh.CumulVar(index) * stop.setup
                clock.SetRange(windows[0][0], windows[-1][1] + stop.setup)
                restrict((clock - self.setup[node]).Var(), windows)
            else:
                restrict(clock, [(earliest + stop.setup, latest + stop.setup) for earliest, latest in windows])

    def _add_breaks(self, v: int, vehicle: Vehicle) -> None:
        if not vehicle.breaks:
            return
        busy = [0] * self.routing.Size()
        for stop, index in zip(self.problem.stops, self.stop_index, strict=True):
            busy[index] = stop.service
        for index in (*self.reload_index, self.starts[v]):
            busy[index] = vehicle.load_duration
        intervals = []
        for pause in vehicle.breaks:
            windows = self._clocked(pause.time_windows) or [(self.horizon + 1, self.horizon + 1)]  # never
            interval = self.solver.FixedDurationIntervalVar(
                windows[0][0], windows[-1][1], pause.service, False, f"break {vehicle.id} {pause.id}"
            )
            restrict(interval.StartExpr().Var(), windows)
            intervals.append(interval)
        self.time.SetBreakIntervalsOfVehicle(intervals, v, busy)

    def _add_rides_and_releases(self) -> None:
        """Each stop knows when its trip's loading began: not before its release, nor too long before its service.

        Only differences of two clocks are bounded, so what propagation leaves can always be driven: the earliest times
        can. (Linking the slack of a ride dimension to that of time leaves plans that cannot.) The way from the loading
        without any waiting is bounded by a dimension as well, for local search sees that without propagation.
        """
        problem, routing, solver = self.problem, self.routing, self.solver
        limits = [[problem.ride_limit(stop, vehicle) for vehicle in problem.vehicles] for stop in problem.stops]
        has_limits = any(limit is not None for row in limits for limit in row)
        if not has_limits and not any(stop.release for stop in problem.stops):
            return
        routing.AddDimension(self._per_node([0] * len(problem.stops)), self.horizon, self.horizon, False, "loading")
        loading = routing.GetDimensionOrDie("loading")
        for v in range(len(problem.vehicles)):
            loading.SlackVar(self.starts[v]).SetValue(0)
            solver.Add(loading.CumulVar(self.starts[v]) == self.time.CumulVar(self.starts[v]))
        every = [loading.CumulVar(index) for index in range(routing.Size() + len(problem.vehicles))]
        for index in self.reload_index:
            solver.Add(solver.Element(every, routing.NextVar(index)) == self.time.CumulVar(index))
        for stop, index in zip(problem.stops, self.stop_index, strict=True):
            loading.CumulVar(index).SetMin(min(max(0, stop.release - self.begin), self.horizon))
            loading.SlackVar(index).SetValue(0)
        if has_limits:
            self._add_rides(loading, limits)

    def _add_rides(self, loading: Any, limits: list[list[int | None]]) -> None:
        problem, routing, solver = self.problem, self.routing, self.solver
        evaluators = [
            routing.RegisterTransitMatrix(self._reset(kind.ride(), self.horizon).tolist()) for kind in self._kinds
        ]
        routing.AddDimensionWithVehicleTransits(
            [evaluators[kind] for kind in self._kind_of], self.horizon, self.horizon, True, "ride"
        )
        ride = routing.GetDimensionOrDie("ride")
        loads = [vehicle.load_duration for vehicle in problem.vehicles]
        for node, row in enumerate(limits):
            index, setup = self.stop_index[node], problem.stops[node].setup
            allowed = [self.horizon if limit is None else min(limit, self.horizon) for limit in row]
            since = [limit + load for limit, load in zip(allowed, loads, strict=True)]
            ride.CumulVar(index).SetMax(max(allowed) + setup)
            age = self.time.CumulVar(index) - self.setup[node] - loading.CumulVar(index)
            if len(set(since)) == 1:
                solver.Add(age <= since[0])
            else:
                solver.Add(age <= solver.Element([self.horizon, *since], routing.VehicleVar(index) + 1))

    def _add_loads(self) -> None:
        problem = self.problem
        for k in range(problem.dimensions):
            capacities = [vehicle.capacity[k] for vehicle in problem.vehicles]
            most = max(capacities)
            delivery = [stop.delivery[k] for stop in problem.stops]
            pickup = [stop.pickup[k] for stop in problem.stops]
            if any(pickup) and any(delivery):
                self._add_both_loads(k, most, capacities, delivery, pickup)
            elif any(delivery) or any(pickup):
                self._add_load(f"load {k}", [d + p for d, p in zip(delivery, pickup, strict=True)], most, capacities)
            self._limit_depots(k, delivery)

    def _add_load(self, name: str, amounts: list[int], most: int, capacities: list[int]) -> Any:
        """What was handed over (or taken in) since loading, up to the capacity."""
        transit = self._per_node(amounts, reload=-most)
        self.routing.AddDimensionWithVehicleCapacity(transit, most, capacities, True, name)
        dimension = self.routing.GetDimensionOrDie(name)
        for index in self.stop_index:
            dimension.SlackVar(index).SetValue(0)
        for index in self.starts:
            dimension.SlackVar(index).SetValue(0)
        return dimension

    def _add_both_loads(self, k: int, most: int, capacities: list[int], delivery: list[int], pickup: list[int]) -> None:
        """What is aboard never exceeds the capacity, and at the end of a trip covers what was picked up in it."""
        taken = self._add_load(f"taken {k}", pickup, most, capacities)
        change = [p - d for d, p in zip(delivery, pickup, strict=True)]
        transit = self._per_node(change, reload=-most)
        self.routing.AddDimensionWithVehicleCapacity(transit, 2 * most, capacities, False, f"aboard {k}")
        aboard = self.routing.GetDimensionOrDie(f"aboard {k}")
        for index in (*self.stop_index, *self.starts):
            aboard.SlackVar(index).SetValue(0)
        for index in (*self.reload_index, *self.ends):
            self.solver.Add(aboard.CumulVar(index) >= taken.CumulVar(index))

    def _limit_depots(self, k: int, delivery: list[int]) -> None:
        for depot in self.problem.depots:
            if depot.capacity is None or sum(delivery) <= depot.capacity[k]:
                continue
            here = [v for v, vehicle in enumerate(self.problem.vehicles) if vehicle.start == depot.location]
            loaded = [
                self.solver.IsMemberVar(self.routing.VehicleVar(index), here) * amount
                for index, amount in zip(self.stop_index, delivery, strict=True)
                if amount
            ]
            if here and loaded:
                self.solver.Add(self.solver.Sum(loaded) <= depot.capacity[k])

    def _add_counts(self) -> None:
        vehicles, n = self.problem.vehicles, len(self.problem.stops)
        if self.reload_index:
            transit = self._per_node([0] * n, reload=1)
            limits = [vehicle.max_trips - 1 for vehicle in vehicles]
            self.routing.AddDimensionWithVehicleCapacity(transit, 0, limits, True, "reloads")
        if any(vehicle.max_tasks is not None for vehicle in vehicles):
            limits = [n if vehicle.max_tasks is None else vehicle.max_tasks for vehicle in vehicles]
            self.routing.AddDimensionWithVehicleCapacity(self._per_node([1] * n), 0, limits, True, "tasks")
        if any(len(vehicle.locked) > 1 for vehicle in vehicles):
            # wide steps, so that the position of a locked stop left out fits between any two, and before the first
            step = 1 + max(len(vehicle.locked) for vehicle in vehicles)
            self.routing.AddDimension(self._per_node([step] * n), 0, step * (n + 1), False, "position")
            position = self.routing.GetDimensionOrDie("position")
            for index in self.starts:
                position.CumulVar(index).SetValue(step)
            node_of = {stop.id: node for node, stop in enumerate(self.problem.stops)}
            for vehicle in vehicles:
                order = [position.CumulVar(self.stop_index[node_of[stop]]) for stop in vehicle.locked]
                for earlier, later in itertools.pairwise(order):
                    self.solver.Add(earlier < later)

    def _add_travel_limits(self) -> None:
        vehicles = self.problem.vehicles
        for name, limits, tables in (
            ("travel", [vehicle.max_travel_time for vehicle in vehicles], [kind.travel for kind in self._kinds]),
            ("way", [vehicle.max_distance for vehicle in vehicles], [kind.distance for kind in self._kinds]),
        ):
            if all(limit is None for limit in limits):
                continue
            evaluators = [self.routing.RegisterTransitMatrix([] if t is None else t.tolist()) for t in tables]
            self.routing.AddDimensionWithVehicleTransitAndCapacity(
                [evaluators[kind] for kind in self._kind_of],
                0,
                [_UNBOUNDED if limit is None else limit for limit in limits],
                True,
                name,
            )

    def _windows(self, node: int) -> list[tuple[int, int]]:
        """When a stop may begin on the model's clock; setup that always applies must end within it. Empty is never."""
        stop = self.problem.stops[node]
        last = self.horizon - (0 if self._shared[node] else stop.setup)
        return [(first, min(end, last)) for first, end in self._clocked(stop.time_windows) if first <= last]

    def _clocked(self, windows: tuple[TimeWindow, ...]) -> list[tuple[int, int]]:
        return clocked(windows, self.begin, self.begin + self.horizon)

    # -- helpers ------------------------------------------------------------------------------------------------------

    def _per_node(self, amounts: list[int], reload: int = 0) -> int:
        """Register what leaving each stop adds to a dimension, and what leaving a reload copy adds."""
        nodes = self.nodes
        values = [*amounts, *([reload] * len(nodes.reloads))]
        values += [0] * (nodes.count - len(values))
        evaluator: int = self.routing.RegisterUnaryTransitVector(values)
        return evaluator

    def _reset(self, table: Table, amount: int) -> Table:
        """Take ``amount`` off on every way into a reload copy, and let the way to an end be nothing."""
        nodes = self.nodes
        table = table.copy()
        table[:, nodes.first_reload : nodes.first_terminal] = -amount
        ends = np.unique(np.array(nodes.ends, dtype=np.int64))
        table[:, ends] = 0
        return table


def may_serve(problem: Problem, stop: Stop, vehicle: Vehicle) -> bool:
    """Whether the vehicle has the stop's skills and loads where the stop's depot skills are."""
    depot = problem.depot_at(vehicle.start)
    return stop.skills <= vehicle.skills and stop.depot_skills <= (depot.skills if depot else frozenset())


def restrict(variable: Any, intervals: list[tuple[int, int]]) -> None:
    """Leave the variable only the sorted intervals."""
    variable.SetRange(intervals[0][0], intervals[-1][1])
    for (_, before), (after, _) in itertools.pairwise(intervals):
        variable.RemoveInterval(before + 1, after - 1)


def _kinds(problem: Problem, nodes: Nodes) -> tuple[list[Tables], list[int]]:
    """Tables shared by vehicles alike in profile, speed, loading time and cost of travel; which each one uses."""
    numbers: dict[tuple[object, ...], int] = {}
    kinds: list[Tables] = []
    kind_of: list[int] = []
    for vehicle in problem.vehicles:
        key = (
            vehicle.profile,
            vehicle.speed_factor,
            vehicle.load_duration,
            vehicle.costs.per_hour,
            vehicle.costs.per_km,
        )
        if key not in numbers:
            numbers[key] = len(kinds)
            kinds.append(Tables(problem, nodes, vehicle))
        kind_of.append(numbers[key])
    return kinds, kind_of
