"""What an arrangement means: times, heat, lateness, money, new faces, and every limit that it breaks. Pure.

A change by hand touches few routes: what was worked out of the others is taken over (``near``), as long as they are arranged in
the same way on the same ground. What concerns the whole plan is always worked out anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mealroute.core.money import Fen
from mealroute.drafting import build, faults
from mealroute.drafting.records import Arrangement, Broken, Figures, Ground, Lock, RouteView, VisitView
from mealroute.orders.records import BookLineId
from mealroute.planning.records import PlanInput, PlannedVehicle, VisitKind
from mealroute.planning.timing import TimedRoute, TimedVisit, timed_routes
from solver.check import check, check_route
from solver.cost import UNITS_PER_COST, CostTerms, route_terms
from solver.plan import Cause, Plan, Route, Violation
from solver.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """An arrangement with everything that follows from it. ``unplaced``: stops on no route."""

    ground: Ground
    given: PlanInput
    arrangement: Arrangement
    plan: Plan
    violations: tuple[Violation, ...]
    routes: tuple[RouteView, ...]
    total: Figures
    broken: tuple[Broken, ...]
    unplaced: tuple[int, ...]
    by_route: Mapping[int, tuple[Route, tuple[Violation, ...]]] = field(repr=False)
    """Vehicle → its route with times, and what the checker finds of it alone."""

    def figures(self, vehicle: int) -> Figures:
        """A route's figures; a vehicle that stays in the yard has none."""
        return next((route.figures for route in self.routes if route.vehicle == vehicle), Figures())


def evaluate(ground: Ground, arrangement: Arrangement, near: Evaluation | None = None) -> Evaluation:
    """Time every route as arranged, check the whole plan independently, add up.

    ``near``: an evaluation on the same ground whose unchanged routes are taken over; it changes how long this takes, never what
    comes out.
    """
    if near is not None and (near.ground is not ground or near.arrangement.drivers != arrangement.drivers):
        near = None
    given = _given(ground, arrangement, near)
    problem = given.built.problem
    same = _same(arrangement, near) if near is not None else {}
    plan = build.plan_of(problem, arrangement, known={vehicle: route for vehicle, (route, _found) in same.items()})
    by_route = dict(same)

    def of_route(_problem: Problem, route: Route) -> tuple[Violation, ...]:
        if route.vehicle not in by_route:
            by_route[route.vehicle] = (route, check_route(problem, route))
        return by_route[route.vehicle][1]

    violations = check(problem, plan, of_route=of_route)
    broken = faults.named(given, plan, violations)
    routes = _views(ground, given, arrangement, plan, broken, near)
    unplaced = tuple(left.stop for left in plan.unassigned)
    return Evaluation(
        ground=ground, given=given, arrangement=arrangement, plan=plan, violations=violations, routes=routes,
        total=replace(added(route.figures for route in routes), broken=len(broken)), broken=broken, unplaced=unplaced,
        by_route=by_route,
    )  # fmt: skip


def _given(ground: Ground, arrangement: Arrangement, near: Evaluation | None) -> PlanInput:
    if near is None:
        return build.effective(ground, arrangement)
    return near.given if near.arrangement.numbers == arrangement.numbers else build.renumbered(near.given, arrangement)


def _same(arrangement: Arrangement, near: Evaluation) -> dict[int, tuple[Route, tuple[Violation, ...]]]:
    """The routes that are driven as before: the same stops in the same trips, from the same start."""
    had = {route.vehicle: route for route in near.arrangement.routes}
    before, now = near.arrangement.starts, arrangement.starts
    return {
        route.vehicle: near.by_route[route.vehicle]
        for route in arrangement.routes
        if had.get(route.vehicle) == route and before.get(route.vehicle) == now.get(route.vehicle)
    }


def looks(arrangement: Arrangement) -> dict[int, object]:
    """What can be seen of each vehicle, as something that is equal where nothing changed."""
    ordered = {stop for order in arrangement.orders for stop in order}
    holds = (arrangement.locked_stops, arrangement.under_way, ordered)
    found: dict[int, object] = dict.fromkeys(arrangement.out, "out")
    for route in arrangement.routes:
        vehicle, stops = route.vehicle, set(route.stops)
        found[vehicle] = (
            route.trips, *(stops & held for held in holds), vehicle in arrangement.locked_routes, arrangement.starts.get(vehicle),
            arrangement.drivers.get(vehicle),
        )  # fmt: skip
    return found


def _views(
    ground: Ground, given: PlanInput, arrangement: Arrangement, plan: Plan, broken: Iterable[Broken], near: Evaluation | None
) -> tuple[RouteView, ...]:  # fmt: skip
    """The used routes by number; those that look as they did are the very same objects."""
    by_vehicle: dict[int | None, list[Broken]] = defaultdict(list)
    for fault in broken:
        by_vehicle[fault.vehicle].append(fault)
    kept: dict[int, RouteView] = {}
    if near is not None:
        before, now = looks(near.arrangement), looks(arrangement)
        kept = {
            route.vehicle: route
            for route in near.routes
            if before.get(route.vehicle) == now.get(route.vehicle)
            and arrangement.numbers.get(route.vehicle) == route.number
            and tuple(by_vehicle[route.vehicle]) == route.broken
        }
    other = Plan(tuple(route for route in plan.routes if route.vehicle not in kept))
    drawn = [
        _Drawn(ground, given, arrangement, plan, by_vehicle[timed.vehicle.number]).view(timed)
        for timed in timed_routes(given, other)
    ]
    used = {route.vehicle for route in plan.routes}
    found = [*drawn, *(route for route in kept.values() if route.vehicle in used)]
    return tuple(sorted(found, key=lambda route: route.number))


def added(parts: Iterable[Figures]) -> Figures:
    """The figures of several routes together: sums, and the least heat left at any door."""
    kept = list(parts)
    margins = [each.margin_s for each in kept if each.margin_s is not None]
    names = (
        "stops", "portions", "trips", "distance_m", "travel_s", "duration_s", "cost_fen", "late_stops", "late_s", "new_faces", "broken",
    )  # fmt: skip
    return Figures(
        **{name: sum(getattr(each, name) for each in kept) for name in names}, margin_s=min(margins, default=None)
    )


def fen_of(terms: CostTerms, driver_hour_fen: Fen) -> Fen:
    """A cost in units (seconds of the reference driver, docs/planning.md) as money, rounded to the fen once."""
    return round(terms.total * driver_hour_fen / (3600 * UNITS_PER_COST))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One route of a plan as the board shows it."""

    ground: Ground
    given: PlanInput
    arrangement: Arrangement
    plan: Plan
    broken: Sequence[Broken]

    def view(self, timed: TimedRoute) -> RouteView:
        vehicle = timed.vehicle
        causes: dict[int | None, list[Cause]] = defaultdict(list)
        for fault in self.broken:
            causes[fault.stop].append(fault.cause)
        visits = tuple(self._visits(timed, causes))
        shift = self.given.built.problem.vehicle(vehicle.number).shift
        return RouteView(
            number=timed.number, vehicle=vehicle.number, vehicle_code=vehicle.vehicle_code, driver_code=vehicle.driver_code,
            kitchen_code=vehicle.kitchen_code, profile=vehicle.profile, boxes=vehicle.boxes, most_aboard=timed.most_aboard,
            starts_s=timed.visits[0].visit.begin, ends_s=timed.visits[-1].visit.departure, shift_from_s=shift.earliest,
            shift_to_s=shift.latest, start_fixed=vehicle.number in self.arrangement.starts,
            locked=vehicle.number in self.arrangement.locked_routes, figures=self._figures(timed, visits), visits=visits,
            broken=tuple(self.broken),
        )  # fmt: skip

    def _figures(self, timed: TimedRoute, visits: Sequence[VisitView]) -> Figures:
        problem = self.given.built.problem
        route = self.plan.route_of(timed.vehicle.number)
        assert route is not None
        jobs = [visit for visit in visits if visit.kind is VisitKind.JOB]
        return Figures(
            stops=len(jobs), portions=timed.portions, trips=timed.trips, distance_m=timed.distance_m, travel_s=timed.travel_s,
            duration_s=timed.visits[-1].visit.departure - timed.visits[0].visit.begin,
            cost_fen=fen_of(route_terms(problem, route), self.ground.driver_hour_fen),
            late_stops=sum(visit.late_s > 0 for visit in jobs), late_s=sum(visit.late_s for visit in jobs),
            margin_s=timed.late_margin_s, new_faces=sum(len(visit.new_faces) for visit in jobs), broken=len(self.broken),
        )  # fmt: skip

    def _visits(self, timed: TimedRoute, causes: Mapping[int | None, Sequence[Cause]]) -> Iterable[VisitView]:
        number = 0
        for each in timed.visits:
            number += each.kind is VisitKind.JOB
            yield self._visit(each, timed.vehicle, number, causes)

    def _visit(
        self, timed: TimedVisit, vehicle: PlannedVehicle, number: int, causes: Mapping[int | None, Sequence[Cause]]
    ) -> VisitView:
        stop, visit = timed.stop, timed.visit
        late = max(0, visit.begin - stop.window_to_s) if stop is not None and stop.window_to_s is not None else 0
        return VisitView(
            kind=timed.kind, trip=timed.trip, number=number if stop is not None else 0, stop=stop.number if stop else None,
            arrival_s=visit.arrival, begin_s=visit.begin, departure_s=visit.departure, waiting_s=visit.waiting,
            portions=timed.portions, lon=timed.point.lon if timed.point else None, lat=timed.point.lat if timed.point else None,
            window_from_s=stop.window_from_s if stop else None, window_to_s=stop.window_to_s if stop else None, late_s=late,
            margin_s=timed.food_margin_s, station_code=stop.station_code if stop else "", lines=stop.lines if stop else (),
            new_faces=self._new(stop.lines, vehicle.driver_code) if stop is not None and not stop.station_code else frozenset(),
            lock=self._lock(stop.number, vehicle.number) if stop is not None else None,
            causes=tuple(causes.get(stop.number, ())) if stop is not None else (),
        )  # fmt: skip

    def _new(self, lines: Sequence[BookLineId], driver: str) -> frozenset[BookLineId]:
        return frozenset(line for line in lines if driver not in self.given.lines[line].known_drivers)

    def _lock(self, stop: int, vehicle: int) -> Lock | None:
        return self.arrangement.lock_of(stop, vehicle)
