"""Planning from the page: a real worker process searches, reports, can be stopped, dropped and killed."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from mealroute.core import db, jobs
from mealroute.core.actor import Actor
from mealroute.core.clock import SystemClock
from mealroute.core.jobs import JobId, JobState
from mealroute.core.slots import MealSlot
from mealroute.planning import queries, service
from mealroute.planning.records import PlanVersionSummary
from tests.integration.jobs_world import Server, wait_for
from tests.integration.planning_world import DAY, build_world

LUNCH = MealSlot.LUNCH


@pytest.fixture
def server(empty_sqlite: Path, tmp_path: Path) -> Iterator[Server]:
    """A server that is running, over a district with a closed book."""
    made = Server(tmp_path)
    shutil.copy(empty_sqlite, made.file)
    db.configure(made.url)
    with db.unit_of_work() as session:
        build_world(session)
    made.start()
    yield made
    made.stop()


def started(by: Actor, seconds: float) -> JobId:
    with db.unit_of_work() as session:
        return service.start_job(session, DAY, LUNCH, seconds, by=by, clock=SystemClock())


def saved() -> tuple[PlanVersionSummary, ...]:
    with db.unit_of_work(read_only=True) as session:
        return queries.versions(session, DAY, LUNCH)


def workers_of(server: Server) -> list[int]:
    """The dask worker processes: children of the server that are not its resource tracker."""
    assert server.process is not None
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == server.process.pid and b"spawn_main" in command:
            found.append(int(stat.parent.name))
    return found


def test_a_search_reports_and_ends_as_a_draft_that_adds_up(server: Server, by: Actor) -> None:
    job_id = started(by, 2)

    wait_for(lambda: not server.job(job_id).open)

    job, (version,) = server.job(job_id), saved()
    assert job.state is JobState.DONE
    assert job.result["version_id"] == version.id
    assert version.violations == ()
    assert version.ordered == version.planned + version.unassigned
    assert started(by, 2) != job_id


def test_a_worker_killed_while_planning_leaves_no_half_plan_and_its_job_is_done_once(server: Server, by: Actor) -> None:
    job_id = started(by, 600)
    wait_for(lambda: server.job(job_id).progress.get("stage") not in {None, "matrix"})

    for pid in workers_of(server):
        os.kill(pid, signal.SIGKILL)
    assert saved() == ()
    wait_for(lambda: server.job(job_id).attempt == 2 and server.job(job_id).progress.get("best_cost") is not None)
    with db.unit_of_work() as session:
        service.stop_job(session, DAY, LUNCH, keep=True, by=by, clock=SystemClock())
    wait_for(lambda: not server.job(job_id).open)

    assert server.job(job_id).state is JobState.DONE
    assert server.job(job_id).attempt == 2
    assert [version.number for version in saved()] == [1]


def test_a_stopped_search_keeps_the_best_plan_and_a_dropped_one_keeps_nothing(server: Server, by: Actor) -> None:
    dropped = started(by, 600)
    wait_for(lambda: server.job(dropped).progress.get("best_cost") is not None)
    with db.unit_of_work() as session:
        service.stop_job(session, DAY, LUNCH, keep=False, by=by, clock=SystemClock())
    wait_for(lambda: not server.job(dropped).open)
    assert server.job(dropped).state is JobState.CANCELLED
    assert saved() == ()

    kept = started(by, 600)
    wait_for(lambda: server.job(kept).progress.get("best_cost") is not None)
    with db.unit_of_work() as session:
        service.stop_job(session, DAY, LUNCH, keep=True, by=by, clock=SystemClock())
    wait_for(lambda: not server.job(kept).open)

    assert server.job(kept).state is JobState.DONE
    assert [version.id for version in saved()] == [server.job(kept).result["version_id"]]
    with db.unit_of_work(read_only=True) as session:
        assert jobs.latest(session, service.job_key(DAY, LUNCH)) == server.job(kept)


def test_a_search_with_a_seed_and_an_iteration_limit_makes_the_same_plan_again(server: Server, by: Actor) -> None:
    made = []
    for _time in range(2):
        with db.unit_of_work() as session:
            job_id = service.start_job(
                session, DAY, LUNCH, 600, seed=7, max_iterations=40, by=by, clock=SystemClock()
            )  # fmt: skip
        wait_for(lambda job_id=job_id: not server.job(job_id).open)
        with db.unit_of_work(read_only=True) as session:
            version = queries.version(session, server.job(job_id).result["version_id"])
        made.append(version)

    first, again = made
    assert (first.summary.seed, first.summary.threads, first.summary.max_iterations) == (7, 1, 40)
    assert [(r.vehicle_code, [(v.stop_id, v.arrival_s) for v in r.visits]) for r in first.routes] == [
        (r.vehicle_code, [(v.stop_id, v.arrival_s) for v in r.visits]) for r in again.routes
    ]
