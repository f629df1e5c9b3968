"""A broken rule in the reader's language, with the figures of the version that breaks it. Where and who is said beside it."""

from collections.abc import Mapping

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.planning.records import PlanVersionRecord, RouteRecord, VisitRecord
from mealroute.planning.violations import OUTDATED, UNDER_WAY, PlanOverride, PlanViolation
from solver.plan import Cause


def sentence(violation: PlanViolation, version: PlanVersionRecord) -> str:
    """What is broken, in one sentence; a cause without figures at hand gets its plain sentence."""
    if violation.cause == UNDER_WAY:
        return _under_way(dict(violation.facts))
    route = next((route for route in version.routes if route.number == violation.route), None)
    visit = visit_of(violation, route)
    return _with_figures(violation.cause, route, visit) or cause_sentence(violation.cause) or violation.message


def visit_of(violation: PlanViolation, route: RouteRecord | None) -> VisitRecord | None:
    """The stop that a violation of the check is about; what is under way names a stop of the version before."""
    if route is None or violation.stop_id is None or violation.cause == UNDER_WAY:
        return None
    return next((visit for visit in route.visits if visit.stop_id == violation.stop_id), None)


def override_sentence(override: PlanOverride) -> str:
    """What somebody answered for, where the figures of the moment are not at hand any more."""
    return cause_sentence(override.cause) or override.message


def _with_figures(cause: str, route: RouteRecord | None, visit: VisitRecord | None) -> str:
    match cause:
        case Cause.TIME_WINDOW if visit and visit.window_from_s is not None and visit.window_to_s is not None:
            return _(
                "Arrives at %(at)s; the meal is wanted between %(from)s and %(to)s.",
                **{"at": clock_text(visit.begin_s), "from": clock_text(visit.window_from_s), "to": clock_text(visit.window_to_s)},
            )  # fmt: skip
        case Cause.MAX_RIDE if visit and visit.food_margin_s is not None and visit.food_margin_s < 0:
            return _("The meal is handed over %(n)d min after it should be eaten.", n=-(visit.food_margin_s // 60))
        case Cause.CAPACITY if route and route.most_aboard > route.boxes:
            return _("Carries %(n)d portions; %(most)d fit.", n=route.most_aboard, most=route.boxes)
        case Cause.SHIFT if route:
            return _(
                "Drives from %(from)s to %(to)s, which is not all within the driver's shift.",
                **{"from": clock_text(route.starts_s), "to": clock_text(route.ends_s)},
            )
        case Cause.RELEASE if route:
            return _("Loads at %(at)s, before the food of one meal is ready.", at=clock_text(route.starts_s))
        case Cause.MAX_TRIPS if route:
            return _("Loads %(n)d times, more often than the vehicle may.", n=route.trips)
        case _:
            return ""


def cause_sentence(cause: str) -> str:
    """What a cause means, without figures; nothing for a cause that is not known."""
    match cause:
        case Cause.TIME_WINDOW:
            return _("Arrives outside the time at which the meal is wanted.")
        case Cause.MAX_RIDE:
            return _("The meal rides longer than hot food may.")
        case Cause.CAPACITY:
            return _("Carries more than fits into the vehicle.")
        case Cause.SHIFT:
            return _("Drives outside the driver's shift.")
        case Cause.RELEASE:
            return _("Loads before the food is ready.")
        case Cause.SKILLS:
            return _("This vehicle may not carry the meal: it lacks the marking for its diet.")
        case Cause.DEPOT_SKILLS:
            return _("This kitchen cannot cook the diet of the meal.")
        case Cause.DEPOT_CAPACITY:
            return _("More is loaded at a kitchen than it can cook.")
        case Cause.MAX_TRIPS:
            return _("Loads more often than the vehicle may.")
        case Cause.MAX_DURATION:
            return _("The route lasts longer than it may.")
        case Cause.MAX_TRAVEL_TIME:
            return _("The route drives longer than it may.")
        case Cause.MAX_DISTANCE:
            return _("The route is longer than it may be.")
        case Cause.MAX_TASKS:
            return _("The route has more stops than it may have.")
        case Cause.BREAK:
            return _("The driver's break is missing, too short or at the wrong time.")
        case Cause.LOAD_DURATION:
            return _("The time for loading is not the vehicle's.")
        case Cause.TIMING:
            return _("A time in the route cannot be kept: the way takes longer.")
        case Cause.LOCKED:
            return _("A stop that is locked to a route is on another one or out of its order.")
        case Cause.LOST:
            return _("A stop is neither on a route nor among the unassigned.")
        case Cause.SERVED_TWICE:
            return _("A stop is served twice.")
        case Cause.UNKNOWN_JOB:
            return _("The route has a stop that is not in the order book.")
        case _ if cause == OUTDATED:
            return _("The order book has changed since this plan was made.")
        case _ if cause == UNDER_WAY:
            return _("Changes what is on the road already.")
        case _:
            return ""


def _under_way(facts: Mapping[str, int]) -> str:
    if "stop" in facts:
        if facts["dropped"]:
            return _("Stop %(n)d is done; the new plan does not hold it any more.", n=facts["stop"])
        return _("Stop %(n)d is done; the new plan has it otherwise.", n=facts["stop"])
    return _(
        "Trip %(trip)d is loaded; the new plan takes %(off)d portions off it and puts %(on)d on it.",
        trip=facts["trip"], off=facts["off"], on=facts["on"],
    )  # fmt: skip
