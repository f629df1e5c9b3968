"""One attempt of a job, as a dask worker carries it out: the work has a process of its own, this one watches over it.

So a cancelled job ends at once, whatever its work is doing, a crash of a native library takes no other job along, and a
worker that dies takes its attempts with it (the kernel ends a child whose parent is gone).
"""

import logging
import time
from zoneinfo import ZoneInfo

from mealroute.adapters.cluster import cores
from mealroute.adapters.job_worker import configure
from mealroute.core import db, job_queue, jobs
from mealroute.core.clock import Clock, SystemClock
from mealroute.core.i18n import _l, in_each
from mealroute.core.jobs import JobId, JobRecord, StaleAttempt
from solver.process import Message, ProcessPool

log = logging.getLogger(__name__)

WATCH_S = 0.2
"""How often the wish to cancel is read."""
RENEW_S = 5.0
"""How often the lease is renewed here: the work renews it as well, but may hold its interpreter for long."""
LONGEST_S = 3600.0
"""Work that takes longer hangs; it is ended with a reason."""


def run_attempt(job_id: int, target: str, slots: int) -> bool:
    """Claim a queued job and let ``target`` (``module:function``) work on it; False where there was nothing to claim.

    ``slots`` is how many attempts the cluster has room for. Never raises for the job's own failure. A process that dies
    gives the job back to the queue; only a dead worker leaves it open, for ``jobs.sweep``.
    """
    clock = SystemClock(ZoneInfo(configure().timezone))
    with db.unit_of_work() as session:
        job = jobs.claim(session, JobId(job_id), clock=clock)
        threads = job_queue.threads_for(session, min(slots, cores()))
    if job is None:
        return False
    try:
        with ProcessPool() as pool:
            pool.start("mealroute.adapters.job_worker:work", job.id, job.attempt, target, threads)
            ended = _watched(pool, job, clock)
        _close(job, ended, clock)
    except StaleAttempt:
        log.warning("job attempt superseded", extra={"job": job.id})
    return True


def _watched(pool: ProcessPool, job: JobRecord, clock: Clock) -> str:
    """How it ended: ``done`` (the work has written its own end), ``cancelled``, ``too-long`` or ``lost``. Raises StaleAttempt."""
    began = renewed = time.monotonic()
    while True:
        message = pool.next_message(WATCH_S)
        if message is not None and message.kind == "progress":
            _log_of(message)
        elif message is not None:
            if message.kind == "failed":
                log.warning("job process lost: %s", message.value, extra={"job": job.id})
            return "done" if message.kind == "done" else "lost"
        now = time.monotonic()
        if now - began > LONGEST_S:
            return "too-long"
        try:
            if now - renewed > RENEW_S:
                with db.unit_of_work() as session:
                    jobs.heartbeat(session, job.id, job.attempt, None, clock=clock)
                renewed = now
            with db.unit_of_work(read_only=True) as session:
                standing = jobs.job(session, job.id)
        except StaleAttempt:
            raise
        except Exception:
            log.exception("job could not be looked at", extra={"job": job.id})
            continue  # a busy database: the lease outlives that
        if standing.attempt != job.attempt:
            raise StaleAttempt
        if standing.cancel_requested and standing.open:
            return "cancelled"


def _close(job: JobRecord, ended: str, clock: Clock) -> None:
    """Write how the attempt ended, after its process is gone."""
    with db.unit_of_work() as session:
        standing = jobs.job(session, job.id)
        if not standing.open or standing.attempt != job.attempt:
            return
        match "cancelled" if standing.cancel_requested else ended:
            case "cancelled":
                jobs.cancelled(session, job.id, job.attempt, clock=clock)
            case "too-long":
                sentence = in_each(_l("The work took longer than an hour and was ended; nothing was saved."))
                jobs.fail(session, job.id, job.attempt, "too-long", sentence, clock=clock)
            case "lost":
                jobs.orphan(session, job.id, job.attempt, stop=False, clock=clock)
            case _:
                sentence = in_each(_l("The work ended without a result."))
                jobs.fail(session, job.id, job.attempt, "no-result", sentence, clock=clock)


def _log_of(message: Message) -> None:
    """What the work's process wanted to log is logged here: its own standard error goes nowhere."""
    if isinstance(message.value, logging.LogRecord):
        logging.getLogger(message.value.name).handle(message.value)
