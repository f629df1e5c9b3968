"""solve(): who works when within one time budget.

The first plan comes from insertion. Then, by engine: OR-Tools (one model for each depot, stops allocated by CP-SAT first
where there are several) and PyVRP where its model is exact, each in a child process and for the share of the time that
``shares`` says, and ruin and recreate by the compiled kernel, in threads of this process. Whatever is offered must pass the checker
and beat the best plan; an engine that fails changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from solver import parts
from solver.best import Best
from solver.construct import construct, fill, sequences, start_from, steps, walk
from solver.construct_state import State
from solver.options import Engine, EngineCannot, Progress, Sequences, SolveOptions
from solver.plan import Plan
from solver.problem import LARGEST, Problem
from solver.process import Message, ProcessPool
from solver.shares import Shares, shares

if TYPE_CHECKING:
    from solver.sisr import Found

__all__ = ["Engine", "EngineCannot", "Progress", "SolveOptions", "solve"]

_TICK_S: Final = 0.1
_PROGRESS_EVERY_S: Final = 0.25
_SMALL: Final = 120
"""Up to so many stops the first plan is made in this process: quicker than starting another one."""
_KILL_AFTER_S: Final = 0.1
_PATIENCE_S: Final = 1.5
_LEAST_STAGE_S: Final = 0.8
_TINY: Final = 10
_ENOUGH_STEPS: Final = 200
"""Up to so many stops the search ends after so many steps for each pair of them, time left or not."""
_MOST_ALLOCATION_S: Final = 2.0
_STEPS_PER_SOLUTION: Final = 50
_STEPS_PER_ILS: Final = 10
"""In repeatable runs of all engines: steps of ruin and recreate that take as long as OR-Tools needs for one solution, PyVRP for one step."""


class _Cancelled(Exception):  # not an error: the caller wanted it
    pass


def solve(
    problem: Problem,
    options: SolveOptions | None = None,
    *,
    warm_start: Plan | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """The best plan found in the time; what cannot be served is unassigned with a reason, never an exception.

    ``on_progress`` is called at least twice a second, ``cancelled`` asked five times a second; after a yes the best plan so
    far comes back within a second; a yes before the first plan waits for that one. Raises EngineCannot where an engine that was
    asked for by name cannot state a key.
    """
    options = options or SolveOptions()
    if options.engine == "ortools":
        require_statable(problem)
    else:
        load(problem, on_progress)  # belongs to the start of the process, not to the time limit
    with ProcessPool() as pool:
        run = _Run(problem, options, pool, warm_start, on_progress, cancelled)
        try:
            run.all_stages()
        except _Cancelled:
            pool.close()
            if not run.best.plan.routes:
                run.best.offer_plan(construct(problem, seed=options.seed, warm_start=warm_start, repairs=0))
        return run.best.explained()


def load(problem: Problem, on_progress: Callable[[Progress], None] | None = None) -> None:
    """Have the compiled kernel in this process: a second or two, a minute where it must be compiled first.

    `solve` calls it by itself; pages that only import this module never load it.
    """
    from solver.kernel import ready

    began = time.monotonic()

    def say(_name: str, _share: float) -> None:
        if on_progress is not None:
            on_progress(Progress(time.monotonic() - began, None, len(problem.stops), "compile"))

    ready.load(say)


def require_statable(problem: Problem) -> None:
    """Raise EngineCannot for what OR-Tools' model cannot state: only moments beyond what its clock can hold."""
    for stop in problem.stops:
        last = max((window.latest for window in stop.time_windows), default=0)
        if last + stop.setup + stop.service > LARGEST:
            raise EngineCannot("service", stop.id, "ends later than the routing model's clock goes", kind="job")


@dataclass(slots=True)
class _Run:
    problem: Problem
    options: SolveOptions
    pool: ProcessPool
    warm_start: Plan | None
    on_progress: Callable[[Progress], None] | None
    cancelled: Callable[[], bool] | None
    began: float = field(default_factory=time.monotonic)
    best: Best = field(init=False)
    stage: str = "construct"
    told: float = 0.0
    shown: Found | None = None  # what a search under way has found, not offered yet
    homes: Mapping[int, int] | None = None  # where each stop is loaded, once CP-SAT has said so

    def __post_init__(self) -> None:
        self.best = Best(self.problem)

    # -- stages -------------------------------------------------------------------------------------------------------

    def all_stages(self) -> None:
        engine = self.options.engine
        share = Shares(1.0, 0.0) if engine == "ortools" else Shares(0.0, 0.0)
        if engine == "auto":
            share = shares(self.problem)
        if self.timed and self.left() > 0 and (share.ortools or share.pyvrp):
            self.pool.warm(min(2, self.options.threads))
        self._construct()
        if not self.problem.stops:
            return
        if share.ortools:
            self._ortools(share.ortools)
        if share.pyvrp:
            self._pyvrp(share.pyvrp)
        if engine != "ortools":
            self._sisr(improved=share.pyvrp > 0)

    def _construct(self) -> None:
        """Insertion: by the kernel where there are many stops, else (and where that leaves stops out) the careful one in Python."""
        problem = self.problem
        until = self.began + self.options.time_limit_s if self.timed else None
        many = len(problem.stops) > _SMALL and self.left() >= 0.3
        if many and self.options.engine != "ortools":
            first = sequences(self.warm_start) if self.warm_start is not None else steps(problem)
            from solver import sisr

            search = sisr.Search(problem, first, self.options.seed)
            search.first_plan(until)
            self.best.offer(search.sequences)
            if self.best.unassigned == 0:
                self._tell(always=True)
                return
        if not many:
            self.best.offer_plan(construct(problem, deadline=until, seed=self.options.seed, warm_start=self.warm_start))
        else:
            task = ("solver.tasks:first_plan", (problem, until, self.options.seed, self.warm_start))
            (answer,) = self._together([task])
            if not isinstance(answer, Plan):
                self.best.offer_plan(construct(problem, seed=self.options.seed, repairs=0))
        self._tell(always=True)

    def _pyvrp(self, share: float) -> None:
        """PyVRP from the best plan."""
        self.stage = "pyvrp"
        iterations = self._steps()
        if iterations:
            iterations = -(-iterations // _STEPS_PER_ILS)
        seconds = share * (self.left() - self.reserve)
        if iterations == 0 or (self.timed and seconds < _LEAST_STAGE_S):
            return
        ends = seconds if self.timed else None
        task = ("solver.pyvrp_routing:run", (self.problem, self.best.sequences, ends, iterations, self.options.seed))
        (answer,) = self._together([task], ends)
        if isinstance(answer, dict):
            self.best.offer(answer)
        self._tell(always=True)

    def _ortools(self, share: float) -> None:
        """One model for each depot, from the best plan there is."""
        self.stage = "ortools"
        iterations = self._steps()
        if iterations and share < 1:
            iterations = -(-iterations // _STEPS_PER_SOLUTION)
        seconds = share * self.left() - (self.reserve if share == 1 else 0)
        if iterations == 0 or (self.timed and seconds < (_LEAST_STAGE_S if share < 1 else 0.1)):
            return
        ends = time.monotonic() + seconds
        whole, first = [self.problem], self.best.sequences
        if self._several_depots:
            if self.homes is None:
                task = self._allocation(seconds)
                (found_homes,) = self._together([task], seconds)
                self.homes = cast("Mapping[int, int]", found_homes or {})
            if self.homes:
                whole, first = parts.by_depot(self.problem, self.homes), {}
        waves = -(-len(whole) // self.options.threads)
        answers: list[Sequences] = []
        for wave in range(waves):
            each = max(0.1, (ends - time.monotonic()) / (waves - wave)) if self.timed else None
            jobs = [
                (
                    "solver.tasks:routing",
                    (each_part, self._inside(each_part, first), each, iterations, self.options.seed),
                )
                for each_part in whole[wave * self.options.threads : (wave + 1) * self.options.threads]
            ]
            found = self._together(jobs, each, others=answers, alone=len(whole) == 1)
            answers += [cast("Sequences", answer) for answer in found if answer]
        if answers:
            self._take(parts.merged(answers))
        self._tell(always=True)

    def _take(self, answer: Sequences) -> None:
        """Offer what OR-Tools found; what is left over or cannot be driven exactly so is inserted, at any depot."""
        self.best.offer(answer)
        served = sum(len(trip) for trips in self.best.drivable(answer).values() for trip in trips)
        if served < len(self.problem.stops):
            state = State(self.problem)
            start_from(state, answer)
            fill(state, walk(state, state.unassigned))
            self.best.offer_plan(state.plan())

    @property
    def _several_depots(self) -> bool:
        starts = {vehicle.start for vehicle in self.problem.vehicles}
        return len(starts) > 1 and None not in starts

    def _allocation(self, seconds: float) -> tuple[str, tuple[object, ...]]:
        limit = min(_MOST_ALLOCATION_S, seconds / 8) if self.timed else None
        return "solver.ortools_assign:depots", (self.problem, limit, self.options.seed)

    def _sisr(self, *, improved: bool) -> None:
        """Ruin and recreate from the best plan; gently where another search has ``improved`` it already."""
        from solver import sisr

        self.stage = "sisr"
        iterations = self._steps()
        if iterations == 0 or (self.timed and self.left() - self.reserve < 0.05):
            return
        until = self.began + self.options.time_limit_s - self.reserve if self.timed else None
        search = sisr.Search(self.problem, self.best.sequences, self.options.seed, self.options.threads)
        stopped = False

        def report() -> bool:
            nonlocal stopped
            now = time.monotonic()
            if now - self.told >= _PROGRESS_EVERY_S:
                self.shown = search.found
                stopped = self.cancelled is not None and self.cancelled()
                self._tell()
            return stopped

        found = search.run(sisr.Budget(until=until, iterations=iterations), report, gently=improved)
        self.shown = None
        self.best.offer(found)
        self._tell(always=True)
        if stopped:
            raise _Cancelled

    # -- listening ----------------------------------------------------------------------------------------------------

    def _together(
        self,
        jobs: Sequence[tuple[str, tuple[object, ...]]],
        seconds: float | None = None,
        *,
        others: list[Sequences] | None = None,
        alone: bool = True,
        known: Sequences | None = None,
    ) -> list[object]:
        """Run tasks side by side; their answers in order, None for one that failed or had to be killed.

        Sequences that they report on the way are offered, put together with what the others have reported.
        """
        deadline = None
        if self.timed and seconds is not None:
            # on a busy machine a child starts late: while there is time its answer is worth waiting for, but no longer
            last = max(0.0, self.left() - self.reserve) + _KILL_AFTER_S
            deadline = time.monotonic() + min(seconds + _KILL_AFTER_S + _PATIENCE_S, last)
        tasks = [self.pool.start(target, *args, deadline=deadline) for target, args in jobs]
        answers: dict[int, object] = {}
        reported: dict[int, Sequences] = {}
        while len(answers) < len(tasks):
            message = self._listen(_TICK_S)
            if message is None or message.task not in tasks:
                continue
            if message.kind == "done":
                answers[message.task] = message.value
                if isinstance(message.value, Plan):
                    self.best.offer_plan(message.value)
            elif message.kind == "failed":
                answers[message.task] = reported.get(message.task)
            elif isinstance(message.value, dict):
                part = jobs[tasks.index(message.task)][1][0]
                idle = {vehicle.id: () for vehicle in part.vehicles} if isinstance(part, Problem) else {}
                reported[message.task] = idle | message.value
                if alone or known is not None or len(reported) == len(tasks):
                    whole = parts.merged([known or {}, *(others or []), *reported.values()])
                    self._offer_in_passing(whole)
        return [answers[task] for task in tasks]

    def _offer_in_passing(self, whole: Sequences) -> None:
        now = time.monotonic()
        if self.timed and now - self.told >= _PROGRESS_EVERY_S / 2:
            self.best.offer(whole)

    def _listen(self, timeout_s: float) -> Message | None:
        if self.cancelled is not None and self.cancelled():
            raise _Cancelled
        message = self.pool.next_message(timeout_s)
        self._tell()
        return message

    def _tell(self, *, always: bool = False) -> None:
        now = time.monotonic()
        if not always and now - self.told < _PROGRESS_EVERY_S:
            return
        self.told = now
        if self.on_progress is not None:
            if self.shown is not None:
                cost, unassigned = float(self.shown.cost), self.shown.unassigned
                self.on_progress(Progress(now - self.began, cost, unassigned, self.stage))
                return
            known = float(self.best.cost) if self.best.plan.routes else None
            self.on_progress(Progress(now - self.began, known, self.best.unassigned, self.stage))

    # -- helpers ------------------------------------------------------------------------------------------------------

    @property
    def timed(self) -> bool:
        return self.options.max_iterations is None

    def _steps(self) -> int | None:
        """How many steps at most: those asked for, or on tiny problems as many as could still bring something."""
        size = len(self.problem.stops)
        return _ENOUGH_STEPS * size**2 if self.timed and size <= _TINY else self.options.max_iterations

    @property
    def reserve(self) -> float:
        """Kept back for timing, checking and explaining the last plan."""
        return 0.1 + len(self.problem.stops) / 5000

    def left(self) -> float:
        """Seconds until the limit; endless in repeatable runs."""
        return self.began + self.options.time_limit_s - time.monotonic() if self.timed else float("inf")

    def _inside(self, part: Problem, sequences: Sequences) -> Sequences:
        """What of the sequences concerns a part."""
        return {vehicle: trips for vehicle, trips in sequences.items() if part.has_vehicle(vehicle)}
