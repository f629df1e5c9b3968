"""From a plan's input to the solver's checked answer. No database: runs in a worker process, or in the command line's."""

import time
from collections.abc import Callable
from typing import cast

from mealroute.planning.records import PlanInput, PlanOutput, PlanProgress, SolveLimits
from solver.check import check
from solver.construct import construct
from solver.cost import cost_terms, number
from solver.options import Engine, Progress, SolveOptions
from solver.plan import Plan

FIRST_PLAN = "first-plan"
"""The engine's name for plans by insertion alone (``plan_quick``)."""
QUICK_S = 0.9
"""A first plan takes at most a second, check included."""
QUICK_REPAIRS = 100
"""Neighbourhoods built anew for stops left over: within the time on a machine that is not overloaded."""


def solve_input(
    given: PlanInput,
    limits: SolveLimits,
    *,
    progress: Callable[[PlanProgress], None] | None = None,
    stopped: Callable[[], bool] | None = None,
    warm_start: Plan | None = None,
) -> PlanOutput:
    """Search until the time is up or ``stopped`` says so; what is best by then is the answer, checked independently.

    The search hears ``stopped`` and reports at least twice a second. Its engines run in processes of their own.
    """
    from solver.portfolio import solve  # loads the engines

    began = time.monotonic()

    def report(step: Progress) -> None:
        if progress is not None:
            cost = None if step.best_cost is None else round(step.best_cost)
            progress(
                PlanProgress(
                    elapsed_s=round(time.monotonic() - began, 1), limit_s=limits.time_limit_s, best_cost=cost,
                    unassigned=step.unassigned, stage=step.stage,
                )
            )  # fmt: skip

    options = SolveOptions(
        time_limit_s=limits.time_limit_s,
        seed=limits.seed,
        threads=limits.threads,
        engine=cast("Engine", limits.engine),
        max_iterations=limits.max_iterations,
    )
    plan = solve(given.built.problem, options, warm_start=warm_start, on_progress=report, cancelled=stopped)
    return answer(given, plan, began, limits.engine, limits.seed)


def plan_quick(given: PlanInput, *, seed: int = 0) -> PlanOutput:
    """The first-plan engine alone: deterministic unless the machine is so slow that repairs end at their deadline."""
    began = time.monotonic()
    plan = construct(given.built.problem, deadline=began + QUICK_S, seed=seed, repairs=QUICK_REPAIRS)
    return answer(given, plan, began, FIRST_PLAN, seed)


def answer(given: PlanInput, plan: Plan, began: float, engine: str, seed: int) -> PlanOutput:
    """A plan with what the independent check says about it and what it costs; ``began`` is on ``time.monotonic()``."""
    problem = given.built.problem
    terms = cost_terms(problem, plan)
    return PlanOutput(
        plan=plan,
        violations=check(problem, plan),
        cost=round(terms.cost),
        familiarity=round(number(terms.familiarity)),
        seconds=round(time.monotonic() - began, 3),
        engine=engine,
        seed=seed,
    )
