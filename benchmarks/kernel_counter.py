"""Steps of ruin and recreate a second: what the kernel reports about itself.

The kernel package offers ``solver.kernel.steps_per_second(problem, first, seconds, seed) -> float``, on one thread and compiled
before the clock starts; ``first`` are the sequences it begins with. Without that function the row says so.
"""

from __future__ import annotations

import importlib
import json
import sys

from benchmarks.problems import problem_named
from solver.construct import construct, sequences


def steps_per_second(instance: str, seconds: float, seed: int) -> float | None:
    """None if this checkout's kernel has no counter."""
    try:
        kernel = importlib.import_module("solver.kernel")
    except ModuleNotFoundError:
        return None
    counter = getattr(kernel, "steps_per_second", None)
    if counter is None:
        return None
    problem = problem_named(instance)
    return float(counter(problem, sequences(construct(problem)), seconds, seed))


def main() -> None:
    given = json.loads(sys.argv[1])
    print(json.dumps(steps_per_second(given["instance"], given["seconds"], given["seed"])))


if __name__ == "__main__":
    main()
