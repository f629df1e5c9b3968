"""A solver's plan in the words of planning: numbered routes, visits with clock and place, lines with their visit. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from operator import itemgetter

from mealroute.core.geo import LonLat
from mealroute.planning import rules
from mealroute.planning.records import Batch, PlanInput, PlannedStop, PlannedVehicle, Rejected, VisitKind
from solver.cost import route_terms
from solver.plan import Kind, Plan, Route, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedVisit:
    """One visit to be saved; ``portions`` are those loaded at start and reload, handed over at a job."""

    position: int
    trip: int
    kind: VisitKind
    stop: PlannedStop | None
    visit: Visit
    point: LonLat | None
    portions: int
    food_margin_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedRoute:
    """One route to be saved."""

    number: int
    vehicle: PlannedVehicle
    distance_m: int
    travel_s: int
    visits: tuple[TimedVisit, ...]

    @property
    def jobs(self) -> tuple[TimedVisit, ...]:
        return tuple(visit for visit in self.visits if visit.kind is VisitKind.JOB)

    @property
    def trips(self) -> int:
        return max(visit.trip for visit in self.visits)

    @property
    def portions(self) -> int:
        return sum(visit.portions for visit in self.jobs)

    @property
    def most_aboard(self) -> int:
        """Portions of the fullest trip."""
        return max((visit.portions for visit in self.visits if visit.kind in _LOADINGS), default=0)

    @property
    def eat_by_s(self) -> int:
        """The earliest eat-by of the batches that its trips load."""
        loadings = [visit.visit.begin for visit in self.visits if visit.kind in _LOADINGS]
        return min(rules.batch_at(self.vehicle.batches, begin).eat_by_s for begin in loadings)

    @property
    def late_margin_s(self) -> int | None:
        """The least heat left at any door."""
        return min((visit.food_margin_s for visit in self.jobs if visit.food_margin_s is not None), default=None)


_LOADINGS = (VisitKind.START, VisitKind.RELOAD)


def timed_routes(given: PlanInput, plan: Plan) -> tuple[TimedRoute, ...]:
    """The routes that are used, numbered by kitchen, then by the time of leaving, then by vehicle.

    A vehicle keeps the number that it has in the version before (``given.numbers``): labels, sheets and people's memory
    hang on it. Others follow after the highest.
    """
    vehicles = {vehicle.number: vehicle for vehicle in given.built.vehicles}
    used = [route for route in plan.routes if route.stops]
    used.sort(
        key=lambda route: (
            vehicles[route.vehicle].kitchen_code,
            route.visits[0].begin,
            vehicles[route.vehicle].vehicle_code,
        )
    )
    numbers = _numbers([vehicles[route.vehicle].vehicle_code for route in used], given.numbers)
    return tuple(
        _timed(number, route, vehicles[route.vehicle], given)
        for number, route in sorted(zip(numbers, used, strict=True), key=itemgetter(0))
    )


def _numbers(codes: Sequence[str], before: Mapping[str, int]) -> list[int]:
    fresh = count(max(before.values(), default=0) + 1)
    found: list[int] = []
    for code in codes:
        kept = before.get(code)
        found.append(next(fresh) if kept is None or kept in found else kept)
    return found


def account(given: PlanInput, plan: Plan) -> tuple[tuple[TimedRoute, ...], tuple[Rejected, ...]]:
    """The routes, and every line that is on none of them with its reason and owner: together the whole book.

    Raises ValueError where a line is in neither or in both, or the portions don't add up: a programmer's mistake.
    """
    routes = timed_routes(given, plan)
    by_stop = given.built.stop_lines
    unplaced = tuple(
        Rejected(line_id=line, code=left.code or "no_room", reason=left.reason, owner=given.lines[line].owner)
        for left in plan.unassigned
        for line in by_stop[left.stop]
    )
    left_out = given.built.rejected + unplaced
    placed = [line for route in routes for visit in route.jobs for line in (visit.stop.lines if visit.stop else ())]
    if sorted([*placed, *(each.line_id for each in left_out)]) != sorted(given.lines):
        raise ValueError("every book line must be planned or unassigned, once")
    planned = sum(route.portions for route in routes)
    unassigned = sum(given.lines[each.line_id].portions for each in left_out)
    if given.ordered != planned + unassigned:
        raise ValueError(f"{given.ordered} ordered is not {planned} planned + {unassigned} unassigned")
    return routes, left_out


def _timed(number: int, route: Route, vehicle: PlannedVehicle, given: PlanInput) -> TimedRoute:
    terms = route_terms(given.built.problem, route)
    return TimedRoute(
        number=number, vehicle=vehicle, distance_m=terms.distance_m, travel_s=terms.travel_s, visits=tuple(_visits(route, vehicle, given)),
    )  # fmt: skip


def _visits(route: Route, vehicle: PlannedVehicle, given: PlanInput) -> Iterator[TimedVisit]:
    stops = {stop.number: stop for stop in given.built.stops}
    loads = iter([sum(stops[stop].portions for stop in trip) for trip in route.trip_stops])
    trip, loaded_s = 0, 0
    batch: Batch = vehicle.batches[0]
    for position, visit in enumerate(route.visits):
        stop = stops[visit.id] if visit.kind is Kind.JOB and visit.id is not None else None
        portions = stop.portions if stop else 0
        margin = None
        if visit.kind in {Kind.START, Kind.RELOAD}:
            trip, loaded_s, portions = trip + 1, visit.departure, next(loads)
            batch = rules.batch_at(vehicle.batches, visit.begin)
        elif stop is not None:
            margin = rules.food_margin_s(
                loaded_s=loaded_s,
                handed_over_s=visit.departure,
                ride_limit_s=stop.ride_limit_s,
                eat_by_s=batch.eat_by_s,
            )
        yield TimedVisit(
            position=position,
            trip=max(trip, 1),
            kind=VisitKind(visit.kind),
            stop=stop,
            visit=visit,
            point=given.built.points[visit.location] if visit.location is not None else None,
            portions=portions,
            food_margin_s=margin,
        )
