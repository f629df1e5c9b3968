"""What runs in the process of one attempt: the handler, with a lease that is renewed and progress that is written twice a second."""

import importlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from logging.handlers import QueueHandler
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mealroute.core import crypto, db, jobs
from mealroute.core.clock import Clock, SystemClock
from mealroute.core.config import Settings
from mealroute.core.curve import Curve
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _l, in_each, noting
from mealroute.core.jobs import JobId, JobRecord, StaleAttempt

log = logging.getLogger(__name__)

BEAT_S = 0.5
"""How often progress is written and the wish to stop is read."""


class JobContext:
    """What a handler sees of its job. ``report`` is cheap: only the newest progress is written, at the next beat.

    ``threads``: how many the work may use, so that jobs under way at the same time share the machine.
    """

    def __init__(self, job: JobRecord, clock: Clock, threads: int = 1) -> None:
        self.job = job
        self.clock = clock
        self.threads = threads
        self._progress: Mapping[str, Any] = {}
        self._curve = Curve()
        self._began = time.monotonic()
        self._stop = threading.Event()
        self._cancel = threading.Event()
        self._ended = threading.Event()
        self._beater = threading.Thread(target=self._beat, name=f"job-{job.id}-lease", daemon=True)

    @property
    def payload(self) -> Mapping[str, Any]:
        return self.job.payload

    def report(self, **progress: object) -> None:
        """How the work stands; small values that fit JSON, kept until they are reported anew.

        Pages know ``stage``, ``elapsed_s``, ``limit_s``, ``best_cost`` (cost units), ``unassigned`` (stops), ``set_aside`` (portions) and ``driver_hour_fen``, by which
        costs are shown as money. Every better ``best_cost`` becomes a point of the curve.
        """
        self._progress = {**self._progress, **progress}
        match progress:
            case {"best_cost": int(cost), "unassigned": int(unassigned), "elapsed_s": int(at) | float(at)}:
                self._curve.add(at, cost, unassigned)

    def stopping(self) -> bool:
        """True once the work should end: to keep what it has, or to drop it if ``cancelled`` as well."""
        return self._stop.is_set() or self._cancel.is_set()

    def cancelled(self) -> bool:
        """True once somebody asked to drop the work, or another worker has taken the job."""
        return self._cancel.is_set()

    def finish(self, session: Session, result: Mapping[str, Any]) -> None:
        """Write the result in the handler's own transaction. Raises StaleAttempt: nothing of it is kept then."""
        jobs.heartbeat(session, self.job.id, self.job.attempt, self._standing(), clock=self.clock)
        jobs.finish(session, self.job.id, self.job.attempt, result, clock=self.clock)

    def __enter__(self) -> Self:
        self._beater.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._beater.join(timeout=5)

    def _standing(self) -> Mapping[str, Any]:
        curve = {"curve": self._curve.points(), "gained_s": self._curve.gained_s}
        return {**self._progress, **curve, "running_s": round(time.monotonic() - self._began, 1)}

    def _beat(self) -> None:
        due = time.monotonic()
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            due = max(due + BEAT_S, time.monotonic())
            try:
                with db.unit_of_work() as session:
                    stop, cancel = jobs.heartbeat(
                        session, self.job.id, self.job.attempt, self._standing(), clock=self.clock
                    )
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


def work(job_id: int, attempt: int, target: str, threads: int, tell: Callable[[object], None]) -> None:
    """Let ``target`` (``module:function``) work on a job that was claimed as ``attempt``; what it logs goes to ``tell``.

    Never raises for the job's own failure: a MealrouteError ends the job with its code and sentence, anything else is logged
    and ends it as ``job-crashed``.
    """
    logging.getLogger().addHandler(_Forwarder(tell))
    clock = SystemClock(ZoneInfo(configure().timezone))
    with db.unit_of_work(read_only=True) as session:
        job = jobs.job(session, JobId(job_id))
    if job.attempt != attempt:
        return
    try:
        with noting() as noted, JobContext(job, clock, threads) as context:
            _handler(target)(context)
    except StaleAttempt:
        log.warning("job attempt superseded", extra={"job": job.id})
    except MealrouteError as error:
        sentence, hint = noted.in_each(error.sentence), noted.in_each(error.hint)
        _fail(job, error.code, {code: f"{said} {hint[code]}".strip() for code, said in sentence.items()}, clock)
    except Exception:
        log.exception("job crashed", extra={"job": job.id})
        _fail(
            job,
            "job-crashed",
            in_each(_l("The program made a mistake; nothing was saved. It is noted in the log.")),
            clock,
        )


class _Forwarder(QueueHandler):
    """Hands log records to the watching process, as text that needs nothing of this one."""

    def __init__(self, tell: Callable[[object], None]) -> None:
        super().__init__(None)  # type: ignore[arg-type]
        self._tell = tell

    def enqueue(self, record: logging.LogRecord) -> None:
        self._tell(record)


def _handler(target: str) -> Callable[[JobContext], None]:
    module, function = target.split(":")
    handler: Callable[[JobContext], None] = getattr(importlib.import_module(module), function)
    return handler


def _fail(job: JobRecord, code: str, sentence: Mapping[str, str], clock: Clock) -> None:
    try:
        with db.unit_of_work() as session:
            jobs.fail(session, job.id, job.attempt, code, sentence, clock=clock)
    except StaleAttempt:
        log.warning("job attempt superseded", extra={"job": job.id})
