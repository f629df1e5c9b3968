"""A draft's ground and arrangement turned into what the solver speaks: problems, plans, sequences. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from mealroute.drafting.records import Arrangement, Ground, RouteOrder, Trips, trips_of
from mealroute.orders.records import BookLineId
from mealroute.planning.records import PlanInput, PlanVersionRecord
from solver import parts
from solver.follow import follow
from solver.options import Sequences
from solver.plan import Kind, Plan, Route, Unassigned
from solver.problem import Problem, Step, Stop, TimeWindow, Vehicle

MANUAL = "by-hand"
"""The engine's name for plans that people have bent."""


def effective(ground: Ground, arrangement: Arrangement) -> PlanInput:
    """The input with the arrangement's drivers: their shifts, and the faces that they know."""
    given = renumbered(ground.given, arrangement)
    built, problem = given.built, given.built.problem
    if not arrangement.drivers:
        return given
    changed = {v.number: arrangement.drivers.get(v.number, v.driver_code) for v in built.vehicles}
    vehicles = tuple(replace(v, driver_code=changed[v.number]) for v in built.vehicles)
    fleet = tuple(_in_shift(vehicle, ground, arrangement) for vehicle in problem.vehicles)
    known = {v: driver for v, driver in changed.items() if v in arrangement.drivers}
    lines = ground.given.built.stop_lines
    stops = tuple(_knowing(stop, lines[stop.id], known, ground) for stop in problem.stops)
    swapped = Problem(stops=stops, vehicles=fleet, matrices=problem.matrices, depots=problem.depots)
    return replace(given, built=replace(built, problem=swapped, vehicles=vehicles))


def renumbered(given: PlanInput, arrangement: Arrangement) -> PlanInput:
    """The input with the numbers that people call the routes by."""
    codes = {vehicle.number: vehicle.vehicle_code for vehicle in given.built.vehicles}
    return replace(given, numbers={codes[v]: n for v, n in arrangement.numbers.items() if v in codes})


def _in_shift(vehicle: Vehicle, ground: Ground, arrangement: Arrangement) -> Vehicle:
    """The shift of the driver who stands in, within what the kitchen allows: no earlier than its first batch, no later than its last."""
    shift = ground.shifts.get(arrangement.drivers.get(vehicle.id, ""))
    if shift is None:
        return vehicle
    batches = next(v.batches for v in ground.given.built.vehicles if v.number == vehicle.id)
    end = min(shift[1], batches[-1].eat_by_s)
    return replace(vehicle, shift=TimeWindow(min(max(shift[0], batches[0].ready_s), end), end))


def _knowing(stop: Stop, lines: Iterable[BookLineId], drivers: Mapping[int, str], ground: Ground) -> Stop:
    credits = {
        vehicle: sum(ground.given.lines[line].faces.get(driver, 0) for line in lines)
        for vehicle, driver in drivers.items()
    }
    kept = {vehicle: seconds for vehicle, seconds in stop.familiarity.items() if vehicle not in drivers}
    familiarity = kept | {vehicle: seconds for vehicle, seconds in credits.items() if seconds}
    return stop if familiarity == stop.familiarity else replace(stop, familiarity=familiarity)


def alone(ground: Ground, vehicle: int, stops: Collection[int]) -> Ground:
    """The same ground with one vehicle and its stops: what a question about one route needs, quickly."""
    built = ground.given.built
    part = replace(
        built,
        problem=parts.part(built.problem, set(stops), {vehicle}, {}),
        stops=tuple(stop for stop in built.stops if stop.number in stops),
        vehicles=tuple(one for one in built.vehicles if one.number == vehicle),
    )
    return replace(ground, given=replace(ground.given, built=part))


def plan_of(problem: Problem, arrangement: Arrangement, *, known: Mapping[int, Route] | None = None) -> Plan:
    """The arrangement with its times, limits or no limits; stops on no route are unassigned, their reason still open.

    ``known``: vehicle → its route, where it has been timed already.
    """
    had = known or {}
    routes = tuple(
        had.get(order.vehicle)
        or follow(problem, problem.vehicle(order.vehicle), order.trips, start=arrangement.starts.get(order.vehicle))
        for order in arrangement.routes
    )
    served = {stop for order in arrangement.routes for stop in order.stops}
    return Plan(routes, tuple(Unassigned(stop.id, "", "") for stop in problem.stops if stop.id not in served))


def sequences(arrangement: Arrangement, *, without: Collection[int] = ()) -> dict[int, Trips]:
    """Trips of stops by vehicle, as engines take them, less what is on the road."""
    found = {
        order.vehicle: order.trips[leading(arrangement, order.vehicle) :]
        for order in arrangement.routes
        if order.vehicle not in without
    }
    return {vehicle: trips for vehicle, trips in found.items() if trips}


def arranged(found: Sequences, before: Arrangement, *, kept: Iterable[int]) -> Arrangement:
    """``before`` with the routes that an engine found for an open part; routes of the vehicles in ``kept`` stay as they are."""
    held = set(kept)
    routes = [order for order in before.routes if order.vehicle in held]
    for vehicle in {order.vehicle for order in before.routes} | set(found):
        if vehicle in held:
            continue
        ahead = trips_of(before, vehicle)[: leading(before, vehicle)]
        trips = (*ahead, *(trip for trip in found.get(vehicle, ()) if trip))
        if trips:
            routes.append(RouteOrder(vehicle, trips))
    return numbered(replace(before, routes=tuple(routes)))


def numbered(arrangement: Arrangement) -> Arrangement:
    """Give every route that has no number yet the lowest free one; order the routes by number."""
    numbers = dict(arrangement.numbers)
    for order in arrangement.routes:
        if order.vehicle not in numbers:
            numbers[order.vehicle] = next(n for n in range(1, len(numbers) + 2) if n not in numbers.values())
    routes = tuple(sorted(arrangement.routes, key=lambda order: numbers[order.vehicle]))
    return replace(arrangement, routes=routes, numbers=numbers)


def of_version(ground: Ground, version: PlanVersionRecord) -> Arrangement:
    """The arrangement that a stored version shows, on a ground that knows its lines by their orders.

    A stop goes where most of its lines were; vehicles are known by their codes, changed drivers stay changed.
    """
    numbers = {vehicle.vehicle_code: vehicle for vehicle in ground.given.built.vehicles}
    stop_of = {line: stop.number for stop in ground.given.built.stops for line in stop.lines}
    placed: set[int] = set()
    routes: list[RouteOrder] = []
    drivers: dict[int, str] = {}
    names: dict[int, int] = {}
    for route in version.routes:
        vehicle = numbers.get(route.vehicle_code)
        if vehicle is None:
            continue
        trips: dict[int, list[int]] = {}
        for visit in route.visits:
            for stop in dict.fromkeys(stop_of[line] for line in visit.lines if line in stop_of):
                if stop not in placed:
                    placed.add(stop)
                    trips.setdefault(visit.trip, []).append(stop)
        names[vehicle.number] = route.number
        if route.driver_code != vehicle.driver_code and route.driver_code in ground.shifts:
            drivers[vehicle.number] = route.driver_code
        if trips:
            routes.append(RouteOrder(vehicle.number, tuple(map(tuple, trips.values()))))
    return numbered(Arrangement(routes=tuple(routes), numbers=names, drivers=drivers))


def leading(arrangement: Arrangement, vehicle: int) -> int:
    """How many trips of a vehicle have left already."""
    route = arrangement.route(vehicle)
    trips = route.trips if route else ()
    return max((n for n, trip in enumerate(trips, 1) if arrangement.under_way & set(trip)), default=0)


def returns(arrangement: Arrangement, plan: Plan) -> dict[int, int]:
    """When each vehicle that is on the road is back to load again, in seconds."""
    found = {}
    for route in plan.routes:
        left = leading(arrangement, route.vehicle)
        if left:
            loadings = [visit for visit in route.visits if visit.kind is Kind.RELOAD]
            found[route.vehicle] = loadings[left - 1].arrival if left <= len(loadings) else route.visits[-1].arrival
    return found


def open_part(
    problem: Problem, arrangement: Arrangement, frozen: Collection[int], back: Mapping[int, int]
) -> Problem | None:
    """What may be rearranged: all vehicles but the frozen and taken-out ones, all stops but theirs, with the locks as the solver knows them.

    None where no vehicle is left. A vehicle on the road (``back`` says until when) takes part with the trips that it has left. What all the others load is taken
    off the kitchens' capacities.
    """
    held: dict[int, Trips] = {}
    fleet: list[Vehicle] = []
    for vehicle in problem.vehicles:
        trips = trips_of(arrangement, vehicle.id)
        left = leading(arrangement, vehicle.id)
        if vehicle.id in frozen or vehicle.id in arrangement.out or left >= vehicle.max_trips:
            held[vehicle.id] = trips
            continue
        if left:
            held[vehicle.id] = trips[:left]
            begin = min(back[vehicle.id], vehicle.shift.latest)
            vehicle = replace(  # noqa: PLW2901 -- the same vehicle, later
                vehicle, shift=TimeWindow(max(begin, vehicle.shift.earliest), vehicle.shift.latest), max_trips=vehicle.max_trips - left, max_duration=None
            )  # fmt: skip
        fleet.append(replace(vehicle, steps=_steps(trips[left:], arrangement, vehicle.id)))
    if not fleet:
        return None
    bound = {stop for trips in held.values() for trip in trips for stop in trip}
    loaded = {place: tuple(amounts) for place, amounts in parts.loaded(problem, held).items()}
    free = [stop.id for stop in problem.stops if stop.id not in bound]
    part = parts.part(problem, set(free), {vehicle.id for vehicle in fleet}, loaded)
    return Problem(stops=part.stops, vehicles=tuple(fleet), matrices=part.matrices, depots=part.depots)


def _steps(trips: Iterable[Iterable[int]], arrangement: Arrangement, vehicle: int) -> tuple[Step, ...]:
    found: list[Step] = []
    for trip in trips:
        if found:
            found.append(Step(None))
        found += (Step(stop, locked=arrangement.lock_of(stop, vehicle) is not None) for stop in trip)
    return tuple(found)
