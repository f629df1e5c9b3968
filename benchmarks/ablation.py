"""What each stage of the composed engine adds: the same time, divided in different ways, by size.

``auto`` gives OR-Tools and PyVRP a share of the time, ruin and recreate has the rest (``solver.shares``). Here the shares are
set by hand; the mean cost over the seeds is compared with ruin and recreate alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a file, the checkout is not on the path

from benchmarks.bars import SEEDS  # noqa: E402
from benchmarks.book import OVERHEAD_S, Book, perform, task_of  # noqa: E402
from benchmarks.machine import commit, machine  # noqa: E402
from benchmarks.measure import Run, Task  # noqa: E402
from benchmarks.problems import present, problem_named  # noqa: E402
from benchmarks.run import RESULTS  # noqa: E402
from benchmarks.tables import table  # noqa: E402
from solver.pyvrp_limits import cannot  # noqa: E402
from solver.shares import shares  # noqa: E402

Shares = tuple[float, float]

CLASSES: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "200": (("vrptw/R1_2_1.txt", 15), ("vrptw/C2_2_3.txt", 15), ("cvrp/X-n200-k36.vrp", 15)),
    "500": (("cvrp/X-n502-k39.vrp", 40),),
    "600": (("district/lunch-600.json", 30), ("district/reload-600.json#no-ride", 30)),
    "1000": (("vrptw/C2_10_3.vrp", 40), ("vrptw/R1_10_5.vrp", 40)),
    "1500": (("district/lunch-1500.json.gz", 60),),
    "kitchens": (("variant/depots", 10),),
}
"""Size classes with instances and seconds."""

MIXES: Final[dict[str, Shares]] = {
    "search alone": (0.0, 0.0),
    "OR-Tools 20 %": (0.2, 0.0),
    "PyVRP 25 %": (0.0, 0.25),
}


def mixes(name: str) -> list[Shares]:
    """The divisions that differ for an instance: PyVRP takes no share of what its model cannot state exactly."""
    exact = not cannot(problem_named(name))
    return [shares for shares in MIXES.values() if exact or not shares[1]]


def tasks(classes: Sequence[str], seeds: int, scale: float) -> list[Task]:
    here = [(name, seconds, mixes(name)) for key in classes for name, seconds in CLASSES[key] if present(name)]
    return [
        Task(instance=name, engine="auto", seconds=round(seconds * scale, 3), seed=seed, shares=shares)
        for name, seconds, those in here
        for seed in range(seeds)
        for shares in those
    ]


def plain(runs: Iterable[Run], classes: Sequence[str]) -> list[Run]:
    """What the bars have measured of ``auto`` with one thread, under the shares that it takes by itself."""
    here = {name for key in classes for name, _ in CLASSES[key] if present(name)}
    own = {name: shares(problem_named(name)) for name in here}
    return [
        replace(run, shares=(own[run.instance].ortools, own[run.instance].pyvrp))
        for run in runs
        if run.engine == "auto" and run.threads == 1 and run.shares is None and run.instance in here
    ]


def rows(classes: Sequence[str], runs: Sequence[Run]) -> list[list[str]]:
    """For each instance the first plan, what the search alone makes of it, and how much each other mix changes that (means)."""
    found: list[list[str]] = []
    for key in classes:
        for name, _ in CLASSES[key]:
            means = [mean(runs, name, shares) for shares in MIXES.values()]
            if means[0] is None:
                continue
            left, alone = means[0]
            first = fmean(run.curve[0][1] for run in runs if run.instance == name and run.curve)
            cells = [f"{first:,.0f}", f"{alone:,.0f}" + (f", {left:g} out" if left else "")]
            for other in means[1:]:
                if other is None:
                    cells.append("cannot")
                    continue
                text = f"{100 * (other[1] / alone - 1):+.2f} %"
                cells.append(text + (f", {other[0]:g} out" if other[0] else ""))
            found.append([key, name, *cells])
    return found


def mean(runs: Sequence[Run], name: str, shares: Shares) -> tuple[float, float] | None:
    """Mean number of stops left out, and mean cost."""
    mine = [run for run in runs if run.instance == name and run.shares == shares]
    return (fmean(run.unassigned for run in mine), fmean(run.cost for run in mine)) if mine else None


def shown(classes: Sequence[str], runs: Sequence[Run]) -> str:
    return table(["stops", "instance", "first plan", *MIXES], rows(classes, runs))


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks/ablation.py", description="What each stage of auto adds.")
    parser.add_argument("--only", nargs="+", choices=list(CLASSES), default=list(CLASSES), help="these size classes")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--seconds-scale", type=float, default=1.0, help="a part of the time, to try it out")
    parser.add_argument("--side-by-side", action="store_true", help="two runs at a time, on two cores")
    parser.add_argument("--resume", type=Path, help="a pinned file, also one of the bars, whose runs are not repeated")
    parser.add_argument("--out", type=Path, help="where the figures are pinned")
    options = parser.parse_args()
    now = datetime.now(UTC)
    stamp = {
        "commit": commit(),
        "began": now.isoformat(timespec="seconds"),
        "machine": machine(),
        "seeds": options.seeds,
        "seconds_scale": options.seconds_scale,
        "side_by_side": options.side_by_side,
    }
    book = Book(options.out or RESULTS / f"ablation-{now:%Y%m%d-%H%M}-{commit().rstrip('+')}.json", stamp)
    if options.resume:
        book.read(options.resume)
        book.runs |= {task_of(run): run for run in plain(book.runs.values(), options.only)}
    todo = [task for task in tasks(options.only, options.seeds, options.seconds_scale) if task not in book.runs]
    seconds = sum(task.seconds + OVERHEAD_S for task in todo) / (2 if options.side_by_side else 1)
    print(f"{len(todo)} runs, about {seconds / 60:.0f} minutes", flush=True)
    perform(todo, book, side_by_side=options.side_by_side)
    print()
    print(shown(options.only, list(book.runs.values())))
    book.runs = {task: run for task, run in book.runs.items() if run.shares is not None}
    book.save()
    print(f"kept in {book.file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
