"""What the portfolio lets child processes do, beyond the engines' own ``run``."""

from __future__ import annotations

import time
from collections.abc import Callable

from solver.construct import construct, sequences
from solver.options import Sequences
from solver.plan import Plan
from solver.problem import Problem


def first_plan(
    problem: Problem, deadline: float | None, seed: int, warm_start: Plan | None, report: Callable[[object], None]
) -> Plan:
    """Insertion. The monotonic clock, and so ``deadline``, is the same in all processes of a machine."""
    report("constructing")
    return construct(problem, deadline=deadline, seed=seed, warm_start=warm_start)


def routing(
    problem: Problem,
    first: Sequences,
    time_limit_s: float | None,
    solution_limit: int | None,
    seed: int,
    report: Callable[[Sequences], None],
) -> Sequences:
    """OR-Tools on one part, from ``first`` or, without one, from a plan by insertion, which it then never falls below."""
    from solver import ortools_routing

    began = time.monotonic()
    if not first:
        first = sequences(construct(problem, seed=seed))
        report(first)
    left = None if time_limit_s is None else time_limit_s - (time.monotonic() - began)
    if left is not None and left < 0.05:
        return first
    return ortools_routing.run(problem, first, left, solution_limit, seed, report) or first
