"""Handlers that the tests of jobs let a real worker process run."""

import ctypes
import os
import signal
import time
from pathlib import Path

from mealroute.adapters.job_worker import JobContext
from mealroute.core import audit, db
from mealroute.core.actor import SYSTEM
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from solver.process import ProcessPool


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


def saving(job: JobContext) -> None:
    """As ``slow``, but it waits to be killed inside the transaction that writes the row and the result, until there is ``go``."""
    folder = Path(job.payload["folder"])
    (folder / f"attempt-{job.job.attempt}").write_text(str(os.getpid()))
    with db.unit_of_work() as session:
        audit.record(session, by=SYSTEM, clock=job.clock, action="test.done", subject=f"job/{job.job.id}")
        job.finish(session, {"attempt": job.job.attempt})
        (folder / f"saving-{job.job.attempt}").touch()
        time.sleep(0 if (folder / "go").exists() else 600)


def deaf(job: JobContext) -> None:
    """Never looks whether it should end, and lets nothing else of its process run: as a native library may.

    It falls silent after its last beat: a beat frozen inside its transaction would hold SQLite's write lock.
    """
    folder = Path(job.payload["folder"])
    job._ended.set()
    job._beater.join()
    (folder / f"attempt-{job.job.attempt}").write_text(str(os.getpid()))
    ctypes.PyDLL(None).sleep(60)  # with the interpreter lock held


def with_engine(job: JobContext) -> None:
    """Waits for an engine process of its own, as a search does."""
    folder = Path(job.payload["folder"])
    with ProcessPool() as pool:
        pool.start("time:sleep", 60)
        wait = pool.pids()
        (folder / f"engine-{job.job.attempt}").write_text(" ".join(map(str, wait)))
        (folder / f"attempt-{job.job.attempt}").write_text(str(os.getpid()))
        time.sleep(60)


def dying(job: JobContext) -> None:
    """Crashes as a native library does, on its first attempt."""
    if job.job.attempt == 1:
        os.kill(os.getpid(), signal.SIGSEGV)
    with db.unit_of_work() as session:
        job.finish(session, {"attempt": job.job.attempt})


def refusing(_job: JobContext) -> None:
    raise MealrouteError("nothing-to-plan", _("%(month)s has not begun.", month="2026-03"), _("Write it as 2026-02."))


def crashing(_job: JobContext) -> None:
    raise RuntimeError("a mistake")
