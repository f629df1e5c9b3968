"""The lines of a plan along roads, for the map."""

from mealroute.adapters.travel import Travel
from mealroute.planning.records import PlanInput, RouteLine
from mealroute.planning.timing import timed_routes
from solver.plan import Plan


def draw(given: PlanInput, plan: Plan, travel: Travel) -> tuple[RouteLine, ...]:
    """One line a leg for each route, numbered as the version will number them; stops at one point share a leg of no length."""
    lines = []
    for route in timed_routes(given, plan):
        points = [visit.point for visit in route.visits if visit.point is not None]
        lines.append(RouteLine(number=route.number, legs=tuple(travel.path(points, route.vehicle.profile))))
    return tuple(lines)
