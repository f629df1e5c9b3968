"""Work outside the web process: dask.distributed carries it, the job table decides about it (docs/adr/0003-jobs.md).

One background thread of the web process looks at the table, starts a cluster when there is something to do, and
submits what is queued. Without MEALROUTE_SCHEDULER that is a local cluster, whose processes end with this one.
"""

import atexit
import logging
import threading
from typing import Any, Protocol
from uuid import uuid4

from mealroute.adapters.job_worker import run_attempt
from mealroute.adapters.registry import HANDLERS, TICKS
from mealroute.adapters.ticks import Ticker
from mealroute.core import db, jobs
from mealroute.core.clock import Clock
from mealroute.core.config import Settings
from mealroute.core.i18n import _
from mealroute.core.jobs import JobId

__all__ = ["HANDLERS", "TICKS", "DaskExecutor", "Executor"]

log = logging.getLogger(__name__)

SWEEP_S = 2.0
"""How often the table is looked at without being asked: finds jobs of dead workers and of other web processes."""
LOCAL_THREADS = 2
"""Jobs at once on the local cluster; engines run in processes of their own, so one worker process is enough."""


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
        self._settings = settings
        self._client: Any = None
        self._cluster: Any = None
        self._flying: dict[int, Any] = {}
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
        """Stop looking; the local cluster ends, its unfinished jobs are taken up by the next start."""
        if self._closed:
            return
        self._closed = True
        self._wake.set()
        self._ticker.close()
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        for thing in (self._client, self._cluster):
            if thing is not None:
                thing.close(timeout=5)

    def _loop(self) -> None:
        while not self._closed:
            try:
                self.look()
            except Exception:
                log.exception("job sweep failed")
            self._wake.wait(SWEEP_S)
            self._wake.clear()

    def look(self) -> None:
        """One look at the table: free what dead workers held, submit what is queued."""
        with db.unit_of_work() as session:
            queued = jobs.sweep(session, clock=self._clock)
            waiting = [jobs.job(session, job_id) for job_id in queued]
        for job in waiting:
            if job.kind not in HANDLERS:
                self._refuse(job)
                continue
            with self._lock:
                if job.id in self._flying:
                    continue
                key = f"job-{job.id}-{uuid4().hex}"
                future = self._connected().submit(run_attempt, job.id, HANDLERS[job.kind], key=key, retries=0)
                self._flying[job.id] = future
            future.add_done_callback(lambda done, n=job.id, a=job.attempt + 1: self._landed(n, a, done))

    def _refuse(self, job: jobs.JobRecord) -> None:
        """A job that nobody here can do ends with a reason; it must not keep others from being started."""
        log.error("job of an unknown kind", extra={"job": job.id, "kind": job.kind})
        with db.unit_of_work() as session:
            if (claimed := jobs.claim(session, job.id, clock=self._clock)) is not None:
                sentence = _("This program does not know work of the kind %(kind)s.", kind=job.kind)
                jobs.fail(session, job.id, claimed.attempt, "unknown-kind", sentence, clock=self._clock)

    def _landed(self, job_id: JobId, attempt: int, future: Any) -> None:
        """The attempt is over. If its worker died, the job is freed at once instead of when its lease runs out."""
        with self._lock:
            self._flying.pop(job_id, None)
        if self._closed or future.status == "finished":
            return
        log.warning("job worker lost", extra={"job": job_id})
        try:
            with db.unit_of_work() as session:
                stop = jobs.job(session, job_id).cancel_requested
                jobs.orphan(session, job_id, attempt, stop=stop, clock=self._clock)
        except Exception:
            log.exception("job could not be freed; its lease will")
        self._wake.set()

    def _connected(self) -> Any:
        if self._client is not None and self._client.status == "running":
            return self._client
        import dask
        from distributed import Client, LocalCluster

        dask.config.set({"distributed.scheduler.allowed-failures": 0})
        logging.getLogger("distributed").setLevel(logging.ERROR)  # it logs addresses and connections at INFO
        if self._settings.scheduler:
            self._client = Client(self._settings.scheduler, timeout="10s", set_as_default=False)
            return self._client
        self._cluster = LocalCluster(
            n_workers=1,
            threads_per_worker=LOCAL_THREADS,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=None,
            silence_logs=logging.ERROR,
            env=_environment(self._settings),
        )
        self._client = Client(self._cluster, set_as_default=False)
        return self._client


def _environment(settings: Settings) -> dict[str, str]:
    """The settings that a local worker needs, as the variables it reads them from."""
    return {
        "MEALROUTE_DATABASE_URL": settings.database_url,
        "MEALROUTE_FIELD_KEYS": ",".join(settings.field_keys),
        "MEALROUTE_INSTANCE_DIR": str(settings.instance_dir),
        "MEALROUTE_OSRM_URL": settings.osrm_url,
        "MEALROUTE_TIMEZONE": settings.timezone,
    }
