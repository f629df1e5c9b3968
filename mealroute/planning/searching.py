"""A whole search for a day: routes, then the best hands for them, then usual hours, then what memory has cost. No database."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from mealroute.planning import habits, hands, hours, why
from mealroute.planning.face_records import FaceCost
from mealroute.planning.records import PlanInput, PlanOutput, PlanProgress, SolveLimits
from mealroute.planning.solving import answer, solve_input
from solver.cost import cost_terms
from solver.plan import Plan
from solver.problem import Problem

HANDS_S: Final = 2.0
"""Dealing out sixty routes takes CP-SAT a fraction of this."""
HOURS_SHARE: Final = 0.05
MEMORY_SHARE: Final = 0.2
"""So much of the time goes into the search without memory that says what memory costs, and may find a better plan on its way."""
_ENDLESS_S: Final = 86_400.0
LEAST_MEASURED_S: Final = 15.0
"""A search shorter than this spends all its time on the plan."""


def search_day(
    given: PlanInput,
    limits: SolveLimits,
    *,
    progress: Callable[[PlanProgress], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> PlanOutput:
    """The best plan for a day that the time allows, checked independently, with what familiarity costs.

    Stopping keeps the best routes so far and leaves the rest out. With ``max_iterations`` the same input gives the same plan.
    """
    began = time.monotonic()
    timed = limits.max_iterations is None
    measured = any(stop.familiarity for stop in given.built.problem.stops) and (
        not timed or limits.time_limit_s >= LEAST_MEASURED_S
    )
    share = MEMORY_SHARE if measured else 0.0
    shortened = limits.time_limit_s * (1 - share - HOURS_SHARE) - (
        HANDS_S if limits.time_limit_s > LEAST_MEASURED_S else 0
    )
    found = solve_input(
        given,
        replace(limits, time_limit_s=shortened),
        progress=progress,
        stopped=stopped,
        warm_start=habits.begin_with(given, given.before),
    )
    if (stopped is not None and stopped()) or not found.plan.routes:
        plan = why.explained(given, found.plan) if found.plan.routes else found.plan
        return _output(replace(found, plan=plan, seconds=round(time.monotonic() - began, 3)), limits)

    def tell(stage: str, plan: Plan) -> None:
        if progress is not None:
            terms = cost_terms(given.built.problem, plan)
            progress(
                PlanProgress(
                    elapsed_s=round(time.monotonic() - began, 1), limit_s=limits.time_limit_s, best_cost=round(terms.cost),
                    unassigned=len(plan.unassigned), stage=stage,
                )
            )  # fmt: skip

    plan = settled(given, found.plan, limits, tell=tell)
    cost = None
    if measured and not (stopped is not None and stopped()):
        tell("memory", plan)
        plan, cost = _without_memory(given, plan, limits, began, stopped)
    plan = why.explained(given, plan, deadline=None if timed else began + _ENDLESS_S)
    return _output(replace(answer(given, plan, began, limits.engine, limits.seed), faces=cost), limits)


def _output(found: PlanOutput, limits: SolveLimits) -> PlanOutput:
    """With what somebody needs to make the same plan again."""
    return replace(found, threads=limits.threads, max_iterations=limits.max_iterations)


def settled(
    given: PlanInput, plan: Plan, limits: SolveLimits, *, tell: Callable[[str, Plan], None] | None = None
) -> Plan:
    """The same routes in the best hands and at the best hours."""
    timed = limits.max_iterations is None
    if tell is not None:
        tell("hands", plan)
    dealt = hands.dealt_out(given, plan, time_limit_s=HANDS_S if timed else None, seed=limits.seed)
    if tell is not None:
        tell("hours", dealt)
    deadline = time.monotonic() + max(0.5, HOURS_SHARE * limits.time_limit_s) if timed else None
    return hours.nearer(given, dealt, deadline=deadline)


def _without_memory(
    given: PlanInput, plan: Plan, limits: SolveLimits, began: float, stopped: Callable[[], bool] | None
) -> tuple[Plan, FaceCost]:
    """Go on from the plan as if nobody knew anybody. What is better even with memory becomes the plan; the rest is memory's price."""
    problem = given.built.problem
    left = max(1.0, limits.time_limit_s - (time.monotonic() - began))
    strangers = replace(given, built=replace(given.built, problem=forgetful(problem)))
    start = time.monotonic()
    other = solve_input(strangers, replace(limits, time_limit_s=left), stopped=stopped, warm_start=plan).plan
    searched = round(time.monotonic() - start, 1)
    if _order(given, other) < _order(given, plan):
        plan = other
    mine, theirs = cost_terms(problem, plan), cost_terms(problem, other)
    if len(other.unassigned) != len(plan.unassigned):  # one serves more: their costs say nothing about faces
        theirs = mine
    paid = max(0, round(mine.cost - theirs.cost))
    return plan, FaceCost(paid_s=paid, travel_s=mine.travel_s - theirs.travel_s, searched_s=searched)


def forgetful(problem: Problem) -> Problem:
    """The same problem in which nobody knows anybody."""
    stops = tuple(replace(stop, familiarity={}) for stop in problem.stops)
    return Problem(stops=stops, vehicles=problem.vehicles, matrices=problem.matrices, depots=problem.depots)


def _order(given: PlanInput, plan: Plan) -> tuple[int, int, int, int]:
    """The objective of the contract with hours and fairness in it; smaller is better."""
    from solver.cost import UNITS_PER_COST, objective

    must, priorities, served, cost = objective(given.built.problem, plan)
    beside = hours.discomfort_s(given, plan) - hands.worth(given, plan)
    terms = cost_terms(given.built.problem, plan)
    people = terms.overwork - terms.familiarity  # counted once: they are in the hands' worth
    return must, priorities, served, cost - people + UNITS_PER_COST * beside
