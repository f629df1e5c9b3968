"""Jobs survive killed workers and killed servers: a real server process, a real dask worker, a real kill -9."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mealroute.adapters.cluster import cores
from mealroute.core import audit, db, job_queue, jobs
from mealroute.core.actor import Actor
from mealroute.core.clock import FixedClock, SystemClock
from mealroute.core.i18n import speaking
from mealroute.core.jobs import JobState, StaleAttempt
from tests.integration.jobs_world import Server, alive, processes_of, wait_for


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    from mealroute import models  # noqa: F401 -- registers every table

    made = Server(tmp_path)
    db.Base.metadata.create_all(db.configure(made.url), tables=[jobs.Job.__table__, audit.AuditEvent.__table__])
    made.start()
    yield made
    made.stop()


@pytest.fixture
def on_either(any_engine: Engine, tmp_path: Path) -> Iterator[Server]:
    """The same server over SQLite and over PostgreSQL."""
    made = Server(tmp_path, url=any_engine.url.render_as_string(hide_password=False))
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
    with speaking("en"):
        assert server.job(refused).error_sentence == "2026-03 has not begun. Write it as 2026-02."
        assert server.job(crashed).error_sentence.startswith("The program made a mistake")
    assert server.job(refused).error_sentence == "2026-03 还没有开始。 请写成 2026-02。"
    assert (server.job(crashed).state, server.job(crashed).error_code) == (JobState.FAILED, "job-crashed")
    assert server.done_rows() == 0


def test_a_worker_killed_in_the_middle_of_saving_leaves_nothing_and_the_result_is_written_once(
    on_either: Server, by: Actor
) -> None:
    server = on_either
    job_id = server.queue("saving", by)
    first = server.worker(1)
    wait_for((server.folder / "saving-1").exists)

    (server.folder / "go").touch()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not server.job(job_id).open)

    assert server.job(job_id).result == {"attempt": 2}
    assert server.done_rows() == 1


def test_a_crash_inside_a_native_library_costs_one_attempt(server: Server, by: Actor) -> None:
    job_id = server.queue("dying", by)

    wait_for(lambda: not server.job(job_id).open)

    assert server.job(job_id).state is JobState.DONE
    assert server.job(job_id).result == {"attempt": 2}


@pytest.mark.parametrize("kind", ["deaf", "with_engine"])
def test_a_cancelled_job_ends_without_its_help_and_its_processes_with_it(server: Server, by: Actor, kind: str) -> None:
    job_id = server.queue(kind, by)
    worker = server.worker(1)
    engines = [int(pid) for mark in server.folder.glob("engine-*") for pid in mark.read_text().split()]

    with db.unit_of_work() as session:
        jobs.stop(session, job_id, keep=False, by=by, clock=SystemClock())
    wait_for(lambda: not server.job(job_id).open)

    assert server.job(job_id).state is JobState.CANCELLED
    assert not alive(worker)
    wait_for(lambda: not any(alive(pid) for pid in engines))
    assert len(engines) == (kind == "with_engine")


def test_a_killed_server_leaves_no_process_behind(server: Server, by: Actor) -> None:
    server.queue("with_engine", by)
    server.worker(1)
    assert len(processes_of(server.folder)) >= 4

    server.kill()

    wait_for(lambda: processes_of(server.folder) == {})


def test_a_server_begins_no_more_jobs_than_it_has_cores_and_lets_askers_take_turns(server: Server, by: Actor) -> None:
    other = Actor(account_id=2, name="other", role=by.role, scope=by.scope)
    many = [server.queue("slow", by, f"many/{n}") for n in range(cores() + 2)]
    wait_for(lambda: sum(server.job(n).state is JobState.RUNNING for n in many) == cores())
    one = server.queue("slow", other, "one")

    with db.unit_of_work(read_only=True) as session:
        assert job_queue.places(session)[one] == 1
    assert server.job(many[-1]).state is JobState.QUEUED
    (server.folder / "go").touch()
    wait_for(lambda: not any(server.job(n).open for n in (*many, one)))

    begun = {n: started for n in (*many, one) if (started := server.job(n).started_at) is not None}
    assert len(begun) == len(many) + 1
    first_turn = sorted((*many[cores() :], one), key=lambda n: begun[n])[: cores()]
    assert one in first_turn
    assert server.done_rows() == len(many) + 1


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
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        jobs.claim(db, job_id, clock=clock)
        jobs.heartbeat(db, job_id, attempt, {"done": attempt}, clock=clock)
        clock.at += timedelta(seconds=16)
        jobs.sweep(db, clock=clock)

    assert jobs.job(db, job_id).state is JobState.FAILED
    assert jobs.job(db, job_id).progress == {"done": jobs.MAX_ATTEMPTS}
    assert jobs.job(db, job_id).error_code == "worker-lost"
    assert jobs.job(db, job_id).error_sentence == "任务中断了 3 次，没有保存任何内容。请重新开始。"
    with speaking("en"):
        said = "The work was interrupted 3 times; nothing was saved. Start it again."
        assert jobs.job(db, job_id).error_sentence == said


def test_a_job_whose_worker_died_after_the_wish_to_cancel_is_cancelled(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    job_id, _new = jobs.enqueue(db, "plan-day", "plan/1", {}, by=by, clock=clock)
    jobs.claim(db, job_id, clock=clock)
    jobs.request_cancel(db, job_id, clock=clock)
    clock.at += timedelta(seconds=16)

    assert jobs.sweep(db, clock=clock) == ()
    assert jobs.job(db, job_id).state is JobState.CANCELLED
