"""A problem as plain tables of numbers, for compiled code: what is fixed, and the state that one thread works on."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from solver.cost import UNITS_PER_COST
from solver.kernel import layout as at
from solver.kernel import of
from solver.kernel.proximity import near, orders
from solver.problem import Matrix, Problem, Vehicle

Array = npt.NDArray[Any]

NEIGHBOURS: Final = 64
"""Between how many of a stop's nearest it is tried first; all places are tried where none of those will do."""
ADJACENT: Final = 256
"""How many of the nearest a ruin may reach."""


class World(NamedTuple):
    """Tables of solver.kernel.layout. The upper half is shared by all threads and never written; each thread has its own lower half."""

    ways: Array  # int32 [kind, from, to] seconds
    ways_to: Array  # the same, transposed: [kind, to, from]
    metres: Array  # int32 [kind, from, to], or [1, 1, 1]
    metres_to: Array
    windows: Array  # int64 [number, 2]
    delivery: Array  # int64 [stop, amount]
    pickup: Array
    order_keys: Array  # float64 [order, stop]: small comes first
    order_shares: Array  # float64 [order]: cumulated chances
    neighbours: Array  # int32 [stop, NEIGHBOURS]
    adjacent: Array  # int32 [stop, ADJACENT], itself first
    allowed: Array  # uint8 [stop, class]
    credit: Array  # float64 [stop, vehicle], or [0, 0] without familiarity
    vehicle: Array  # int64 [vehicle, VEHICLE_FACTS]
    price: Array  # float64 [vehicle, PRICES]
    capacity: Array  # int64 [vehicle, amount]
    class_from: Array  # int64 [class + 1]: where its vehicles lie in class_list
    sizes: Array  # int64: stops, breaks, vehicles, amounts, has metres, has pickups, any of several trips, any breaks
    fact: Array  # int64 [node, FACTS]; written: the window in use
    link: Array  # int64 [node, LINKS]
    time: Array  # int64 [node, TIMES]
    loads: Array  # int64 [node, amount]: delivered in its trip up to here
    peaks: Array  # int64 [node, 2 x amount]: most aboard up to here, and from here on
    trip: Array  # int64 [trip, TRIP_COLS]
    trip_load: Array  # int64 [trip, amount]
    now: Array  # int64 [vehicle, VEHICLE_COLS]
    class_list: Array  # int64 [vehicle]: by class, unused ones first
    class_free: Array  # int64 [class]: how many are unused
    depot_free: Array  # int64 [depot, amount]
    slots: Array  # int64: free trips; the last entry says how many
    out: Array  # int64: stops left out; the last entry says how many
    totals: Array  # float64
    journal: Array  # int64, see undo
    saved: Array  # int64: state of the journal, and scratch counters
    scratch: Array  # int64 [several, nodes]
    random: Array  # uint64 [2]

    def address(self) -> tuple[int, Array]:
        """What compiled functions take as ``w``, and the list behind it, which must live as long."""
        words = np.zeros((len(of.ORDER), 4), np.int64)
        for row, name in zip(words, of.ORDER, strict=True):
            table = getattr(self, name)
            assert table.flags.c_contiguous
            row[0], row[1 : 1 + table.ndim] = table.ctypes.data, table.shape
        return int(words.ctypes.data), words


OPENING: Final = ("fact", "link", "time", "loads", "peaks", "trip", "trip_load", "now", "class_list", "class_free", "depot_free", "slots", "out", "totals", "journal", "saved", "scratch", "random")  # fmt: skip
"""The tables that a thread needs for itself."""

STOPS, BREAK_NODES, VEHICLES, AMOUNTS, HAS_METRES, HAS_PICKUPS, SEVERAL_TRIPS, HAS_BREAKS, HAS_CREDIT, HAS_FAIR = range(
    10
)


class Frame:
    """A problem's tables, and the way back from numbers to ids."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.stop_ids = [stop.id for stop in problem.stops]
        self.vehicle_ids = [vehicle.id for vehicle in problem.vehicles]
        self.number = {stop: i for i, stop in enumerate(self.stop_ids)}
        self.vehicle_number = {vehicle: v for v, vehicle in enumerate(self.vehicle_ids)}
        self.world = _build(problem, self)

    def fresh(self, seed: int) -> World:
        """The tables for one more thread, with everything left out."""
        world = self.world._replace(**{name: getattr(self.world, name).copy() for name in OPENING})
        world.random[0] = np.uint64((seed * 0x9E3779B97F4A7C15 + 0x1234567) & 0xFFFFFFFFFFFFFFFF)
        world.random[1] = np.uint64((seed * 0xBF58476D1CE4E5B9 + 0x7654321) & 0xFFFFFFFFFFFFFFFF | 1)
        world.saved[2] = len(self.stop_ids)
        return world


def _build(problem: Problem, frame: Frame) -> World:
    stops, vehicles = problem.stops, problem.vehicles
    n, count, amounts = len(stops), len(vehicles), max(1, problem.dimensions)
    kinds, kind_of = _kinds(problem)
    ways = np.stack([kind.durations for kind in kinds])
    nowhere = any(v.start is None or v.end is None for v in vehicles)
    if nowhere:  # one more place, no way from anywhere
        ways = np.pad(ways, ((0, 0), (0, 1), (0, 1)))
    has_metres = any(v.costs.per_km or v.max_distance is not None for v in vehicles) and all(
        k.distances is not None for k in kinds
    )
    metres = np.zeros((1, 1, 1), np.int32)
    if has_metres:
        metres = np.stack([kind.distances for kind in kinds if kind.distances is not None])
        metres = np.pad(metres, ((0, 0), (0, 1), (0, 1))) if nowhere else metres
    place_of_nothing = ways.shape[1] - 1
    breaks = sum(len(v.breaks) for v in vehicles)
    slots = min(n, sum(min(v.max_trips, n) for v in vehicles)) + 2
    nodes = n + breaks + 2 * slots
    link = np.full((nodes, at.LINKS), -1, np.int64)
    link[:n, at.LOC] = [stop.location for stop in stops]
    fact, windows = _facts(problem, frame, nodes)
    class_of, allowed = _classes(problem, kind_of)
    facts = np.zeros((count, at.VEHICLE_FACTS), np.int64)
    first_break = n
    listed = [depot for depot in problem.depots if depot.capacity is not None]
    for v, each in enumerate(vehicles):
        facts[v] = (
            kind_of[v],
            place_of_nothing if each.start is None else each.start,
            place_of_nothing if each.end is None else each.end,
            each.shift.earliest,
            each.shift.latest,
            each.load_duration,
            each.max_trips,
            _limit(each.max_tasks),
            _limit(each.max_travel_time),
            _limit(each.max_distance),
            _limit(each.max_duration),
            _limit(each.max_ride),
            class_of[v],
            next((d for d, depot in enumerate(listed) if depot.location == each.start), -1),
            len(each.breaks),
            first_break,
            _limit(each.fair_work),
        )
        first_break += len(each.breaks)
    credit = np.zeros((0, 0))
    if any(stop.familiarity for stop in stops):
        credit = np.zeros((n, count))
        for i, stop in enumerate(stops):
            for vehicle, seconds in stop.familiarity.items():
                if vehicle in frame.vehicle_number:
                    credit[i, frame.vehicle_number[vehicle]] = float(UNITS_PER_COST * seconds)
    order = np.argsort(np.array(class_of), kind="stable").astype(np.int64)
    classes = max(class_of) + 1
    class_from = np.searchsorted(np.array(class_of)[order], np.arange(classes + 1)).astype(np.int64)
    now = np.zeros((count, at.VEHICLE_COLS), np.int64)
    now[:, (at.FIRST, at.LAST)] = -1
    now[:, at.OPEN_HERE] = 1
    now[order, at.FREE_AT] = np.arange(count)
    keys, shares = orders(problem, ways, kind_of)
    every = near(problem, ways, min(ADJACENT, n))
    free = _amounts([depot.capacity or () for depot in listed], amounts)
    slot_list = np.arange(slots + 1, dtype=np.int64)[::-1].copy()
    slot_list[:-1] = np.arange(slots)[::-1]
    slot_list[-1] = slots
    out = np.arange(n + 1, dtype=np.int64)
    out[-1] = n
    link[:n, at.OUT_AT] = np.arange(n)
    totals = np.zeros(at.TOTALS)
    totals[at.MISSING] = float(fact[:n, at.WEIGHT].sum())
    has_pickups = any(any(stop.pickup) for stop in stops)
    sizes = (
        n,
        breaks,
        count,
        amounts,
        has_metres,
        has_pickups,
        any(v.max_trips > 1 for v in vehicles),
        breaks > 0,
        credit.size > 0,
        any(v.overwork_price for v in vehicles),
    )
    return World(
        ways=np.ascontiguousarray(ways, np.int32),
        ways_to=np.ascontiguousarray(ways.transpose(0, 2, 1), np.int32),
        metres=np.ascontiguousarray(metres, np.int32),
        metres_to=np.ascontiguousarray(metres.transpose(0, 2, 1), np.int32),
        windows=windows,
        delivery=_amounts([stop.delivery for stop in stops], amounts),
        pickup=_amounts([stop.pickup for stop in stops], amounts),
        order_keys=keys,
        order_shares=shares,
        neighbours=np.ascontiguousarray(every[:, 1 : 1 + NEIGHBOURS]),
        adjacent=np.ascontiguousarray(every),
        allowed=allowed,
        credit=credit,
        vehicle=facts,
        price=np.array([_prices(v) for v in vehicles]),
        capacity=_amounts([v.capacity for v in vehicles], amounts),
        class_from=class_from,
        sizes=np.array([int(size) for size in sizes], np.int64),
        fact=fact,
        link=link,
        time=np.zeros((nodes, at.TIMES), np.int64),
        loads=np.zeros((nodes, amounts), np.int64),
        peaks=np.zeros((nodes if has_pickups else 1, 2 * amounts), np.int64),
        trip=np.zeros((slots, at.TRIP_COLS), np.int64),
        trip_load=np.zeros((slots, amounts), np.int64),
        now=now,
        class_list=order,
        class_free=np.diff(class_from).astype(np.int64),
        depot_free=free,
        slots=slot_list,
        out=out,
        totals=totals,
        journal=np.zeros(4 * (nodes + 2 * count) + 64, np.int64),
        saved=np.zeros(16, np.int64),
        scratch=np.zeros((6, nodes + 8), np.int64),
        random=np.zeros(2, np.uint64),
    )  # fmt: skip


def _prices(vehicle: Vehicle) -> list[float]:
    costs = vehicle.costs
    fixed, worn = float(UNITS_PER_COST) * costs.fixed, 1000.0 * vehicle.overwork_price
    return [1000.0 * costs.per_hour, 3600.0 * costs.per_km, fixed, worn]


def _limit(value: int | None) -> int:
    return at.BIG if value is None else value


def _amounts(rows: list[tuple[int, ...]], amounts: int) -> Array:
    return np.array([row or (0,) * amounts for row in rows], np.int64).reshape(len(rows), amounts)


def _kinds(problem: Problem) -> tuple[list[Matrix], list[int]]:
    """The different matrices, and each vehicle's."""
    seen: dict[tuple[str, float], int] = {}
    kinds: list[Matrix] = []
    kind_of: list[int] = []
    for vehicle in problem.vehicles:
        key = (vehicle.profile, float(vehicle.speed_factor))
        if key not in seen:
            seen[key] = len(kinds)
            kinds.append(problem.travel(vehicle))
        kind_of.append(seen[key])
    return kinds, kind_of


def _facts(problem: Problem, frame: Frame, nodes: int) -> tuple[Array, Array]:
    n = len(problem.stops)
    fact = np.zeros((nodes, at.FACTS), np.int64)
    windows: list[tuple[int, int]] = []
    weight = weights(problem)
    for i, stop in enumerate(problem.stops):
        fact[i, at.SERVICE], fact[i, at.SETUP], fact[i, at.RELEASE] = stop.service, stop.setup, stop.release
        fact[i, at.RIDE] = -1 if stop.max_ride is None else stop.max_ride
        fact[i, at.OWNER] = -1
        fact[i, at.WEIGHT] = weight[i]
        _windows(fact[i], windows, [(w.earliest, w.latest) for w in stop.time_windows])
    for v, vehicle in enumerate(problem.vehicles):
        for rank, locked in enumerate(vehicle.locked):
            fact[frame.number[locked], at.OWNER], fact[frame.number[locked], at.RANK] = v, rank
    node = n
    for vehicle in problem.vehicles:
        for pause in sorted(vehicle.breaks, key=lambda b: b.time_windows[0].earliest if b.time_windows else 0):
            fact[node, at.SERVICE], fact[node, at.RIDE], fact[node, at.IS_BREAK] = pause.service, at.BIG, 1
            fact[node, at.OWNER] = -1
            _windows(fact[node], windows, [(w.earliest, w.latest) for w in pause.time_windows])
            node += 1
    fact[node:, at.RIDE], fact[node:, at.CLOSE] = at.BIG, at.BIG
    return fact, np.array(windows, np.int64).reshape(-1, 2)


def _windows(fact: Array, windows: list[tuple[int, int]], own: list[tuple[int, int]]) -> None:
    fact[at.FIRST_WINDOW], fact[at.WINDOWS] = len(windows), max(1, len(own))
    windows += own or [(0, at.BIG)]
    fact[at.OPEN], fact[at.CLOSE] = windows[fact[at.FIRST_WINDOW]]


def weights(problem: Problem) -> list[int]:
    """What leaving a stop out weighs: sums compare as must-serve stops, then priorities, then numbers do."""
    count = len(problem.stops)
    one_priority = count + 1
    one_must = one_priority * (1 + sum(stop.priority for stop in problem.stops))
    return [1 + one_priority * stop.priority + one_must * stop.must_serve for stop in problem.stops]


def _classes(problem: Problem, kind_of: list[int]) -> tuple[list[int], Array]:
    """Vehicles that are alike in all but their number, and which stops each class may serve."""
    seen: dict[tuple[object, ...], int] = {}
    class_of: list[int] = []
    first: list[Vehicle] = []
    for v, vehicle in enumerate(problem.vehicles):
        alike = _alike(vehicle, kind_of[v])
        if alike not in seen:
            seen[alike] = len(first)
            first.append(vehicle)
        class_of.append(seen[alike])
    allowed = np.zeros((len(problem.stops), len(first)), np.uint8)
    for c, vehicle in enumerate(first):
        depot = problem.depot_at(vehicle.start)
        for i, stop in enumerate(problem.stops):
            fits = all(
                amount <= most
                for amounts in (stop.delivery, stop.pickup)
                for amount, most in zip(amounts, vehicle.capacity, strict=True)
            )
            depot_fits = stop.depot_skills <= (depot.skills if depot is not None else frozenset())
            allowed[i, c] = fits and stop.skills <= vehicle.skills and depot_fits
    return class_of, allowed


def _alike(vehicle: Vehicle, kind: int) -> tuple[object, ...]:
    breaks = tuple((pause.time_windows, pause.service) for pause in vehicle.breaks)
    limits = (vehicle.max_tasks, vehicle.max_travel_time, vehicle.max_distance, vehicle.max_duration, vehicle.max_ride)
    where = (kind, vehicle.start, vehicle.end, vehicle.shift, vehicle.max_trips, vehicle.load_duration)
    return where + limits + (vehicle.capacity, vehicle.skills, vehicle.costs, breaks)
