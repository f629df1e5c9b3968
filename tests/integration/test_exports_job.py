"""A large export as a job: made in its own process's way, dropped, interrupted and begun anew, never twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mealroute import models  # noqa: F401 -- registers every table
from mealroute.accounts.models import Account
from mealroute.adapters.job_worker import JobContext
from mealroute.core import audit
from mealroute.core import db as database
from mealroute.core import jobs as table
from mealroute.core.actor import Actor, Role
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Forbidden
from mealroute.core.jobs import JobId, JobRecord, StaleAttempt
from mealroute.exporting import jobs, queries, service
from mealroute.exporting.models import ExportFile
from mealroute.exporting.records import Entry, ExportId, Format, Policy, Standing
from mealroute.settlement import view_keeping
from mealroute.subsidy import computing
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.models import ClaimLine
from tests.integration.close_world import person
from tests.integration.exports_world import OFFICER, wish
from tests.integration.exports_world import made as by_itself
from tests.integration.test_settlement_month import MONTH, PAYER, Month

CLOCK = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture
def files(empty_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A settled month, a policy by which every file is a large one, and the folder where files go."""
    engine = database.configure(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'month.sqlite')}")
    monkeypatch.setenv("MEALROUTE_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setenv("MEALROUTE_FIELD_KEYS", "not-used-here")
    monkeypatch.setattr(
        "mealroute.exporting.service.policy_on",
        lambda _day: Policy(keep_days=7, keep_days_unmasked=1, link_minutes=15, at_once_rows=1),
    )
    with database.unit_of_work() as db:
        Month(db, CLOCK).doors()
    yield tmp_path / "exports"
    engine.dispose()


def asked(form: Format = Format.XLSX) -> tuple[ExportId, JobId]:
    with database.unit_of_work() as db:
        export = service.ask(db, wish(form=form), by=OFFICER, clock=CLOCK)
    assert export.job_id is not None
    return export.id, JobId(export.job_id)


def begun(job_id: JobId) -> JobRecord:
    with database.unit_of_work() as db:
        job = table.claim(db, job_id, clock=CLOCK)
    assert job is not None
    return job


def standing(export: ExportId) -> Standing:
    with database.unit_of_work(read_only=True) as db:
        return queries.entry(db, export, by=OFFICER, clock=CLOCK).standing


def test_a_job_writes_the_file_and_its_line_in_the_register(files: Path) -> None:
    export, job = asked()
    assert standing(export) is Standing.WAITING
    jobs.run(JobContext(begun(job), CLOCK))
    assert standing(export) is Standing.READY
    (kept,) = files.iterdir()
    assert kept.name.startswith("EX-2026-000001-settlement-2026-02.")
    with database.unit_of_work(read_only=True) as db:
        assert table.job(db, job).result == {"number": "EX-2026-000001", "rows": 4}
        (made,) = audit.events(db, action="exports.made")
    assert (made.actor, made.rows) == ("周航", 4)


def test_a_dropped_job_leaves_no_file(files: Path) -> None:
    export, job = asked()
    context = JobContext(begun(job), CLOCK)
    context._cancel.set()
    jobs.run(context)
    assert list(files.iterdir()) == []
    with database.unit_of_work() as db:
        table.cancelled(db, job, 1, clock=CLOCK)
    assert standing(export) is Standing.STOPPED


def test_an_interrupted_job_begins_anew_and_whoever_comes_late_writes_nothing(files: Path) -> None:
    export, job = asked(Format.CSV)
    first = JobContext(begun(job), CLOCK)
    with database.unit_of_work() as db:
        table.orphan(db, job, 1, stop=False, clock=CLOCK)  # its worker was lost
    second = JobContext(begun(job), CLOCK)
    jobs.run(second)
    with pytest.raises(StaleAttempt):
        jobs.run(first)
    assert standing(export) is Standing.READY
    with database.unit_of_work(read_only=True) as db:
        assert db.scalar(select(func.count()).select_from(ExportFile)) == 1
        assert len(audit.events(db, action="exports.made")) == 1


def _refused(*_given: object, **_named: object) -> object:
    raise AssertionError("a big month is computed in a request")


@pytest.fixture
def officer(files: Path, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Every month is a big one; an officer with an account."""
    monkeypatch.setattr(view_keeping, "AT_ONCE", -1)
    with database.unit_of_work() as db:
        return person(db, CLOCK, "officer", Role.FINANCE)


def _small(db: Session, files: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Entry, bytes]:
    """The same file of a month that is not big."""
    monkeypatch.setattr(view_keeping, "AT_ONCE", 8_000)
    return by_itself(db, files, CLOCK, wish(form=Format.CSV))


def _asked_in_a_request(monkeypatch: pytest.MonkeyPatch, by: Actor) -> tuple[ExportId, JobId]:
    wanted = wish(form=Format.CSV)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(computing, "compute", _refused)
        meanwhile.setattr(subsidy, "work_out", _refused)
        with database.unit_of_work(read_only=True) as db:
            fresh = service.fresh_of(db, wanted)
        with database.unit_of_work() as db:
            export = service.ask(db, wanted, by=by, clock=CLOCK, fresh=fresh)
    assert export.job_id is not None
    return export.id, JobId(export.job_id)


def test_a_big_open_month_is_brought_up_to_date_by_the_job(
    files: Path, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, job = _asked_in_a_request(monkeypatch, officer)
    jobs.run(JobContext(begun(job), CLOCK))
    with database.unit_of_work() as db:
        made = queries.entry(db, export, by=officer, clock=CLOCK)
        at_once, _content = _small(db, files, monkeypatch)
        (named,) = audit.events(db, action="exports.made")[-1:]
    assert made.file is not None
    assert at_once.file is not None
    assert (made.file.rows, made.file.rows_sha256) == (at_once.file.rows, at_once.file.rows_sha256)
    assert (made.file.rows, named.actor) == (4, officer.name)


def test_dropped_switched_off_or_given_up_it_writes_no_line_of_the_month(
    officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = JobContext(begun(_asked_in_a_request(monkeypatch, officer)[1]), CLOCK)
    dropped._cancel.set()
    jobs.run(dropped)
    given_up = _asked_in_a_request(monkeypatch, officer)[1]
    late = JobContext(begun(given_up), CLOCK)
    with database.unit_of_work() as db:
        table.orphan(db, given_up, 1, stop=False, clock=CLOCK)
    with pytest.raises(StaleAttempt):
        jobs.run(late)
    off = JobContext(begun(_asked_in_a_request(monkeypatch, officer)[1]), CLOCK)
    with database.unit_of_work() as db:
        db.execute(update(Account).where(Account.id == officer.account_id).values(active=False))
    with pytest.raises(Forbidden, match="account-off"):
        jobs.run(off)
    with database.unit_of_work(read_only=True) as db:
        assert db.scalar(select(func.count()).select_from(ClaimLine)) == 0


def test_a_month_that_was_closed_before_the_job_began_is_exported_as_it_was_closed(
    officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, job = _asked_in_a_request(monkeypatch, officer)
    with database.unit_of_work() as db:
        subsidy.close_period(db, PAYER, MONTH, by=officer, clock=CLOCK)
    jobs.run(JobContext(begun(job), CLOCK))
    assert standing(export) is Standing.READY
