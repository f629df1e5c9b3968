"""The checks of a month with all that is known: complaints (which lie here) and the roads. As a job, from the command line, at a close."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.job_worker import JobContext
from mealroute.checks import service
from mealroute.checks.records import RunRecord
from mealroute.core import jobs
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import speaking
from mealroute.core.jobs import JobId
from mealroute.oversight import complaint_queries
from mealroute.subsidy.queries import month_days

KIND = "check-month"


def check_month(
    db: Session, month: str, *, by: Actor, clock: Clock, matrix_of: service.MatrixOf | None = None,
    progress: Callable[[int, int, date], None] | None = None,
) -> RunRecord:  # fmt: skip
    """Look at a month with the complaints that stand. Raises MealrouteError as ``checks.service.check_month``."""
    first, last = month_days(month)
    complaints = [
        (one.book_line_id, one.blamed or "", str(one.kind), str(one.id), one.day)
        for one in complaint_queries.blamed(db, first, last)
        if one.counts
    ]
    return service.check_month(
        db, month, by=by, clock=clock, complaints=complaints, matrix_of=matrix_of, progress=progress
    )


def ask(db: Session, month: str, *, by: Actor, clock: Clock) -> tuple[JobId, bool]:
    """Queue a look at a month; while one is under way that one is meant, and ``False`` comes with it."""
    month_days(month)
    payload = {"month": month, "by": {"account_id": by.account_id, "name": by.name, "role": str(by.role)}}
    return jobs.enqueue(db, KIND, f"{KIND}/{month}", payload, by=by, clock=clock)


def under_way(db: Session, month: str) -> jobs.JobRecord | None:
    """The look at a month that waits or runs now."""
    number = db.scalar(select(jobs.Job.id).where(jobs.Job.kind == KIND, jobs.Job.open_key == f"{KIND}/{month}"))
    return None if number is None else jobs.job(db, JobId(number))


def run(job: JobContext) -> None:
    """The handler: one transaction, progress by the day; dropped when somebody cancels."""
    from mealroute.adapters.networks import travel_of  # builds road networks; not needed to start a worker

    month, who = job.payload["month"], job.payload["by"]
    by = Actor(account_id=who["account_id"], name=who["name"], role=Role(who["role"]), scope=Scope.everything())

    def told(n: int, days: int, day: date) -> None:
        job.report(stage="checking", day=day.isoformat(), done=n, of=days)

    job.report(stage="checking")
    with speaking("zh"), unit_of_work() as db:
        found = check_month(db, month, by=by, clock=job.clock, matrix_of=travel_of().matrix, progress=told)
        if job.cancelled():
            db.rollback()
            return
        job.finish(db, {"month": month, "found": found.found, "new": found.new, "gone": found.gone})
