"""Jobs survive killed workers and killed servers: a real server process, a real dask worker, a real kill -9."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from mealroute.core import audit, db, jobs
from mealroute.core.actor import Actor
from mealroute.core.clock import FixedClock, SystemClock
from mealroute.core.jobs import JobState, StaleAttempt
from tests.integration.jobs_world import Server, alive, wait_for


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    from mealroute import models  # noqa: F401 -- registers every table

    made = Server(tmp_path)
    db.Base.metadata.create_all(db.configure(made.url), tables=[jobs.Job.__table__, audit.AuditEvent.__table__])
    made.start()
    yield made
    made.stop()


def test_a_killed_worker_gives_its_job_to_another_and_the_result_is_written_once(server: Server, by: Actor) -> None:
    job_id = server.queue("slow", by)
    first = server.worker(1)
    wait_for(lambda: server.job(job_id).progress.get("attempt") == 1)

    os.kill(first, signal.SIGKILL)
    second = server.worker(2)
    (server.folder / "go").touch()
    wait_for(lambda: not server.job(job_id).open)

    assert second != first
    assert server.job(job_id).state is JobState.DONE
    assert server.job(job_id).result == {"attempt": 2}
    assert server.done_rows() == 1


def test_a_killed_server_takes_its_workers_along_and_the_next_one_finishes_the_job(server: Server, by: Actor) -> None:
    job_id = server.queue("slow", by)
    worker = server.worker(1)

    server.kill()
    wait_for(lambda: not alive(worker))
    assert server.job(job_id).state is JobState.RUNNING
    with db.unit_of_work() as session:  # fifteen seconds later
        session.get_one(jobs.Job, job_id).lease_until = SystemClock().now() - timedelta(seconds=1)
    server.start()
    server.worker(2)
    (server.folder / "go").touch()
    wait_for(lambda: not server.job(job_id).open)

    assert server.job(job_id).result == {"attempt": 2}
    assert server.done_rows() == 1


def test_a_running_job_stops_when_asked_and_a_refusal_or_a_mistake_ends_it_with_a_reason(
    server: Server, by: Actor
) -> None:
    stopped, refused, crashed = (server.queue(kind, by) for kind in ("slow", "refusing", "crashing"))
    server.worker(1)

    with db.unit_of_work() as session:
        jobs.request_cancel(session, stopped, clock=SystemClock())
    wait_for(lambda: not any(server.job(n).open for n in (stopped, refused, crashed)))

    assert server.job(stopped).state is JobState.CANCELLED
    assert (server.job(refused).state, server.job(refused).error_code) == (JobState.FAILED, "nothing-to-plan")
    assert "Close the book first." in server.job(refused).error_sentence
    assert (server.job(crashed).state, server.job(crashed).error_code) == (JobState.FAILED, "job-crashed")
    assert server.done_rows() == 0


def test_a_job_of_a_kind_that_nobody_knows_fails_with_a_reason_and_holds_up_no_other(server: Server, by: Actor) -> None:
    unknown, known = server.queue("unheard-of", by), server.queue("refusing", by)

    wait_for(lambda: not any(server.job(n).open for n in (unknown, known)))

    assert (server.job(unknown).state, server.job(unknown).error_code) == (JobState.FAILED, "unknown-kind")
    assert "unheard-of" in server.job(unknown).error_sentence
    assert server.job(known).error_code == "nothing-to-plan"


def test_asking_twice_queues_one_job_until_it_is_over(db: Session, by: Actor, clock: FixedClock) -> None:
    first = jobs.enqueue(db, "plan-day", "plan/1", {}, by=by, clock=clock)
    again = jobs.enqueue(db, "plan-day", "plan/1", {}, by=by, clock=clock)
    jobs.request_cancel(db, first[0], clock=clock)
    after = jobs.enqueue(db, "plan-day", "plan/1", {}, by=by, clock=clock)

    assert first[1]
    assert again == (first[0], False)
    assert after[1]
    assert after[0] != first[0]


def test_an_attempt_that_lost_its_lease_can_write_nothing(db: Session, by: Actor, clock: FixedClock) -> None:
    job_id, _new = jobs.enqueue(db, "plan-day", "plan/1", {}, by=by, clock=clock)
    jobs.claim(db, job_id, clock=clock)
    assert jobs.claim(db, job_id, clock=clock) is None
    clock.at += timedelta(seconds=16)
    assert jobs.sweep(db, clock=clock) == (job_id,)
    jobs.claim(db, job_id, clock=clock)

    with pytest.raises(StaleAttempt):
        jobs.heartbeat(db, job_id, 1, None, clock=clock)
    with pytest.raises(StaleAttempt):
        jobs.finish(db, job_id, 1, {}, clock=clock)
    jobs.finish(db, job_id, 2, {"version": 7}, clock=clock)
    assert jobs.job(db, job_id).result == {"version": 7}


def test_a_job_that_keeps_losing_its_worker_is_given_up_with_a_reason(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    job_id, _new = jobs.enqueue(db, "plan-day", "plan/1", {}, by=by, clock=clock)
    for _attempt in range(jobs.MAX_ATTEMPTS):
        jobs.claim(db, job_id, clock=clock)
        clock.at += timedelta(seconds=16)
        jobs.sweep(db, clock=clock)

    assert jobs.job(db, job_id).state is JobState.FAILED
    assert jobs.job(db, job_id).error_code == "worker-lost"


def test_a_job_whose_worker_died_after_the_wish_to_cancel_is_cancelled(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    job_id, _new = jobs.enqueue(db, "plan-day", "plan/1", {}, by=by, clock=clock)
    jobs.claim(db, job_id, clock=clock)
    jobs.request_cancel(db, job_id, clock=clock)
    clock.at += timedelta(seconds=16)

    assert jobs.sweep(db, clock=clock) == ()
    assert jobs.job(db, job_id).state is JobState.CANCELLED
