"""Ruin and recreate over the compiled kernel: when it cools, how threads share the work, what the best plan is.

J. Christiaens and G. Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems", Transportation Science 54 (2020).
Every key of the contract is held by the kernel itself: the plan is possible after every step.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from solver.cost import number
from solver.kernel.plans import sequences, written
from solver.kernel.ready import load
from solver.kernel.share import Standing, cut, joined, whole
from solver.kernel.walk import Walk
from solver.kernel.world import Frame
from solver.options import Sequences
from solver.problem import Problem


@dataclass(frozen=True, slots=True)
class Cooling:
    """First and last temperature as shares of the mean travel cost of a stop after a quick descent, and how often whole trips are ruined.

    ``rounds``: how often threads cut the plan anew.
    """

    hot: float
    cold: float
    trip_rate: float
    rounds: int = 20


WITH_FIXED: Final = Cooling(3.0, 0.1, 0.05)
"""Where using a vehicle costs something: leaving one is a large step, which needs heat and whole trips taken out."""
LONG_ROUTES: Final = Cooling(1.0, 0.03, 0.02, rounds=40)
"""Where only ways cost and a vehicle serves many: plans differ in how many routes there are, which cold walks do not get out of, nor a part that stays too long."""
WAYS_ONLY: Final = Cooling(0.3, 0.01, 0.005)
_LONG: Final = 20
"""Stops a vehicle from which on routes are long."""
_DESCENT: Final = 2000
"""Steps of that descent at most, and a tenth of the budget."""
_DESCENT_HEAT: Final = 0.01
_FIRST_CHUNKS: Final = 20
GENTLE: Final = 0.1
_CHUNK_S: Final = 0.05
_LEAST_ROUND_S: Final = 0.4
_EXCHANGE: Final = 4
"""Rounds after which the thread that stands worst goes on from the best plan."""
_LEAST_PART: Final = 150
"""Stops below which a thread's part is too small to be worth cutting out: all threads then work on the whole."""
_STEPS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """When to end; ``until`` is on the monotonic clock. With ``iterations`` (steps of each thread) alone the answer is repeatable."""

    until: float | None = None
    iterations: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """How good the best plan is: its cost less familiarity, how many stops it leaves out."""

    cost: int | float
    unassigned: int


def run(
    problem: Problem, first: Sequences, budget: Budget, seed: int, report: Callable[[], bool], threads: int = 1
) -> Sequences:
    """Improve ``first``, or begin from nothing; the best plan found, never worse than ``first``.

    With a limit of iterations alone the answer is repeatable.
    """
    return Search(problem, first, seed, threads).run(budget, report)


class Search:
    """One search. ``first`` may be empty; what of it cannot be driven is inserted anew."""

    def __init__(self, problem: Problem, first: Sequences, seed: int, threads: int = 1) -> None:
        load()
        self.frame = Frame(problem)
        self.cooling = WITH_FIXED
        self.walks = [Walk(self.frame, seed * 1000 + number) for number in range(threads)]
        self.random = np.random.default_rng(seed)
        lead = self.walks[0]
        lead.begin_with(written(self.frame, first))
        self.best: Standing = lead.standing()

    @property
    def found(self) -> Found:
        return Found(number(round(self.best.cost)), len(self.frame.stop_ids) - self.best.served)

    @property
    def sequences(self) -> Sequences:
        """The best plan so far."""
        return sequences(self.frame, self.best.plan)

    def first_plan(self, until: float | None) -> None:
        """A few steps downhill, only until every stop is served."""
        lead = self.walks[0]
        for _ in range(_FIRST_CHUNKS):
            if self.best.missing == 0 or (until is not None and time.monotonic() > until):
                return
            cold = _DESCENT_HEAT * lead.mean()
            lead.anneal(50, cold, cold)
            self._keep(lead.best)

    def run(self, budget: Budget, report: Callable[[], bool], *, gently: bool = False) -> Sequences:
        """Search until the budget ends or ``report``, which is called many times a second, says that it should.

        ``gently``: from a good plan, so do not heat it up as much as a first one.
        """
        if len(self.frame.stop_ids) == 0 or self.walks[0].nobody:
            return self.sequences
        clock = _Clock(budget)
        self._descend(clock, report)
        self._choose_cooling()
        unit = self.walks[0].mean() * (GENTLE if gently else 1.0)
        if len(self.walks) == 1:
            self._alone(self.walks[0], clock, unit, report)
        else:
            self._together(clock, unit, report)
        return self.sequences

    def _choose_cooling(self) -> None:
        if not any(vehicle.costs.fixed for vehicle in self.frame.problem.vehicles):
            self.cooling = LONG_ROUTES if self.best.served >= _LONG * self.walks[0].used else WAYS_ONLY
        for walk in self.walks:
            walk.trip_rate = self.cooling.trip_rate

    def _descend(self, clock: _Clock, report: Callable[[], bool]) -> None:
        """Downhill only: a whole plan soon, and a measure for temperatures."""
        lead = self.walks[0]
        begun = clock.share()
        while lead.steps < clock.descent and clock.share() - begun < 0.1:
            cold = _DESCENT_HEAT * lead.mean()
            lead.anneal(min(100, clock.descent), cold, cold)
            self._keep(lead.best)
            if report():
                break
        clock.done = lead.steps

    def _alone(self, walk: Walk, clock: _Clock, unit: float, report: Callable[[], bool]) -> None:
        begun, chunk = clock.share(), 100
        while (share := clock.share()) < 1:
            steps, ends = clock.portion(chunk)
            at = self._cooled(unit, (share - begun) / max(1e-9, 1 - begun))
            to = self._cooled(unit, (ends - begun) / max(1e-9, 1 - begun))
            before = time.monotonic()
            walk.anneal(steps, at, to)
            clock.took(steps)
            chunk = _next_chunk(chunk, time.monotonic() - before) if clock.timed else _STEPS_AT_ONCE
            self._keep(walk.best)
            if report():
                break

    def _together(self, clock: _Clock, unit: float, report: Callable[[], bool]) -> None:
        """Rounds: each thread works on its own part of the plan, cut anew each time, or on small problems on the whole."""
        begun, current = clock.share(), self.walks[0].standing()
        count = len(self.walks)
        apart = len(self.frame.stop_ids) >= _LEAST_PART * count
        with ThreadPoolExecutor(count) as pool:
            rounds = clock.rounds(self.cooling.rounds)
            for turn in range(rounds):
                share = clock.share()
                if share >= 1:
                    break
                ends = share + (1 - share) / (rounds - turn)
                at = self._cooled(unit, (share - begun) / max(1e-9, 1 - begun))
                to = self._cooled(unit, (ends - begun) / max(1e-9, 1 - begun))
                if apart:
                    parts = cut(self.frame, current, count, turn, self.random)
                    for walk, each in zip(self.walks, parts, strict=True):
                        walk.take(each)
                elif turn % _EXCHANGE == 0:
                    last_ones = self.walks if turn == 0 else [max(self.walks, key=lambda walk: walk.standing().key)]
                    for walk in last_ones:
                        walk.take(whole(self.frame, self.best))
                stop = [False]
                last = clock.until(ends)
                jobs = [pool.submit(_work, walk, at, to, last, clock.round_steps(ends), stop) for walk in self.walks]
                while not all(job.done() for job in jobs):
                    time.sleep(0.02)
                    if report():
                        stop[0] = True
                for job in jobs:
                    job.result()
                clock.took(max(walk.last_steps for walk in self.walks))
                if apart:
                    self._keep(joined([walk.best for walk in self.walks]))
                    # the last rounds, which are cool, begin at the best
                    current = self.best if turn >= rounds - 3 else joined([walk.standing() for walk in self.walks])
                else:
                    for walk in self.walks:
                        self._keep(walk.best)
                if stop[0]:
                    break

    def _cooled(self, unit: float, share: float) -> float:
        hot, cold = self.cooling.hot, self.cooling.cold
        return unit * hot * float((cold / hot) ** min(1.0, max(0.0, share)))

    def _keep(self, standing: Standing) -> None:
        if standing.key < self.best.key:
            self.best = standing


def _work(walk: Walk, warm: float, cool: float, until: float | None, steps: int | None, stop: list[bool]) -> None:
    """One thread's share of a round."""
    begun, done, chunk = time.monotonic(), 0, 200
    walk.last_steps = 0
    while not stop[0]:
        now = time.monotonic()
        if until is not None:
            share, ends = (now - begun) / (until - begun), (now - begun + _CHUNK_S) / (until - begun)
        else:
            assert steps is not None
            chunk = min(_STEPS_AT_ONCE, steps - done)
            share, ends = done / steps, (done + chunk) / steps
        if share >= 1 or chunk < 1:
            break
        at, to = (warm * (cool / warm) ** min(1.0, each) for each in (share, ends))
        walk.anneal(chunk, at, to)
        done += chunk
        walk.last_steps = done
        if until is not None:
            chunk = _next_chunk(chunk, time.monotonic() - now)


def _next_chunk(chunk: int, seconds: float) -> int:
    """So many steps as take about as long as a chunk should."""
    return max(10, min(4 * chunk, int(chunk * _CHUNK_S / max(seconds, 1e-4))))


class _Clock:
    """Which share of the budget is used: by time, or by steps in repeatable runs."""

    def __init__(self, budget: Budget) -> None:
        self.began = time.monotonic()
        self.budget = budget
        self.timed = budget.iterations is None
        self.done = 0

    @property
    def descent(self) -> int:
        return _DESCENT if self.budget.iterations is None else min(_DESCENT, self.budget.iterations // 10)

    def share(self) -> float:
        by_steps = 0.0
        if self.budget.iterations is not None:
            by_steps = self.done / max(1, self.budget.iterations)
        if self.budget.until is None:
            return by_steps
        return max(by_steps, (time.monotonic() - self.began) / max(1e-9, self.budget.until - self.began))

    def took(self, steps: int) -> None:
        self.done += steps

    def portion(self, chunk: int) -> tuple[int, float]:
        """How many steps to take now, and the share that is used after them."""
        if self.budget.iterations is not None:
            steps = min(chunk, self.budget.iterations - self.done)
            return steps, (self.done + steps) / self.budget.iterations
        assert self.budget.until is not None
        return chunk, self.share() + _CHUNK_S / max(1e-9, self.budget.until - self.began)

    def rounds(self, most: int) -> int:
        if self.budget.until is None or not self.timed:
            return most
        return max(1, min(most, int((self.budget.until - time.monotonic()) / _LEAST_ROUND_S)))

    def until(self, share: float) -> float | None:
        if not self.timed:
            return None
        assert self.budget.until is not None
        return self.began + share * (self.budget.until - self.began)

    def round_steps(self, share: float) -> int | None:
        if self.budget.iterations is None:
            return None
        return max(1, round(share * self.budget.iterations) - self.done)
