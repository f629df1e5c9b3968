"""Work that a page asked for, carried out as a worker would, in this process."""

from __future__ import annotations

from sqlalchemy import select

from mealroute.adapters.job_worker import JobContext
from mealroute.core import jobs as table
from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.core.jobs import Job, JobId, JobRecord, JobState
from mealroute.settlement import jobs


def carried_out(clock: Clock) -> JobRecord:
    """The one job that waits, done; without the roads."""
    with unit_of_work() as db:
        number = JobId(db.scalars(select(Job.id).where(Job.state == JobState.QUEUED)).one())
        job = table.claim(db, number, clock=clock)
    assert job is not None
    jobs.carry_out(JobContext(job, clock), matrix_of=None)
    with unit_of_work(read_only=True) as db:
        return table.job(db, number)
