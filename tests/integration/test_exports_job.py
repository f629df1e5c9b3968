"""A large export as a job: made in its own process's way, dropped, interrupted and begun anew, never twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mealroute import models  # noqa: F401 -- registers every table
from mealroute.adapters.job_worker import JobContext
from mealroute.core import audit
from mealroute.core import db as database
from mealroute.core import jobs as table
from mealroute.core.clock import FixedClock
from mealroute.core.jobs import JobId, JobRecord, StaleAttempt
from mealroute.exporting import jobs, queries, service
from mealroute.exporting.models import ExportFile
from mealroute.exporting.records import ExportId, Format, Policy, Standing
from tests.integration.exports_world import OFFICER, wish
from tests.integration.test_settlement_month import Month

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
