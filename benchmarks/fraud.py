"""Frauds and innocent look-alikes planted into honest months: what the checks find, miss, and find for nothing.

`python benchmarks/fraud.py [--seeds 3] [--write]`. One row a kind: in how many of the months it was found, and by which checks. Then
the false alarms by check. `--write` pins the figures in benchmarks/results/fraud.json. Nothing here is timed but the whole.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.machine import commit, machine

RESULTS = Path(__file__).resolve().parent / "results" / "fraud.json"
KEY = "c3ludGhldGljLXRlc3Qta2V5LW5vdC1mb3ItdXNlISE="


def months(seeds: int) -> dict[str, Any]:
    """The trial over several seeds, as plain figures."""
    from data.sample_generator.fraud import trial
    from mealroute import models  # noqa: F401 -- registers every table
    from mealroute.core import crypto
    from mealroute.core import db as database

    crypto.configure_keys([KEY])
    found: dict[str, Counter[str]] = defaultdict(Counter)
    hits: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    alike: Counter[str] = Counter()
    meals, began = 0, time.monotonic()
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            engine = database.configure(f"sqlite:///{folder}/month.sqlite")
            database.Base.metadata.create_all(engine)
            with database.unit_of_work() as db:
                result = trial.run(db, seed=seed)
            engine.dispose()
        meals += result.meals
        for one in result.planted:
            hits[one.kind] += one.kind in result.found
            found[one.kind].update(result.found.get(one.kind, ()))
        alarms.update(f"{alarm.code} ({alarm.severity})" for alarm in result.false_alarms)
        alike.update(f"{name}: {code}" for name, code in result.alike_alarms)
    return {
        "seeds": seeds, "meals": meals, "seconds": round(time.monotonic() - began, 1),
        "kinds": {kind: {"found": hits[kind], "missed": seeds - hits[kind], "by": dict(found[kind])} for kind in hits},
        "false_alarms": dict(alarms), "look_alikes_found": dict(alike),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    figures = months(args.seeds)
    for kind, row in figures["kinds"].items():
        print(f"{kind:32} found {row['found']}/{figures['seeds']}  {', '.join(sorted(row['by']))}")
    print(
        f"false alarms in {figures['meals']} meals: {sum(figures['false_alarms'].values())} {figures['false_alarms']}"
    )
    print(f"look-alikes found: {figures['look_alikes_found'] or 'none'}")
    if args.write:
        RESULTS.write_text(
            json.dumps({"machine": machine(), "commit": commit(), **figures}, ensure_ascii=False, indent=1) + "\n"
        )
    return 0 if all(not row["missed"] for row in figures["kinds"].values()) else 3


if __name__ == "__main__":
    sys.exit(main())
