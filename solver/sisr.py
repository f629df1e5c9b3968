"""Ruin and recreate: strings of neighbouring stops are taken out and put back where they add least.

J. Christiaens and G. Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems",
Transportation Science 54 (2020), with its parameters; strings run within one trip. Only the matrix and the windows of the
problem are looked at, so every key of the contract is kept: the plan is possible after every step.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from solver.options import Sequences
from solver.problem import Problem
from solver.sisr_data import Data
from solver.sisr_state import State
from solver.sisr_trip import Trip

_AVERAGE_REMOVED: Final = 10
_LONGEST_STRING: Final = 10
_SPLIT_RATE: Final = 0.5
_SPLIT_DEPTH: Final = 0.01
_BLINK_RATE: Final = 0.01
_FIRST_TEMPERATURE: Final = 1.0
_LAST_TEMPERATURE: Final = 0.02
"""Temperatures are shares of the mean travel cost of a stop, so that any unit of cost will do."""
_ORDER_WEIGHTS: Final = (4, 4, 2, 1, 2, 2, 2)
"""Random, demand, far, near, narrow window, early window, late window."""
_WEIGHTY_FIRST_RATE: Final = 0.5
_REPORT_EVERY_S: Final = 0.25
_LOOK_EVERY: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """When to end, and which part of the whole cooling this run is: from ``begin`` to ``end``, both within 0 to 1.

    ``until`` is on the monotonic clock, which all processes of a machine share: the start of a child counts too.
    """

    until: float | None = None
    iterations: int | None = None
    begin: float = 0.0
    end: float = 1.0


def run(
    problem: Problem, first: Sequences, budget: Budget, seed: int, report: Callable[[Sequences], None]
) -> tuple[Sequences, Sequences]:
    """Improve ``first``; the best plan found (never worse than ``first``), and where the walk ended.

    With a limit of iterations alone the answer is repeatable.
    """
    return Search(problem, first, seed).run(budget, report)


class Search:
    """One walk. The state is the plan of the moment, ``best`` the best ever."""

    def __init__(self, problem: Problem, first: Sequences, seed: int) -> None:
        self.began = time.monotonic()
        self.data = Data(problem)
        self.state = State(self.data)
        self.state.load(first)
        self.random = random.Random(seed)
        self.best: Sequences = self.state.sequences()
        self.demand = [-sum(stop.delivery) - sum(stop.pickup) for stop in problem.stops]
        self.out = [self.data.kinds[0].durations[self.data.start[0]][place] for place in self.data.place]

    def run(self, budget: Budget, report: Callable[[Sequences], None]) -> tuple[Sequences, Sequences]:
        state, draw = self.state, self.random.random
        if state.unassigned:
            self._recreate()
            self.best = state.sequences()
        missing = best_missing = state.missing()
        best_cost = state.cost
        unit = max(state.travel_cost(), 1.0) / max(1, self.data.count)
        hot, cold = _FIRST_TEMPERATURE * unit, _LAST_TEMPERATURE * unit
        temperature = hot
        reported, improved = self.began, False
        iteration = 0
        while self.data.count and (budget.iterations is None or iteration < budget.iterations):
            if iteration % _LOOK_EVERY == 0:
                if budget.until is not None:
                    now = time.monotonic()
                    share = (now - self.began) / max(budget.until - self.began, 1e-9)
                    if share >= 1:
                        break
                    if improved and now - reported >= _REPORT_EVERY_S:
                        reported, improved = now, False
                        report(self.best)
                else:
                    share = iteration / (budget.iterations or 1)
                temperature = hot * (cold / hot) ** (budget.begin + (budget.end - budget.begin) * share)
            iteration += 1
            before = state.cost
            state.begin()
            if not self._ruin():
                state.undo()
                continue
            self._recreate()
            after = state.missing()
            worse = state.cost - before
            if after > missing or (after == missing and worse >= -temperature * math.log(1.0 - draw())):
                state.undo()
                continue
            missing = after
            if (missing, state.cost) < (best_missing, best_cost - 1e-6):
                best_missing, best_cost, improved = missing, state.cost, True
                self.best = state.sequences()
        return self.best, state.sequences()

    def _ruin(self) -> bool:
        """Take out strings of stops around one of them; says whether the rest can still be driven."""
        state, data, rng = self.state, self.data, self.random
        used = [len(trip.stops) for trips in state.trips for trip in trips]
        if not used:
            return True
        longest = min(_LONGEST_STRING, sum(used) / len(used))
        most = 4 * _AVERAGE_REMOVED / (1 + longest) - 1
        strings = int(rng.random() * most + 1)
        gone: dict[Trip, set[int]] = {}
        for i in data.near[int(rng.random() * data.count)]:
            trip = state.where[i]
            if trip is None or trip in gone:
                continue
            length = int(rng.random() * min(longest, len(trip.stops)) + 1)
            gone[trip] = self._string(trip.stops, trip.stops.index(i), length)
            if len(gone) >= strings:
                break
        state.unassigned = [*state.unassigned, *(i for out in gone.values() for i in sorted(out))]
        return state.remove(gone)

    def _string(self, stops: list[int], at: int, length: int) -> set[int]:
        """``length`` stops in a row around position ``at``; or a longer row with some in the middle kept."""
        rng = self.random
        kept = 0
        if 1 < length < len(stops) and rng.random() < _SPLIT_RATE:
            kept = 1
            while length + kept < len(stops) and rng.random() < _SPLIT_DEPTH:
                kept += 1
        row = length + kept
        begin = rng.randint(max(0, at - row + 1), min(at, len(stops) - row))
        chosen = stops[begin : begin + row]
        if kept:
            skip = rng.randint(0, length)
            chosen = chosen[:skip] + chosen[skip + kept :]
        return set(chosen)

    def _recreate(self) -> None:
        """Put everything that is out back in, greedily, in one of several orders."""
        state = self.state
        todo = self._ordered(state.unassigned)
        state.unassigned = [i for i in todo if not state.insert(i, _BLINK_RATE, self.random.random)]

    def _ordered(self, stops: list[int]) -> list[int]:
        data, rng = self.data, self.random
        todo = list(stops)
        rng.shuffle(todo)
        (rule,) = rng.choices(range(7), _ORDER_WEIGHTS)
        if rule == 1:
            todo.sort(key=self.demand.__getitem__)
        elif rule == 2:
            todo.sort(key=self.out.__getitem__, reverse=True)
        elif rule == 3:
            todo.sort(key=self.out.__getitem__)
        elif rule == 4:
            todo.sort(key=lambda i: data.latest[i] - data.earliest[i])
        elif rule == 5:
            todo.sort(key=data.earliest.__getitem__)
        elif rule == 6:
            todo.sort(key=data.latest.__getitem__, reverse=True)
        if rng.random() < _WEIGHTY_FIRST_RATE:
            todo.sort(key=data.weight.__getitem__, reverse=True)
        return todo
