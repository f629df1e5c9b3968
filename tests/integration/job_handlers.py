"""Handlers that the tests of jobs let a real worker process run."""

import os
import time
from pathlib import Path

from mealroute.adapters.job_worker import JobContext
from mealroute.core import audit, db
from mealroute.core.actor import SYSTEM
from mealroute.core.errors import MealrouteError


def slow(job: JobContext) -> None:
    """Say in a file who works and on which attempt, then wait for the file ``go``, then write one row and the result."""
    folder = Path(job.payload["folder"])
    (folder / f"attempt-{job.job.attempt}").write_text(str(os.getpid()))
    while not (folder / "go").exists():
        if job.cancelled():
            return
        job.report(stage="waiting", attempt=job.job.attempt)
        time.sleep(0.05)
    with db.unit_of_work() as session:
        audit.record(session, by=SYSTEM, clock=job.clock, action="test.done", subject=f"job/{job.job.id}")
        job.finish(session, {"attempt": job.job.attempt})


def refusing(_job: JobContext) -> None:
    raise MealrouteError("nothing-to-plan", "There is nothing to plan.", "Close the book first.")


def crashing(_job: JobContext) -> None:
    raise RuntimeError("a mistake")
