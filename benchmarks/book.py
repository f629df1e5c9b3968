"""Runs in processes of their own, one after another, and the file that keeps every one of them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Run, Task

ROOT = Path(__file__).resolve().parent.parent

OVERHEAD_S: Final = 1.5
"""Start, import and reading of a run, for the duration that is announced."""
GRACE_S: Final = 120
"""How much longer than twice its limit a run may take before it counts as failed."""
_COMPILING_S: Final = 1_800


@dataclass(slots=True)
class Book:
    """All that was measured; written after every run, so that nothing is lost and a broken series can go on."""

    file: Path
    stamp: dict[str, Any]
    runs: dict[Task, Run] = field(default_factory=dict)
    steps: dict[str, list[float]] = field(default_factory=dict)

    def save(self, verdicts: Sequence[dict[str, Any]] = ()) -> None:
        data = self.stamp | {
            "bars": list(verdicts),
            "steps_per_second": self.steps,
            "runs": [asdict(run) for run in self.runs.values()],
        }
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")

    def read(self, file: Path) -> None:
        """Take over the runs of an earlier book."""
        data = json.loads(file.read_text(encoding="utf-8"))
        for values in data["runs"]:
            run = run_from(values)
            self.runs[task_of(run)] = run
        self.steps |= data.get("steps_per_second", {})


def run_from(values: dict[str, Any]) -> Run:
    """A run as it was written."""
    run = Run(**values)
    must, priority, count, cost = values["objective"]
    shares = values.get("shares")
    curve = [(at, found, left) for at, found, left in values["curve"]]
    return replace(
        run,
        objective=(must, priority, count, cost),
        shares=(shares[0], shares[1]) if shares is not None else None,
        curve=curve,
    )


def task_of(run: Run) -> Task:
    engine: Any = run.engine
    return Task(
        instance=run.instance,
        engine=engine,
        seconds=run.limit_s,
        seed=run.seed,
        threads=run.threads,
        shares=run.shares,
    )


def child(module: str, given: dict[str, Any], patience: float) -> Any:
    """Run a module in a fresh process and read the JSON that it prints. Raises where it fails."""
    done = subprocess.run(
        (sys.executable, "-m", module, json.dumps(given)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        timeout=patience,
        check=True,
    )
    return json.loads(done.stdout)


def perform(tasks: Sequence[Task], book: Book, *, side_by_side: bool) -> None:
    """One after another; with two at a time, those of two threads still run alone. The kernel is compiled first."""
    if tasks:
        child("benchmarks.kernel_counter", {"instance": "town-100.json", "seconds": 0.1, "seed": 0}, _COMPILING_S)
    together = [task for task in tasks if side_by_side and task.threads == 1]
    with ThreadPoolExecutor(2) as pool:
        for task, run in zip(together, pool.map(_attempt, together), strict=True):
            _note(task, run, book)
    for task in tasks:
        if task not in together:
            _note(task, _attempt(task), book)


def _attempt(task: Task) -> Run | None:
    given = asdict(task) | {"started": time.monotonic()}
    try:
        return run_from(child("benchmarks.measure", given, 2 * task.seconds + GRACE_S))
    except (subprocess.SubprocessError, json.JSONDecodeError) as error:
        print(f"failed: {task}: {error}", file=sys.stderr, flush=True)
        return None


def _note(task: Task, run: Run | None, book: Book) -> None:
    if run is None:
        return
    book.runs[task] = run
    book.save()
    told = f"cannot: {run.cannot}" if run.cannot else f"{run.cost:,.0f}, {run.unassigned} out, {run.violations} broken"
    shares = "" if run.shares is None else f" shares {run.shares[0]:g} {run.shares[1]:g}"
    print(
        f"  {task.instance:32} {task.engine:8} {task.threads} thread{'s' if task.threads > 1 else ' '} "
        f"seed {task.seed}{shares} {run.seconds:6.1f} s  {told}",
        flush=True,
    )
