"""One measured run in a process of its own: ``python -m benchmarks.measure JSON`` prints its figures as JSON.

The process is started for this run alone, so start, import and memory are those of somebody who runs the solver once.
"""

from __future__ import annotations

import time

BEGAN = time.monotonic()

import importlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from dataclasses import asdict, dataclass, field  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any, Final, Literal, TypeVar, cast  # noqa: E402

from benchmarks.problems import problem_named  # noqa: E402
from solver.best import Best  # noqa: E402
from solver.check import check  # noqa: E402
from solver.cost import cost_terms, objective  # noqa: E402
from solver.options import Progress, Sequences  # noqa: E402
from solver.plan import Plan  # noqa: E402
from solver.portfolio import Engine, SolveOptions, solve  # noqa: E402
from solver.problem import Problem  # noqa: E402
from solver.pyvrp_limits import cannot  # noqa: E402

IMPORTED = time.monotonic()

_Point = TypeVar("_Point")

Who = Literal["auto", "ortools", "sisr", "pyvrp"]

MOST_POINTS: Final = 80
_LOOK_EVERY_S: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is run: an instance by name, by whom, for how long, with which seed and how many threads."""

    instance: str
    engine: Who
    seconds: float
    seed: int = 0
    threads: int = 1
    shares: tuple[float, float] | None = None
    """Only for the ablation: the shares of OR-Tools and of PyVRP, in place of what ``solver.shares`` says."""


@dataclass(slots=True, kw_only=True)
class Run:
    """The figures of one run. ``curve`` holds seconds, cost and stops left out of each better plan.

    ``first_s`` is when the first complete plan was there, from the call on; before it came ``start_s`` of the process,
    ``import_s`` and ``kernel_s``, the loading of compiled code. ``cannot`` names the key that the engine
    cannot state; then there are no other figures.
    """

    instance: str
    engine: str
    limit_s: float
    seed: int
    threads: int
    shares: tuple[float, float] | None = None
    seconds: float = 0.0
    cost: float = 0.0
    objective: tuple[int, int, int, int] = (0, 0, 0, 0)
    unassigned: int = 0
    violations: int = 0
    stops: int = 0
    first_s: float | None = None
    start_s: float = 0.0
    import_s: float = 0.0
    kernel_s: float = 0.0
    memory_mb: int = 0
    cannot: str = ""
    curve: list[tuple[float, float, int]] = field(default_factory=list)


def measure(task: Task, *, started: float | None = None) -> Run:
    """Solve, check and count. The clock starts with the call, not with reading the file."""
    problem = problem_named(task.instance)
    run = Run(
        instance=task.instance,
        engine=task.engine,
        limit_s=task.seconds,
        seed=task.seed,
        threads=task.threads,
        shares=task.shares,
        stops=len(problem.stops),
        start_s=round(BEGAN - started, 3) if started is not None else 0.0,
        import_s=round(IMPORTED - BEGAN, 3),
    )
    if task.engine == "pyvrp":
        run.cannot = cannot(problem, narrow=True)
        if run.cannot:
            return run
    else:
        run.kernel_s = round(load_kernel(), 3)
    memory = _Memory()
    memory.start()
    began = time.perf_counter()
    plan = _pyvrp(problem, task, run) if task.engine == "pyvrp" else _solve(problem, task, run)
    if not run.seconds:
        run.seconds = round(time.perf_counter() - began, 3)
    run.memory_mb = memory.stop()
    run.cost = float(cost_terms(problem, plan).cost)
    run.objective = objective(problem, plan)
    run.unassigned = len(plan.unassigned)
    run.violations = len(check(problem, plan))
    run.curve = _thinned(run.curve)
    return run


def load_kernel() -> float:
    """Load what is compiled, or compile it; the seconds that it took. A checkout without a kernel has nothing to load."""
    began = time.perf_counter()
    try:
        importlib.import_module("solver.kernel.ready").load()
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("solver.kernel"):
            raise
    return time.perf_counter() - began


def _solve(problem: Problem, task: Task, run: Run) -> Plan:
    def on_progress(progress: Progress) -> None:
        if progress.best_cost is None:
            return
        if progress.unassigned == 0 and run.first_s is None:
            run.first_s = round(progress.elapsed_s, 3)
        if not run.curve or run.curve[-1][1:] != (progress.best_cost, progress.unassigned):
            run.curve.append((round(progress.elapsed_s, 3), progress.best_cost, progress.unassigned))

    if task.shares is not None:
        _give_shares(task.shares)
    engine = cast("Engine", task.engine)
    options = SolveOptions(time_limit_s=task.seconds, seed=task.seed, threads=task.threads, engine=engine)
    return solve(problem, options, on_progress=on_progress)


def _give_shares(shares: tuple[float, float]) -> None:
    """Let the portfolio of this process divide its time so. Raises ModuleNotFoundError where it has no shares."""
    given = importlib.import_module("solver.shares").Shares(*shares)
    setattr(importlib.import_module("solver.portfolio"), "shares", lambda _problem: given)  # noqa: B010


def _pyvrp(problem: Problem, task: Task, run: Run) -> Plan:
    """PyVRP alone, from its own beginning; what it reports is timed and priced only after the clock has stopped."""
    from solver import pyvrp_routing

    heard: list[tuple[float, Sequences]] = []
    began = time.perf_counter()

    def report(found: Sequences) -> None:
        heard.append((round(time.perf_counter() - began, 3), found))

    found = pyvrp_routing.run(problem, {}, task.seconds, None, task.seed, report)
    run.seconds = round(time.perf_counter() - began, 3)
    for at, known in _thinned([*heard, (run.seconds, found)]):
        best = Best(problem)
        best.offer(known)
        if best.unassigned == 0 and run.first_s is None:
            run.first_s = at
        run.curve.append((at, float(best.cost), best.unassigned))
    best = Best(problem)
    best.offer(found)
    return best.plan


def _thinned(points: list[_Point]) -> list[_Point]:
    """At most so many of them, the first and the last among them."""
    if len(points) <= MOST_POINTS:
        return points
    step = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(number * step)] for number in range(MOST_POINTS)]


class _Memory(threading.Thread):
    """The most that this process or one of its children held, in MB: each is looked at four times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._done = threading.Event()
        self._most_kb = 0

    def run(self) -> None:
        while not self._done.wait(_LOOK_EVERY_S):
            self._look()

    def stop(self) -> int:
        self._done.set()
        self._look()
        if not self._most_kb:  # no /proc here
            self._most_kb = max(resource.getrusage(who).ru_maxrss for who in _WHO)
        return round(self._most_kb / 1024)

    def _look(self) -> None:
        for pid in _family():
            try:
                lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
            except OSError:
                continue  # ended meanwhile
            held = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
            self._most_kb = max(self._most_kb, held)


_WHO: Final = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _family() -> set[int]:
    """This process and all that descend from it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.parent.name)] = int(rest[1])
    found = {os.getpid()}
    while True:
        more = {pid for pid, parent in parents.items() if parent in found} | found
        if more == found:
            return found
        found = more


def main() -> None:
    given: dict[str, Any] = json.loads(sys.argv[1])
    started = given.pop("started", None)
    shares = given.pop("shares", None)
    task = Task(**given, shares=None if shares is None else tuple(shares))
    print(json.dumps(asdict(measure(task, started=started))))


if __name__ == "__main__":
    main()
