"""What a plan costs, term by term, and the lexicographic objective; computed from the matrix, not from stated times."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from solver.plan import Kind, Plan, Route
from solver.problem import Metres, Problem, Seconds, Vehicle

UNITS_PER_COST: Final = 3_600_000
"""Costs are added up in whole units of 1/3,600,000: per_hour × seconds and per_km × metres are exact in them."""


@dataclass(frozen=True, slots=True)
class CostTerms:
    """Cost in exact units by term (see UNITS_PER_COST), with the travel behind it."""

    fixed: int = 0
    hours: int = 0
    km: int = 0
    familiarity: int = 0
    overwork: int = 0
    travel_s: Seconds = 0
    distance_m: Metres = 0

    @property
    def total(self) -> int:
        """Fixed, hours and kilometres; familiarity and overwork are reported apart."""
        return self.fixed + self.hours + self.km

    @property
    def cost(self) -> int | float:
        """The cost as people see it: a whole number wherever it is one."""
        return number(self.total)

    def __add__(self, other: "CostTerms") -> "CostTerms":
        return CostTerms(
            self.fixed + other.fixed,
            self.hours + other.hours,
            self.km + other.km,
            self.familiarity + other.familiarity,
            self.overwork + other.overwork,
            self.travel_s + other.travel_s,
            self.distance_m + other.distance_m,
        )


def number(units: int) -> int | float:
    """Units as a cost: whole where it is whole."""
    return units // UNITS_PER_COST if units % UNITS_PER_COST == 0 else units / UNITS_PER_COST


def travel_units(vehicle: Vehicle, seconds: Seconds, metres: Metres) -> int:
    """The cost of a way, in units."""
    return 1000 * vehicle.costs.per_hour * seconds + 3600 * vehicle.costs.per_km * metres


def overwork_units(vehicle: Vehicle, work: Seconds) -> int:
    """The debit for a vehicle's work (ways, loading, setup and service; no waiting, no breaks), in units."""
    if vehicle.fair_work is None:
        return 0
    return 1000 * vehicle.costs.overwork * max(0, work - vehicle.fair_work)


def locations(problem: Problem, route: Route) -> list[int]:
    """The places that the route goes through, in order; jobs that the problem does not know are passed over."""
    vehicle = problem.vehicle(route.vehicle)
    places: list[int] = []
    for visit in route.visits:
        place: int | None = None
        if visit.kind is Kind.JOB:
            place = problem.stop(visit.id).location if visit.id is not None and problem.has_stop(visit.id) else None
        elif visit.kind in {Kind.START, Kind.RELOAD}:
            place = vehicle.start
        elif visit.kind is Kind.END:
            place = vehicle.end
        if place is not None:
            places.append(place)
    return places


def route_terms(problem: Problem, route: Route) -> CostTerms:
    """The terms of one route; a route without jobs is an unused vehicle and costs nothing."""
    if not route.stops:
        return CostTerms()
    vehicle = problem.vehicle(route.vehicle)
    matrix = problem.travel(vehicle)
    ways = list(pairwise(locations(problem, route)))
    seconds = sum(int(matrix.durations[a, b]) for a, b in ways)
    metres = sum(int(matrix.distances[a, b]) for a, b in ways) if matrix.distances is not None else 0
    known = (problem.stop(stop) for stop in route.stops if problem.has_stop(stop))
    return CostTerms(
        fixed=UNITS_PER_COST * vehicle.costs.fixed,
        hours=travel_units(vehicle, seconds, 0),
        km=travel_units(vehicle, 0, metres),
        familiarity=UNITS_PER_COST * sum(stop.familiarity.get(vehicle.id, 0) for stop in known),
        overwork=overwork_units(vehicle, seconds + _spent(problem, route)),
        travel_s=seconds,
        distance_m=metres,
    )


def _spent(problem: Problem, route: Route) -> Seconds:
    """Loading, setup and service: what a vehicle works beside driving."""
    vehicle, spent = problem.vehicle(route.vehicle), 0
    for trip in route.trip_stops:
        place, spent = vehicle.start, spent + vehicle.load_duration
        for stop in map(problem.stop, filter(problem.has_stop, trip)):
            spent += stop.service + (stop.setup if stop.location != place else 0)
            place = stop.location
    return spent


def cost_terms(problem: Problem, plan: Plan) -> CostTerms:
    """The terms of the whole plan."""
    return sum((route_terms(problem, route) for route in plan.routes), CostTerms())


def objective(problem: Problem, plan: Plan) -> tuple[int, int, int, int]:
    """Lexicographic, smaller is better: must-serve stops, priorities and stops served (negated), cost − familiarity + overwork."""
    served = [problem.stop(stop) for stop in plan.served if problem.has_stop(stop)]
    terms = cost_terms(problem, plan)
    return (
        -sum(stop.must_serve for stop in served),
        -sum(stop.priority for stop in served),
        -len(served),
        terms.total - terms.familiarity + terms.overwork,
    )
