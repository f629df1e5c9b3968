"""Packs made by themselves and from the command line: the tick asks, the job makes each once, a killed attempt goes on where it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, event, select

from mealroute.adapters.job_worker import JobContext
from mealroute.adapters.registry import HANDLERS, TICKS
from mealroute.commands import packs as command
from mealroute.commands.setup import Here
from mealroute.core import jobs
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock, SystemClock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import NotFound
from mealroute.core.jobs import Job, JobId, JobState
from mealroute.paper import nightly, queries
from mealroute.paper.records import DISTRICT, PackRecord
from tests.integration.paper_world import LUNCH, published
from tests.integration.planning_world import DAY, OTHER_STREET, STREET
from tests.web_world import settings_for


@pytest.fixture
def folder(any_engine: Engine, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A district with a published plan; packs go into this folder."""
    monkeypatch.setenv("MEALROUTE_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setenv("MEALROUTE_PACK_DIR", str(tmp_path / "packs"))
    with unit_of_work() as db:
        published(db, clock)
    return tmp_path / "packs"


def _packs() -> tuple[PackRecord, ...]:
    with unit_of_work(read_only=True) as db:
        return queries.packs(db, DAY, "lunch", scope=SYSTEM.scope)


def _open_jobs() -> list[JobId]:
    with unit_of_work(read_only=True) as db:
        return list(map(JobId, db.scalars(select(Job.id).where(Job.state == JobState.QUEUED))))


def _work(job_id: JobId, clock: FixedClock) -> None:
    with unit_of_work() as db:
        claimed = jobs.claim(db, job_id, clock=clock)
    assert claimed is not None
    with JobContext(claimed, clock) as context:
        nightly.run(context)


def test_the_names_in_the_registry_lead_to_the_functions() -> None:
    assert HANDLERS[nightly.KIND] == f"{nightly.run.__module__}:run"
    assert TICKS["paper-packs"][0] == f"{nightly.tick.__module__}:tick"


def test_in_the_evening_the_tick_asks_once_and_the_job_makes_a_pack_for_each_street(folder: Path, clock: FixedClock) -> None:  # fmt: skip
    evening = FixedClock(clock.at - timedelta(hours=12))  # Sunday 20:00
    nightly.tick(clock=evening)
    nightly.tick(clock=evening)
    (job_id,) = _open_jobs()
    _work(job_id, evening)
    found = _packs()
    assert [pack.street_code for pack in found] == [DISTRICT, STREET, OTHER_STREET]
    assert sorted(path.name for path in folder.iterdir()) == sorted(pack.file for pack in found)
    nightly.tick(clock=evening)
    assert _open_jobs() == []


def test_nobody_waits_for_the_database_while_a_pack_is_drawn(
    any_engine: Engine, folder: Path, clock: FixedClock
) -> None:
    with unit_of_work() as db:
        job_id = nightly.ask(db, DAY, LUNCH, by=SYSTEM, clock=clock)
    reading: list[str] = []
    writing: list[str] = []

    def heard(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        held = connection.get_execution_options().get("sqlite_begin") != "DEFERRED"
        (writing if held else reading).append(statement)

    event.listen(any_engine, "before_cursor_execute", heard)
    try:
        _work(job_id, clock)
    finally:
        event.remove(any_engine, "before_cursor_execute", heard)

    assert any("FROM plan_route" in each for each in reading)
    assert any("INSERT INTO paper_pack " in each for each in writing)
    assert not [each for each in writing if "FROM plan_" in each or "FROM resident" in each]


def test_an_attempt_that_was_killed_half_way_is_gone_on_with(folder: Path, clock: FixedClock) -> None:
    with unit_of_work() as db:
        job_id = nightly.ask(db, DAY, LUNCH, by=SYSTEM, clock=clock)
        from mealroute.paper import gathering, service

        source = gathering.gather(db, DAY, LUNCH, by=SYSTEM, clock=clock)
        service.make_pack(db, source, STREET, folder=folder, by=SYSTEM, clock=clock)
    _work(job_id, clock)
    assert sorted(pack.street_code for pack in _packs()) == sorted([DISTRICT, STREET, OTHER_STREET])


def test_the_tick_deletes_files_that_are_too_old(folder: Path, clock: FixedClock) -> None:
    with unit_of_work() as db:
        job_id = nightly.ask(db, DAY, LUNCH, by=SYSTEM, clock=clock)
    _work(job_id, clock)
    clock.at += timedelta(days=9)
    nightly.tick(clock=clock)
    assert list(folder.iterdir()) == []
    assert {pack.kept for pack in _packs()} == {False}


def test_the_command_prints_each_path_and_copies_to_a_stick(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    here = Here(settings=settings_for(tmp_path), clock=SystemClock(ZoneInfo("Asia/Shanghai")))
    assert command.command(here, DAY, LUNCH, street=STREET, out=tmp_path / "stick") == 0
    copy = tmp_path / "stick" / f"paper-pack-{DAY.isoformat()}-lunch-{STREET}.pdf"
    assert str(copy) in capsys.readouterr().out
    assert copy.read_bytes()[:5] == b"%PDF-"
    with pytest.raises(NotFound):
        command.command(here, DAY, LUNCH, street="110101099", out=None)
