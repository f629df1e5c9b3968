"""The same jobs on a scheduler of their own: it, its worker and the server are killed in turn, and stay away for a while."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mealroute.core import audit, db, jobs
from mealroute.core.actor import Actor
from mealroute.core.clock import SystemClock
from mealroute.core.jobs import JobState
from tests.integration.cluster_world import Outside, kill
from tests.integration.jobs_world import Server, alive, processes_of, wait_for


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    made = Outside(tmp_path)
    yield made
    made.stop()
    wait_for(lambda: processes_of(tmp_path) == {})


@pytest.fixture
def server(migrated_sqlite: Path, outside: Outside) -> Iterator[Server]:
    """A server that looks for the scheduler of ``outside``; neither scheduler nor worker is started yet."""
    made = Server(outside.folder, outside.address)
    shutil.copy(migrated_sqlite, made.file)
    db.configure(made.url)
    made.start()
    yield made
    made.stop()


def waiting_code(server: Server, job_id: jobs.JobId) -> str:
    return server.job(job_id).waiting_code


def test_a_job_says_why_it_waits_and_begins_when_scheduler_and_worker_come(
    server: Server, outside: Outside, by: Actor
) -> None:
    job_id = server.queue("slow", by)
    (server.folder / "go").touch()

    wait_for(lambda: waiting_code(server, job_id) == "scheduler-away")
    outside.start_scheduler()
    wait_for(lambda: waiting_code(server, job_id) == "no-workers")
    outside.start_worker()
    wait_for(lambda: not server.job(job_id).open)

    assert (server.job(job_id).state, waiting_code(server, job_id)) == (JobState.DONE, "")
    assert server.done_rows() == 1


def test_a_waiting_job_can_be_cancelled_while_the_scheduler_is_away(server: Server, by: Actor) -> None:
    job_id = server.queue("slow", by)
    wait_for(lambda: waiting_code(server, job_id) == "scheduler-away")

    with db.unit_of_work() as session:
        jobs.stop(session, job_id, keep=False, by=by, clock=SystemClock())

    assert server.job(job_id).state is JobState.CANCELLED


def test_a_killed_scheduler_costs_nothing_that_its_worker_can_still_finish(
    server: Server, outside: Outside, by: Actor
) -> None:
    outside.start_scheduler()
    outside.start_worker()
    first = server.queue("slow", by)
    server.worker(1)

    kill(outside.scheduler)
    second = server.queue("saving", by)
    wait_for(lambda: waiting_code(server, second) == "scheduler-away")
    (server.folder / "go").touch()
    wait_for(lambda: not server.job(first).open)
    outside.start_scheduler()
    wait_for(lambda: not server.job(second).open)

    assert [server.job(n).state for n in (first, second)] == [JobState.DONE, JobState.DONE]
    assert [server.job(n).attempt for n in (first, second)] == [1, 1]
    assert server.done_rows() == 2


def test_a_killed_worker_program_takes_its_processes_along_and_the_next_one_does_the_job(
    server: Server, outside: Outside, by: Actor
) -> None:
    outside.start_scheduler()
    outside.start_worker()
    job_id = server.queue("slow", by)
    attempt = server.worker(1)

    kill(outside.worker)
    wait_for(lambda: not alive(attempt))
    assert server.job(job_id).open
    outside.start_worker()
    server.worker(2)
    (server.folder / "go").touch()
    wait_for(lambda: not server.job(job_id).open)

    assert server.job(job_id).result == {"attempt": 2}
    assert server.done_rows() == 1


def test_a_killed_worker_process_is_started_again_by_its_program(server: Server, outside: Outside, by: Actor) -> None:
    outside.start_scheduler()
    outside.start_worker()
    job_id = server.queue("slow", by)
    attempt = server.worker(1)
    dask_worker = int(Path(f"/proc/{attempt}/stat").read_text().rsplit(")", 1)[1].split()[1])

    os.kill(dask_worker, signal.SIGKILL)
    wait_for(lambda: not alive(attempt))
    server.worker(2)
    (server.folder / "go").touch()
    wait_for(lambda: not server.job(job_id).open)

    assert server.job(job_id).result == {"attempt": 2}
    assert server.done_rows() == 1


def test_a_killed_server_does_not_disturb_workers_outside_and_the_next_one_repeats_nothing(
    server: Server, outside: Outside, by: Actor
) -> None:
    outside.start_scheduler()
    outside.start_worker()
    job_id = server.queue("slow", by)
    attempt = server.worker(1)

    server.kill()
    time.sleep(3)  # dask ends what only a client wanted
    (server.folder / "go").touch()
    wait_for(lambda: not server.job(job_id).open)
    server.start()
    time.sleep(3)

    assert (server.job(job_id).state, server.job(job_id).attempt) == (JobState.DONE, 1)
    assert not alive(attempt) or server.job(job_id).result == {"attempt": 1}
    with db.unit_of_work(read_only=True) as session:
        assert len(audit.events(session, action="test.done")) == 1
