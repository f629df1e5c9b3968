"""``make bench``: solve a set of instances, print a table, keep the figures with machine, versions and commit.

Instances come from ../shared/data where that is present, else from data/instances. A gap is to the best known cost, or
for the district runs to the bar set for them; both are lower is better.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import get_args

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a file, the checkout is not on the path

from benchmarks.instances import best_known, load  # noqa: E402
from solver.check import check  # noqa: E402
from solver.cost import cost_terms  # noqa: E402
from solver.portfolio import Engine, SolveOptions, solve  # noqa: E402

SHARED = ROOT.parent / "shared" / "data"
RESULTS = Path(__file__).resolve().parent / "results"

DEFAULT: dict[str, float] = {
    "vroom/example_2.json": 1,
    "district/lunch-600.json": 20,
    "district/reload-600.json": 20,
    "district/must-600.json": 20,
    "district/lunch-1500.json.gz": 30,
    "vrptw/C101.txt": 5,
    "vrptw/R1_2_1.txt": 15,
    "cvrp/X-n200-k36.vrp": 15,
    "mtvrptwr/C201R0.25.vrp": 10,
}
"""File and seconds: about two and a half minutes in all."""

BUILT_IN: dict[str, float] = {"town-100.json": 10}

KNOWN: dict[str, float] = {
    "vroom/example_2.json": 5461,
    "vrptw/R101.txt": 16377,
    "vrptw/RC208.txt": 7761,
    "vrptw/R1_2_1.txt": 46672,
    "vrptw/RC1_2_5.txt": 33256,
    "vrptw/C2_2_3.txt": 17634,
    "vrptw/C101.txt": 8273,
    "vrptw/R203.txt": 8708,
}
"""DIMACS best known costs of text instances, times ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table. ``gap`` in percent, None without anything to compare with or with stops left out."""

    instance: str
    engine: str
    threads: int
    seed: int
    limit_s: float
    seconds: float
    cost: float
    gap: float | None
    unassigned: int
    violations: int


def reference(name: str, path: Path) -> float | None:
    if name.startswith("district/"):
        bars = json.loads((path.parent / "reference.json").read_text())
        return float(bars[path.name]["bar"])
    return KNOWN.get(name) or best_known(path)


def measure(name: str, path: Path, limit_s: float, options: argparse.Namespace) -> Result:
    problem = load(path)
    began = time.perf_counter()
    plan = solve(
        problem,
        SolveOptions(time_limit_s=limit_s, seed=options.seed, threads=options.threads, engine=options.engine),
    )
    seconds = time.perf_counter() - began
    cost = cost_terms(problem, plan).cost
    known = reference(name, path)
    return Result(
        instance=name,
        engine=options.engine,
        threads=options.threads,
        seed=options.seed,
        limit_s=limit_s,
        seconds=round(seconds, 2),
        cost=cost,
        gap=None if known is None or plan.unassigned else round(100 * (cost / known - 1), 2),
        unassigned=len(plan.unassigned),
        violations=len(check(problem, plan)),
    )


def machine() -> dict[str, object]:
    """What a figure depends on besides the program."""
    processor = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), processor)
    return {
        "processor": processor,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "ortools": version("ortools"),
    }


def commit() -> str:
    """The short commit, with a plus where the solver or the benchmarks differ from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(("git", *arguments), cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--", "solver", "benchmarks/*.py")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if changed else "")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description="Measure the solver on known instances.")
    parser.add_argument(
        "instances", nargs="*", help="files below ../shared/data or data/instances; a default set if absent"
    )
    parser.add_argument("--engine", choices=get_args(Engine), default="auto")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, help="the same limit for every instance")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    folder, chosen = (SHARED, DEFAULT) if SHARED.is_dir() else (ROOT / "data" / "instances", BUILT_IN)
    if options.instances:
        chosen = {name: (DEFAULT | BUILT_IN).get(name, 20) for name in options.instances}
    stamp = {"commit": commit(), "machine": machine()}
    print(
        f"{'instance':28} {'engine':8} {'limit':>6} {'time':>7} {'cost':>10} {'gap %':>7} {'unassigned':>10} {'violations':>10}"
    )
    results = []
    for name, limit_s in chosen.items():
        result = measure(name, folder / name, options.seconds or limit_s, options)
        results.append(result)
        gap = "" if result.gap is None else f"{result.gap:.2f}"
        print(
            f"{name:28} {result.engine:8} {result.limit_s:6g} {result.seconds:7.2f} {result.cost:10g} {gap:>7} "
            f"{result.unassigned:10} {result.violations:10}",
            flush=True,
        )
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{stamp['commit']}-{options.engine}-{options.threads}.json"
    file.write_text(json.dumps(stamp | {"results": [asdict(result) for result in results]}, indent=1) + "\n")
    print(f"kept in {file.relative_to(ROOT)}")
    return 1 if any(result.violations for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
