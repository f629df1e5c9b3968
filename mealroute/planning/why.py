"""Why a meal has no place, as a code that carries what was found by trying: which rule, by how much, when it would arrive.

``if:<rule>:<amount>:<begin>:<mark>``: dropping that one rule by that amount lets the stop in, which then begins at ``begin`` seconds. ``mark``: ``halal`` where
the stop needs a sealed box, so that the sentence can say whose turn it is. ``if:two``: no single rule is enough. `words.reason` reads it.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

from mealroute.planning import rules
from mealroute.planning.records import PlanInput
from solver.construct import sequences
from solver.options import Sequences
from solver.plan import Plan
from solver.problem import Problem
from solver.relax import Relaxation, Rule, relaxations

PREFIX = "if"
EARLY = "early"
TWO = f"{PREFIX}:two"
MOST = 120
"""Beyond so many stops without a place people have another problem first; those keep the solver's own reason."""
EXPLAINED_S = 2.0


def explained(given: PlanInput, plan: Plan, *, deadline: float | None = None) -> Plan:
    """The plan with a tried reason for every stop that it leaves out; what is not tried in time keeps the reason that it has."""
    left = [each.stop for each in plan.unassigned][:MOST]
    if not left:
        return plan
    until = deadline if deadline is not None else time.monotonic() + EXPLAINED_S
    codes = codes_of(given.built.problem, sequences(plan), left, deadline=until)
    return replace(
        plan, unassigned=tuple(replace(each, code=codes.get(each.stop, each.code)) for each in plan.unassigned)
    )


def codes_of(
    problem: Problem, plan: Sequences, stops: Iterable[int], *, deadline: float | None = None
) -> Mapping[int, str]:
    """Stop → the code of the least that would let it in. Stops that no vehicle could serve even alone keep their own reason."""
    found = relaxations(problem, plan, stops, deadline=deadline)
    late = deadline is not None and time.monotonic() >= deadline
    return {
        stop: code_of(problem, options[0]) if options else TWO
        for stop, options in found.items()
        if options or not late
    }  # fmt: skip


def code_of(problem: Problem, found: Relaxation) -> str:
    """One relaxation as a code of at most forty characters."""
    stop = problem.stop(found.stop)
    rule: str = found.rule
    if found.rule is Rule.WINDOW and stop.time_windows and found.begin < stop.time_windows[0].earliest:
        rule = EARLY
    mark = "halal" if rules.HALAL_SKILL in stop.skills else ""
    return f"{PREFIX}:{rule}:{found.amount}:{found.begin}:{mark}"
