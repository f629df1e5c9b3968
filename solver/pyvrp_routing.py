"""PyVRP as an engine: iterated local search on the problems that its model can state (see ``pyvrp_limits.cannot``).

Runs in a child process, as every engine does; it answers with sequences, ``schedule`` gives them exact times.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any, Final

from pyvrp import IteratedLocalSearchParams, PenaltyParams, SolveParams, solve
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks

from solver.options import EngineCannot, Sequences
from solver.problem import Problem
from solver.pyvrp_limits import cannot, hopeless
from solver.pyvrp_model import Model, Required

_REPORT_EVERY_S: Final = 0.25
_SHARE_FOR_ALL: Final = 0.5
"""Without a first plan, so long is one looked for that serves every stop; then stops may be left out."""
_MOST_PENALTY: Final = 100_000.0
_LEAST_PENALTY: Final = 0.1
"""PyVRP's own bounds, for costs in which a second costs about one."""
_LARGEST_PENALTY: Final = 2.0**36
"""Times a day of seconds, and summed up over many routes, this is still a whole number of 64 bits."""


def run(
    problem: Problem,
    first: Sequences,
    time_limit_s: float | None,
    iterations: int | None,
    seed: int,
    report: Callable[[Sequences], None],
) -> Sequences:
    """Improve ``first``, or begin at random where it is empty; never worse than ``first`` by the objective.

    Either limit may be None; with ``iterations`` alone the answer is repeatable. Better solutions are reported at most
    four times a second. Where setup at shared doors has to be narrowed (``cannot(..., narrow=True)``) a first plan may
    lie outside the model; what is found is then compared with it all the same. Raises EngineCannot for any other key.
    """
    key = cannot(problem, first, narrow=True)
    if key:
        raise EngineCannot(key, None, "cannot be stated to PyVRP", kind="problem")
    problem = problem.without(hopeless(problem))
    if not problem.stops:
        return {}
    begun = time.monotonic()
    until = None if time_limit_s is None else begun + time_limit_s
    served = {stop for trips in first.values() for trip in trips for stop in trip}
    whole = len(served) == len(problem.stops)
    must = all(stop.id in served for stop in problem.stops if stop.must_serve)
    if served:
        return _search(problem, first, Required(whole, must), _Stop(until, iterations), seed, report)
    early = _Stop(
        None if until is None else begun + _SHARE_FOR_ALL * (until - begun),
        None if iterations is None else max(1, int(_SHARE_FOR_ALL * iterations)),
        until,
        iterations,
    )
    found = _search(problem, {}, Required(True, True), early, seed, report)
    if found or (until is not None and until - time.monotonic() < 0.05):
        return found
    rest = None if iterations is None else max(1, iterations - early.count)
    return _search(problem, {}, Required(False, False), _Stop(until, rest), seed, report)


class _Stop:
    """Ends the search at a moment or after a number of steps; later ones once a feasible solution is known."""

    def __init__(
        self,
        until: float | None,
        iterations: int | None,
        later: float | None = None,
        more: int | None = None,
    ) -> None:
        self.count = 0
        self._limits = (until, iterations)
        self._known = (later, more) if later is not None or more is not None else self._limits

    def __call__(self, best_cost: int) -> bool:
        until, iterations = self._known if best_cost < 2**62 else self._limits
        if (iterations is not None and self.count >= iterations) or (until is not None and time.monotonic() >= until):
            return True
        self.count += 1
        return False


class _Reports(IteratedLocalSearchCallbacks):
    """Hands on the best solution, not too often; one that came too soon is made up for at a later step."""

    def __init__(self, model: Model, report: Callable[[Sequences], None]) -> None:
        self._model, self._report = model, report
        self._waiting: Any = None
        self._last = -1.0

    def on_best(self, best: Any) -> None:
        self._waiting = best

    def on_iteration(self, current: Any, candidate: Any, best: Any, cost_evaluator: Any) -> None:  # noqa: ARG002
        if self._waiting is not None and time.monotonic() - self._last >= _REPORT_EVERY_S:
            self._last = time.monotonic()
            self._report(self._model.sequences(self._waiting))
            self._waiting = None


def _search(
    problem: Problem,
    first: Sequences,
    required: Required,
    stop: _Stop,
    seed: int,
    report: Callable[[Sequences], None],
) -> Sequences:
    model = Model(problem, required)
    scale = model.cost_of_second
    # where stops may be left out, breaking a rule has to cost more than what a stop is worth
    most = min(_LARGEST_PENALTY, max(_MOST_PENALTY * scale, model.largest_prize))
    parameters = SolveParams(
        ils=IteratedLocalSearchParams(callbacks=_Reports(model, report)),
        penalty=PenaltyParams(min_penalty=_LEAST_PENALTY * scale, max_penalty=most),
    )
    initial = model.solution(first) if first else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)  # a first plan or another stage stands in
        result = solve(
            model.data, stop, seed, collect_stats=False, display=False, params=parameters, initial_solution=initial
        )
    best = result.best
    if not best.is_feasible() or (initial is not None and _value(best) > _value(initial)):
        return first
    return model.sequences(best)


def _value(solution: Any) -> int:
    value: int = solution.distance_cost() + solution.fixed_vehicle_cost() + solution.uncollected_prizes()
    return value
