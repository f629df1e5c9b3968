"""What an arrangement means: times, heat, lateness, money, new faces, and every limit that it breaks. Pure.

A whole district of 1,200 stops takes about 25 ms, so nothing is remembered between two changes but the ground.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mealroute.core.money import Fen
from mealroute.drafting import build, faults
from mealroute.drafting.records import Arrangement, Broken, Figures, Ground, Lock, RouteView, VisitView
from mealroute.orders.records import BookLineId
from mealroute.planning.records import PlanInput, PlannedVehicle, VisitKind
from mealroute.planning.timing import TimedRoute, TimedVisit, timed_routes
from solver.check import check
from solver.cost import UNITS_PER_COST, CostTerms, route_terms
from solver.plan import Cause, Plan, Violation


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

    def figures(self, vehicle: int) -> Figures:
        """A route's figures; a vehicle that stays in the yard has none."""
        return next((route.figures for route in self.routes if route.vehicle == vehicle), Figures())


def evaluate(ground: Ground, arrangement: Arrangement) -> Evaluation:
    """Time every route as arranged, check the whole plan independently, add up."""
    given = build.effective(ground, arrangement)
    problem = given.built.problem
    plan = build.plan_of(problem, arrangement)
    violations = check(problem, plan)
    broken = faults.named(given, plan, violations)
    by_vehicle: dict[int | None, list[Broken]] = defaultdict(list)
    for fault in broken:
        by_vehicle[fault.vehicle].append(fault)
    routes = tuple(
        _Drawn(ground, given, arrangement, plan, by_vehicle[timed.vehicle.number]).view(timed)
        for timed in timed_routes(given, plan)
    )
    unplaced = tuple(left.stop for left in plan.unassigned)
    return Evaluation(
        ground=ground, given=given, arrangement=arrangement, plan=plan,
        violations=violations, routes=routes,
        total=replace(added(route.figures for route in routes), broken=len(broken)), broken=broken, unplaced=unplaced,
    )  # fmt: skip


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
