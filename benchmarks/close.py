"""``python benchmarks/close.py [--people N] [--postgresql]``: how long the close of a month of 200,000 claim lines takes, and its pages.

The month (``close_world``) is closed as people do it: what is open is explained, the month is prepared and approved by jobs, its streets sign. Pages are asked for
through the whole program, HTML included, when the month is open, prepared, and closed; each twice, the slower counts (once where that takes more than five seconds). An open month is looked at before anybody has reckoned
it (``unreckoned``), when its figures are those of the moment, and when a payment has come since (``dated``); reckoning is a job and timed as a step. Bars: preparing, approving and reckoning 60 s each, a page of an open
month 2 s, of a closed one 1 s. SQLite; with ``--postgresql`` a server of its own as well. Ends with 1 where a bar is missed, unless ``--no-gate``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a file, the checkout is not on the path

from benchmarks.machine import commit, machine  # noqa: E402

RESULTS: Final = ROOT / "benchmarks" / "results"
PEOPLE: Final = 350
"""Of each street: some 131,000 meals, 200,000 claim lines."""
KEY: Final = "c3ludGhldGljLXRlc3Qta2V5LW5vdC1mb3ItdXNlISE="
PASSWORD: Final = "a password of the measurement"
LONG: Final = 5.0
BARS: Final = {"step": 60.0, "open": 2.0, "closed": 1.0}
PAGES: Final = {
    "month": "/settlement/{month}", "chain": "/settlement/{month}/chain?by=street", "findings": "/checks/{month}", "claims": "/claims/{month}",
    "resident": "/statements/residents/3/{month}", "station": "/statements/stations/{month}?station=S003", "payments": "/settlement/{month}/payments",
    "lines": "/settlement/{month}/chain/lines?figure=claimed", "meal": "/settlement/{month}/lines/1",
}  # fmt: skip
FIGURES: Final = ("month", "chain", "lines")
"""The pages whose figures are reckoned beside them."""
LATE: Final = 900_000_000
"""The number of a payment that comes late: those of the made month were given, so that PostgreSQL would begin with 1."""
VENDOR_PAGE: Final = "/my-work/statement/{month}"


def work(url: str, folder: Path, people: int) -> dict[str, Any]:
    """Fill the database, close its month; what each step and page took."""
    from benchmarks import close_world
    from mealroute import models  # noqa: F401 -- registers every table
    from mealroute.core import crypto
    from mealroute.core import db as database
    from mealroute.core.clock import FixedClock
    from mealroute.core.config import Settings
    from web import create_app

    settings = Settings.from_env(
        {
            "MEALROUTE_INSTANCE_DIR": str(folder), "MEALROUTE_DATABASE_URL": url, "MEALROUTE_SECRET_KEY": "of the measurement",
            "MEALROUTE_FIELD_KEYS": KEY, "MEALROUTE_OUT_DIR": str(folder / "out"),
        }
    )  # fmt: skip
    crypto.configure_keys([KEY])
    close_world.fill(database.configure(url), close_world.month(people))
    clock = FixedClock(datetime(2026, 4, 2, 1, 0, tzinfo=UTC))
    app = create_app(settings, clock=clock, executor=_Bell(), testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    close = _Close(app, clock, close_world.MONTH)
    close.go()
    database.engine().dispose()
    return {"lines": close.lines, "findings": close.findings, "steps": close.steps, "pages": close.pages}


class _Bell:
    """Stands for the executor: the jobs are carried out here, where they are timed."""

    def wake(self) -> None:
        pass

    def close(self) -> None:
        pass


class _Close:
    def __init__(self, app: Any, clock: Any, month: str) -> None:
        from benchmarks import close_world
        from mealroute.accounts import service as accounts
        from mealroute.accounts.models import Account
        from mealroute.accounts.rules import actor_of
        from mealroute.core.actor import SYSTEM, Role, Scope
        from mealroute.core.db import unit_of_work
        from mealroute.subsidy.rulebook import load_rulebook

        self.app, self.clock, self.month, self.payer = app, clock, month, load_rulebook().payer
        self.steps: dict[str, dict[str, float]] = {}
        self.pages: dict[str, dict[str, dict[str, float]]] = {}
        self.lines = self.findings = 0
        with unit_of_work() as db:

            def person(login: str, role: Role, **limits: str) -> Any:
                record, _password = accounts.create_account(
                    db, login=login, display_name=login, role=role, password=PASSWORD, by=SYSTEM, clock=clock, **limits
                )
                return actor_of(record)

            self.preparer = person("preparer", Role.FINANCE)
            checker = person("checker", Role.STREET_CHECKER, street_code=f"{close_world.DISTRICT}000001")
            db.get_one(Account, checker.account_id).street_code = None  # stands for the checkers of all streets
            self.checker = replace(checker, scope=Scope.everything())
            self.approver = person("approver", Role.DISTRICT_APPROVER)
            person("vendor", Role.VENDOR, vendor_code="V003")

    def go(self) -> None:
        from sqlalchemy import func, select

        from mealroute.checks.models import CheckFinding
        from mealroute.core.actor import Scope
        from mealroute.core.db import unit_of_work
        from mealroute.settlement import service
        from mealroute.settlement.records import Step
        from mealroute.settlement.simulate import clear_holds
        from mealroute.subsidy.models import ClaimLine
        from mealroute.subsidy.simulate import sentences
        from mealroute.subsidy.statement import month_statement

        with unit_of_work() as db:
            found = month_statement(db, self.month, scope=Scope.everything(), payer=self.payer).open_portions
            with self._timed("explain"):
                service.explain_all(db, self.payer, self.month, sentences(found), by=self.preparer, clock=self.clock)
        print(f"  {len(found):,} meals explained", file=sys.stderr)
        self._look("unreckoned", FIGURES)
        self._reckon("reckon")
        self._look("open")
        with self._timed("prepare"):
            self._job(Step.PREPARE, self.preparer)
        with unit_of_work(read_only=True) as db:
            self.lines = db.scalar(select(func.count()).select_from(ClaimLine)) or 0
            self.findings = db.scalar(select(func.count()).select_from(CheckFinding)) or 0
        self._reckon("reckon again")  # asked for by the preparation itself
        self._look("prepared")
        self._pay()
        self._look("dated", FIGURES)
        with unit_of_work() as db:
            clear_holds(db, self.month, by=self.preparer, clock=self.clock)
        self._reckon("reckon before signing")
        self._sign()
        with self._timed("approve"):
            self._job(Step.APPROVE, self.approver)
        self._reckon("reckon closed")
        self._look("closed")

    def _job(self, step: Any, by: Any) -> None:
        from mealroute.adapters.job_worker import JobContext
        from mealroute.core import jobs as table
        from mealroute.core.db import unit_of_work
        from mealroute.settlement import jobs

        with unit_of_work() as db:
            number, _new = jobs.ask(db, self.payer, self.month, step, by=by, clock=self.clock)
            job = table.claim(db, number, clock=self.clock)
        assert job is not None
        jobs.carry_out(JobContext(job, self.clock), matrix_of=None)

    def _sign(self) -> None:
        """Asked for in a request, carried out as a job."""
        from mealroute.adapters.job_worker import JobContext
        from mealroute.core import jobs as table
        from mealroute.core.db import unit_of_work
        from mealroute.settlement import signing_jobs, view_keeping
        from mealroute.subsidy.payers import payer_of

        with unit_of_work(read_only=True) as db:
            _dated, kept = view_keeping.figures(db, payer_of(db, self.payer), self.month)
            assert kept is not None
            with self._timed("ask to sign"):
                wanted = signing_jobs.wish(db, self.payer, self.month, tuple(kept.parts), {}, by=self.checker)
        with unit_of_work() as db:
            number, _new = signing_jobs.ask(db, wanted, by=self.checker, clock=self.clock)
            job = table.claim(db, number, clock=self.clock)
        assert job is not None
        with self._timed("sign"):
            signing_jobs.run(JobContext(job, self.clock))

    def _reckon(self, step: str) -> None:
        from mealroute.adapters.job_worker import JobContext
        from mealroute.core import jobs as table
        from mealroute.core.db import unit_of_work
        from mealroute.settlement import view_jobs

        with unit_of_work() as db:
            number, _new = view_jobs.ask(db, self.payer, self.month, by=self.preparer, clock=self.clock)
            job = table.claim(db, number, clock=self.clock)
        assert job is not None
        with self._timed(step):
            view_jobs.run(JobContext(job, self.clock))

    def _pay(self) -> None:
        from mealroute.core.db import unit_of_work
        from mealroute.orders.models import Payment

        with unit_of_work() as db:
            for number, kind in enumerate(("payment", "refund"), LATE):  # what is due stays the same
                db.add(
                    Payment(id=number, natural_key=f"late/{kind}", order_id=1, kind=kind, amount_fen=1, means="card", at=self.clock.now(), by_name="late")
                )  # fmt: skip

    def _look(self, state: str, names: tuple[str, ...] = tuple(PAGES)) -> None:
        desk, vendor = self._signed_in("preparer"), self._signed_in("vendor")
        self.pages[state] = {name: self._page(desk, PAGES[name]) for name in names}
        if "claims" in names:
            self.pages[state]["vendor"] = self._page(vendor, VENDOR_PAGE)
        for name, took in self.pages[state].items():
            print(f"  {state} {name}: {took}", file=sys.stderr, flush=True)

    def _signed_in(self, login: str) -> Any:
        client = self.app.test_client()
        answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def _page(self, client: Any, path: str) -> dict[str, float]:
        def ask() -> None:
            answer = client.get(path.format(month=self.month))
            assert answer.status_code == 200, (path, answer.status_code, answer.text[:2000])

        first = took(ask)
        again = took(ask) if first["seconds"] < LONG else first  # what is that far from its bar is asked for once
        return max(first, again, key=lambda one: one["seconds"])

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began, worked = time.monotonic(), time.process_time()
        yield
        self.steps[name] = _since(began, worked)
        print(f"  {name}: {self.steps[name]}", file=sys.stderr, flush=True)


def took(act: Callable[[], object]) -> dict[str, float]:
    """Seconds on the clock and of this process."""
    began, worked = time.monotonic(), time.process_time()
    act()
    return _since(began, worked)


def _since(began: float, worked: float) -> dict[str, float]:
    return {"seconds": round(time.monotonic() - began, 2), "processor_s": round(time.process_time() - worked, 2)}


def missed(run: dict[str, Any]) -> list[str]:
    """What took longer than its bar."""
    late = [
        name
        for name in ("prepare", "sign", "approve", "reckon", "reckon again", "reckon before signing", "reckon closed")
        if run["steps"][name]["seconds"] > BARS["step"]
    ]
    for state, pages in run["pages"].items():
        bar = BARS["closed" if state == "closed" else "open"]
        late += [f"{state} {name}" for name, figures in pages.items() if figures["seconds"] > bar]
    return [f"{run['database']}: {one}" for one in late]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="benchmarks/close.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=PEOPLE, help="of each of the 17 streets")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL too")
    parser.add_argument("--no-sqlite", action="store_true", help="on PostgreSQL only")
    parser.add_argument("--save", type=Path, help="pin the figures here")
    parser.add_argument("--no-gate", action="store_true", help="print only; end with 0 whatever comes out")
    parser.add_argument("--child", nargs=2, metavar=("URL", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(work(options.child[0], Path(options.child[1]), options.people)))
        return 0
    began, runs = machine(), []
    with tempfile.TemporaryDirectory(prefix="mr-") as folder:
        urls = [] if options.no_sqlite else [f"sqlite:///{folder}/close.sqlite"]
        server = None
        if options.postgresql:
            from benchmarks.exports import postgresql

            server = postgresql(f"{folder}/pg")
            urls.append(server.get_uri())
        for url in urls:
            print(url.split(":", maxsplit=1)[0], file=sys.stderr, flush=True)
            child = [sys.executable, __file__, "--people", str(options.people), "--child", url, folder]
            done = subprocess.run(child, check=True, stdout=subprocess.PIPE, text=True)
            runs.append({"database": url.split(":", maxsplit=1)[0], **json.loads(done.stdout)})
        if server is not None:
            server.cleanup()
    late = [one for run in runs for one in missed(run)]
    if options.save:
        data = {
            "commit": commit(), "began": datetime.now(UTC).isoformat(timespec="seconds"), "machine": began, "bars_s": BARS, "missed": late, "runs": runs,
        }  # fmt: skip
        options.save.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps({"missed": late}))
    return 1 if late and not options.no_gate else 0


if __name__ == "__main__":
    raise SystemExit(main())
