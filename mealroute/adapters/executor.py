"""Work outside the web process: dask.distributed carries it, the job table decides about it (docs/adr/0003-jobs.md).

One background thread of the web process looks at the table, connects to a cluster when there is something to do, and
submits as many of the queued jobs as it has room for, in an order that is fair between those who asked.
"""

import atexit
import logging
import threading
from typing import Any, Protocol
from uuid import uuid4

from mealroute.adapters.cluster import Cluster
from mealroute.adapters.registry import HANDLERS, TICKS
from mealroute.adapters.ticks import Ticker
from mealroute.core import db, job_queue, jobs
from mealroute.core.clock import Clock
from mealroute.core.config import Settings
from mealroute.core.i18n import _l, in_each
from mealroute.core.jobs import JobId, JobRecord

__all__ = ["HANDLERS", "TICKS", "DaskExecutor", "Executor"]

log = logging.getLogger(__name__)

SWEEP_S = 2.0
"""How often the table is looked at without being asked: finds jobs of dead workers and of other web processes."""
RUN_ATTEMPT = "mealroute.adapters.job_attempt:run_attempt"
WORKERS_REFUSE = "workers-refuse"
"""The reason to wait when attempts fail before they begin: a worker without the program, its database or its keys."""


class Executor(Protocol):
    """Carries out queued jobs."""

    def wake(self) -> None:
        """Look at the table now: something was queued (call it after the commit)."""
        ...

    def close(self) -> None: ...


class DaskExecutor:
    """Carries jobs to a dask cluster: the one at ``settings.scheduler``, or a local one that is started at the first job."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._cluster = Cluster(settings)
        self._flying: dict[JobId, Any] = {}
        self._connections = 0
        self._trouble = ""
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="jobs", daemon=True)
        self._ticker = Ticker(clock, TICKS)

    def start(self) -> "DaskExecutor":
        """Begin to look at the table, which costs nothing until a job is queued, and to call the ticks."""
        self._thread.start()
        self._ticker.start()
        atexit.register(self.close)
        return self

    def wake(self) -> None:
        self._wake.set()

    def close(self) -> None:
        """Stop looking. A local cluster ends and frees its unfinished jobs for the next start; workers outside go on."""
        if self._closed:
            return
        self._closed = True
        self._wake.set()
        self._ticker.close()
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        with self._lock:
            unfinished = tuple(self._flying)
        self._cluster.close()
        if not self._cluster.outside:
            for job_id in unfinished:
                self._free(job_id)

    def _loop(self) -> None:
        while not self._closed:
            try:
                self.look()
            except Exception:
                log.exception("job sweep failed")
            self._wake.wait(SWEEP_S)
            self._wake.clear()

    def look(self) -> None:
        """One look at the table: free what dead workers held, begin what is next."""
        with db.unit_of_work(read_only=True) as session:
            lapsed = jobs.any_lapsed(session, clock=self._clock)
        if lapsed:
            with db.unit_of_work() as session:
                jobs.sweep(session, clock=self._clock)
        with db.unit_of_work(read_only=True) as session:
            waiting = job_queue.queue(session)
            under_way = sum(job_queue.running(session).values())
        known = [job for job in waiting if job.kind in HANDLERS]
        for job in waiting:
            if job.kind not in HANDLERS:
                self._refuse(job)
        if known:
            self._begin(known, under_way)

    def _begin(self, waiting: list[JobRecord], under_way: int) -> None:
        slots = self._cluster.slots()
        reason = self._cluster.reason or self._trouble
        if any(job.waiting_code != reason for job in waiting):
            with db.unit_of_work() as session:
                job_queue.set_waiting(session, reason)
        with self._lock:
            if self._cluster.connections != self._connections:
                self._connections = self._cluster.connections
                self._flying.clear()
            submitted = [job for job in waiting if job.id in self._flying]
        free = slots - under_way - len(submitted)
        for job in [job for job in waiting if job not in submitted][: max(0, free)]:
            future = self._cluster.submit(
                RUN_ATTEMPT, job.id, HANDLERS[job.kind], slots, key=f"job-{job.id}-{uuid4().hex}"
            )
            with self._lock:
                self._flying[job.id] = future
            future.add_done_callback(lambda done, n=job.id, a=job.attempt + 1: self._landed(n, a, done))

    def _refuse(self, job: JobRecord) -> None:
        """A job that nobody here can do ends with a reason; it must not keep others from being started."""
        log.error("job of an unknown kind", extra={"job": job.id, "kind": job.kind})
        with db.unit_of_work() as session:
            if (claimed := jobs.claim(session, job.id, clock=self._clock)) is not None:
                sentence = in_each(_l("This program does not know work of the kind %(kind)s."), kind=job.kind)
                jobs.fail(session, job.id, claimed.attempt, "unknown-kind", sentence, clock=self._clock)

    def _landed(self, job_id: JobId, attempt: int, future: Any) -> None:
        """The attempt is over. If its worker died, the job is freed at once instead of when its lease runs out.

        A future that dask cancelled says only that the scheduler is gone: the worker may well be at work still.
        """
        with self._lock:
            if self._flying.get(job_id) is future:
                self._flying.pop(job_id)
        if self._closed:
            return
        self._trouble = ""
        if future.status == "error":
            error = type(future.exception()).__name__
            log.warning("job worker lost: %s", error, extra={"job": job_id})
            self._free(job_id, attempt)
            if error != "KilledWorker":
                self._trouble = WORKERS_REFUSE
                return  # tried again at the next look, not at once
        self._wake.set()

    def _free(self, job_id: JobId, attempt: int | None = None) -> None:
        try:
            with db.unit_of_work() as session:
                job = jobs.job(session, job_id)
                stop, held = job.cancel_requested, job.attempt if attempt is None else attempt
                jobs.orphan(session, job_id, held, stop=stop, clock=self._clock)
        except Exception:
            log.exception("job could not be freed; its lease will")
