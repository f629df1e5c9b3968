"""What runs in a worker process: one attempt of one job, with a lease that is renewed twice a second."""

import importlib
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mealroute.core import crypto, db, jobs
from mealroute.core.clock import Clock, SystemClock
from mealroute.core.config import Settings
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.jobs import JobId, JobRecord, StaleAttempt

log = logging.getLogger(__name__)

BEAT_S = 0.5
"""How often progress is written and the wish to cancel is read."""


class JobContext:
    """What a handler sees of its job. ``report`` is cheap: only the newest progress is written, at the next beat."""

    def __init__(self, job: JobRecord, clock: Clock) -> None:
        self.job = job
        self.clock = clock
        self._progress: Mapping[str, Any] | None = None
        self._stop = threading.Event()
        self._cancel = threading.Event()
        self._ended = threading.Event()
        self._beater = threading.Thread(target=self._beat, name=f"job-{job.id}-lease", daemon=True)

    @property
    def payload(self) -> Mapping[str, Any]:
        return self.job.payload

    def report(self, **progress: object) -> None:
        """How the work stands; small values that fit JSON."""
        self._progress = progress

    def stopping(self) -> bool:
        """True once the work should end: to keep what it has, or to drop it if ``cancelled`` as well."""
        return self._stop.is_set() or self._cancel.is_set()

    def cancelled(self) -> bool:
        """True once somebody asked to drop the work, or another worker has taken the job."""
        return self._cancel.is_set()

    def finish(self, session: Session, result: Mapping[str, Any]) -> None:
        """Write the result in the handler's own transaction. Raises StaleAttempt: nothing of it is kept then."""
        jobs.finish(session, self.job.id, self.job.attempt, result, clock=self.clock)

    def __enter__(self) -> Self:
        self._beater.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._beater.join(timeout=5)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_S):
            progress, self._progress = self._progress, None
            try:
                with db.unit_of_work() as session:
                    stop, cancel = jobs.heartbeat(session, self.job.id, self.job.attempt, progress, clock=self.clock)
            except StaleAttempt:
                stop = cancel = True
            except Exception:
                log.exception("job heartbeat failed", extra={"job": self.job.id})
                continue  # a busy database: the lease outlives thirty missed beats
            if stop:
                self._stop.set()
            if cancel:
                self._cancel.set()


def configure() -> Settings:
    """Connect this process as the environment says, unless its caller has connected it already."""
    settings = Settings.from_env()
    try:
        db.engine()
    except MealrouteError:
        crypto.configure_keys(settings.field_keys)
        db.configure(settings.database_url)
    return settings


def run_attempt(job_id: int, target: str) -> bool:
    """Claim a queued job and let ``target`` (``module:function``) work on it; False where there was nothing to claim.

    Never raises for the job's own failure.
    A MealrouteError ends the job with its code and sentence. Anything else is logged and ends it as ``job-crashed``. Only
    a dead process leaves a job open, for ``jobs.sweep``.
    """
    clock = SystemClock(ZoneInfo(configure().timezone))
    with db.unit_of_work() as session:
        job = jobs.claim(session, JobId(job_id), clock=clock)
    if job is None:
        return False
    try:
        with JobContext(job, clock) as context:
            _handler(target)(context)
            stopped = context.cancelled()
        _close(job, stopped, clock)
    except StaleAttempt:
        log.warning("job attempt superseded", extra={"job": job.id})
    except MealrouteError as error:
        _fail(job, error.code, f"{error.sentence} {error.hint}".strip(), clock)
    except Exception:
        log.exception("job crashed", extra={"job": job.id})
        _fail(job, "job-crashed", _("The program made a mistake; nothing was saved. It is noted in the log."), clock)
    return True


def _handler(target: str) -> Callable[[JobContext], None]:
    module, function = target.split(":")
    handler: Callable[[JobContext], None] = getattr(importlib.import_module(module), function)
    return handler


def _close(job: JobRecord, stopped: bool, clock: Clock) -> None:
    """A handler that ended without a result was cancelled, or forgot to finish: either way the job is closed."""
    with db.unit_of_work() as session:
        if not jobs.job(session, job.id).open:
            return
        if stopped:
            jobs.cancelled(session, job.id, job.attempt, clock=clock)
        else:
            jobs.fail(session, job.id, job.attempt, "no-result", _("The work ended without a result."), clock=clock)


def _fail(job: JobRecord, code: str, sentence: str, clock: Clock) -> None:
    try:
        with db.unit_of_work() as session:
            jobs.fail(session, job.id, job.attempt, code, sentence, clock=clock)
    except StaleAttempt:
        log.warning("job attempt superseded", extra={"job": job.id})
