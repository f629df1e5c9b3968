"""``make bench``: the bars as a table, engine beside engine, and every single run pinned as JSON.

Each run has a process of its own; runs follow one another, nothing else should run. Ends with 1 where a bar is missed or
a plan breaks a rule, unless ``--no-gate``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a file, the checkout is not on the path

from benchmarks.bars import BARS, SEEDS, Bar  # noqa: E402
from benchmarks.book import GRACE_S, OVERHEAD_S, Book, child, perform  # noqa: E402
from benchmarks.details import details  # noqa: E402
from benchmarks.judge import Verdict, judge  # noqa: E402
from benchmarks.machine import commit, machine  # noqa: E402
from benchmarks.measure import Task  # noqa: E402
from benchmarks.tables import table_of  # noqa: E402

RESULTS: Final = Path(__file__).resolve().parent / "results"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description="Measure the solver against its bars.")
    parser.add_argument("--only", nargs="+", metavar="BAR", choices=[bar.key for bar in BARS], help="these rows alone")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="seeds of each run, from 0")
    parser.add_argument("--seconds-scale", type=float, default=1.0, help="a part of the time, to try the harness out")
    parser.add_argument("--engines", nargs="+", choices=["auto", "pyvrp", "ortools"], help="these engines alone")
    parser.add_argument("--side-by-side", action="store_true", help="two one-threaded runs at a time, on two cores")
    parser.add_argument("--no-gate", action="store_true", help="print only; end with 0 whatever comes out")
    parser.add_argument("--resume", type=Path, help="a pinned file, whose runs are not repeated")
    parser.add_argument("--out", type=Path, help="where the figures are pinned; benchmarks/results/… if absent")
    parser.add_argument("--list", action="store_true", help="print rows and duration, measure nothing")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    bars = [bar for bar in BARS if options.only is None or bar.key in options.only]
    seeds = range(options.seeds)
    plan = {bar.key: bar.tasks(seeds, options.seconds_scale, options.engines) for bar in bars if bar.kind != "steps"}
    now = datetime.now(UTC)
    stamp = {
        "commit": commit(),
        "began": now.isoformat(timespec="seconds"),
        "machine": machine(),
        "seeds": options.seeds,
        "seconds_scale": options.seconds_scale,
        "side_by_side": options.side_by_side,
    }
    file = options.out or RESULTS / f"{now:%Y%m%d-%H%M}-{stamp['commit'].rstrip('+')}.json"
    book = Book(file, stamp)
    if options.resume:
        book.read(options.resume)
    tasks = list(dict.fromkeys(task for each in plan.values() for task in each if task not in book.runs))
    counters = [bar for bar in bars if bar.kind == "steps" and bar.key not in book.steps]
    announce(tasks, counters, options)
    if options.list:
        return 0
    perform(tasks, book, side_by_side=options.side_by_side)
    for bar in counters:
        count_steps(bar, book, options)
    verdicts = []
    for bar in bars:
        runs = [book.runs[task] for task in plan.get(bar.key, ()) if task in book.runs]
        verdict = judge(bar, runs, book.steps.get(bar.key, ()))
        if not bar.here():
            verdict = Verdict(key=bar.key, figures={}, met=None, reasons=("the files are not here",))
        verdicts.append(verdict)
    print()
    print(table_of(bars, verdicts, options.seconds_scale, options.engines))
    print()
    print(details([run for each in plan.values() for task in each if (run := book.runs.get(task)) is not None]))
    print()
    print("PyVRP alone on district runs: windows at shared doors are narrowed by the setup, see docs/solver.md.")
    book.save([asdict(verdict) for verdict in verdicts])
    print(f"kept in {file}")
    failed = any(verdict.met is False or verdict.violations for verdict in verdicts)
    return 1 if failed and not options.no_gate else 0


def announce(tasks: Sequence[Task], counters: Sequence[Bar], options: argparse.Namespace) -> None:
    def lasting(some: Sequence[Task]) -> float:
        return sum(task.seconds + OVERHEAD_S for task in some)

    alone = [task for task in tasks if task.threads > 1]
    beside = [task for task in tasks if task.threads == 1]
    seconds = lasting(alone) + lasting(beside) / (2 if options.side_by_side else 1)
    seconds += sum(each * options.seconds_scale for bar in counters for _, each in bar.here()) * options.seeds
    hours, minutes = divmod(round(seconds / 60), 60)
    print(
        f"{len(tasks)} runs, about {hours} h {minutes:02} min; VROOM is not installed, so it has no column", flush=True
    )


def count_steps(bar: Bar, book: Book, options: argparse.Namespace) -> None:
    for name, seconds in bar.here():
        for seed in range(options.seeds):
            given = {"instance": name, "seconds": seconds * options.seconds_scale, "seed": seed}
            try:
                found = child("benchmarks.kernel_counter", given, seconds + GRACE_S)
            except subprocess.SubprocessError as error:
                print(f"failed: {given}: {error}", file=sys.stderr, flush=True)
                return
            if found is None:
                return
            book.steps.setdefault(bar.key, []).append(found)


if __name__ == "__main__":
    sys.exit(main())
