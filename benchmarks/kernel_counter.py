"""Steps of ruin and recreate a second, on one thread, compiled before the clock starts.

The hook for the kernel: ``solver.sisr.Search(problem, first, seed)`` with ``run(Budget(until=…), report)``, whose ``walks`` count
their ``steps``. A search that does not count is not measured, and the row says so.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from typing import Any

from benchmarks.problems import problem_named
from solver.construct import construct, sequences


def steps_per_second(instance: str, seconds: float, seed: int) -> float | None:
    """None if this checkout's search does not count its steps."""
    sisr: Any = importlib.import_module("solver.sisr")
    problem = problem_named(instance)
    search = sisr.Search(problem, sequences(construct(problem, repairs=0)), seed)
    if counted(search) is None:
        return None
    before, began = counted(search) or 0, time.monotonic()
    search.run(sisr.Budget(until=began + seconds), lambda: False)
    return ((counted(search) or 0) - before) / (time.monotonic() - began)


def counted(search: Any) -> int | None:
    """The steps that all walks of a search have taken."""
    steps = [getattr(walk, "steps", None) for walk in getattr(search, "walks", ())]
    return sum(each for each in steps if each is not None) if any(each is not None for each in steps) else None


def main() -> None:
    given = json.loads(sys.argv[1])
    print(json.dumps(steps_per_second(given["instance"], given["seconds"], given["seed"])))


if __name__ == "__main__":
    main()
