"""The table of jobs is the truth about work outside the web process: who may write a result, since when, how far.

A job is attempted under a number. Only the current attempt may report progress or a result (fencing), and only while its
lease has not been given to another. A killed worker's lease runs out; ``sweep`` then queues the job again or gives it up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NewType

from sqlalchemy import Index, Row, String, Text, UniqueConstraint, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.db import Base, JsonDict, UtcDateTime
from mealroute.core.errors import NotFound
from mealroute.core.i18n import DEFAULT_LANGUAGE, _, _l, again, chosen, in_each

JobId = NewType("JobId", int)

LEASE = timedelta(seconds=15)
"""How long a silent worker keeps its job: thirty missed reports at two a second, so a busy machine is no dead one."""
MAX_ATTEMPTS = 3
"""After so many dead workers the job itself is suspected."""


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.QUEUED, JobState.RUNNING)


class Job(Base):
    """One piece of work. ``natural_key`` is unique among open jobs: asking twice starts it once.

    ``stop_requested``: end soon and keep the best so far; ``cancel_requested``: end and drop everything. ``asker`` is whose
    turn it takes in the queue: a street, or a person of the district. ``waiting_code``: why it is not begun though it could be.
    """

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("open_key"), Index(None, "state", "lease_until"), Index(None, "natural_key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    natural_key: Mapped[str] = mapped_column(String(120))
    open_key: Mapped[str | None] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(JsonDict)
    progress: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    stop_requested: Mapped[bool] = mapped_column(default=False)
    error_code: Mapped[str] = mapped_column(String(60), default="")
    error_sentence: Mapped[str] = mapped_column(Text, default="")
    asker: Mapped[str] = mapped_column(String(120), default="")
    waiting_code: Mapped[str] = mapped_column(String(40), default="")
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job as a page shows it."""

    id: JobId
    kind: str
    state: JobState
    natural_key: str
    payload: Mapping[str, Any]
    progress: Mapping[str, Any]
    result: Mapping[str, Any]
    attempt: int
    cancel_requested: bool
    stop_requested: bool
    error_code: str
    error_sentence: str
    asker: str
    waiting_code: str
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def open(self) -> bool:
        return self.state in OPEN


class StaleAttempt(Exception):
    """The attempt no longer owns the job: another worker has it now. Whoever gets this must stop and write nothing."""


def enqueue(
    db: Session, kind: str, natural_key: str, payload: Mapping[str, Any], *, by: Actor, clock: Clock
) -> tuple[JobId, bool]:
    """Queue a job; while an open job with the same ``natural_key`` exists, that one is returned with ``False``."""
    standing = db.scalar(select(Job.id).where(Job.open_key == natural_key))
    if standing is not None:
        return JobId(standing), False
    job = Job(
        kind=kind, state=JobState.QUEUED, natural_key=natural_key, open_key=natural_key, payload=dict(payload), progress={}, result={},
        attempt=0, cancel_requested=False, stop_requested=False, asker=asker_of(by), created_by=by.name, created_at=clock.now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(job)
    except IntegrityError:  # somebody asked for the same in this very moment
        return JobId(db.scalars(select(Job.id).where(Job.open_key == natural_key)).one()), False
    return JobId(job.id), True


def asker_of(by: Actor) -> str:
    """Whose turn a job takes: the people of one street share theirs, everyone else has one of their own."""
    if by.scope.streets is not None and len(by.scope.streets) == 1:
        return f"street/{next(iter(by.scope.streets))}"
    return "program" if by.account_id is None else f"account/{by.account_id}"


def claim(db: Session, job_id: JobId, *, clock: Clock) -> JobRecord | None:
    """Begin the next attempt of a queued job; None where somebody else was quicker or the job is no longer queued."""
    now = clock.now()
    changed = db.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.QUEUED)
        .values(
            state=JobState.RUNNING,
            attempt=Job.attempt + 1,
            lease_until=now + LEASE,
            started_at=now,
            progress={},
            stop_requested=False,
            waiting_code="",
        )
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        return None
    return job(db, job_id)


def heartbeat(
    db: Session, job_id: JobId, attempt: int, progress: Mapping[str, Any] | None, *, clock: Clock
) -> tuple[bool, bool]:
    """Renew the lease, store progress; returns whether somebody asked to stop and keep, and to cancel.

    Raises
    ------
    StaleAttempt
        The job is no longer this attempt's.
    """
    values: dict[str, Any] = {"lease_until": clock.now() + LEASE}
    if progress is not None:
        values["progress"] = dict(progress)
    _fenced(db, job_id, attempt, values)
    stop, cancel = db.execute(select(Job.stop_requested, Job.cancel_requested).where(Job.id == job_id)).one()
    return stop, cancel


def finish(db: Session, job_id: JobId, attempt: int, result: Mapping[str, Any], *, clock: Clock) -> None:
    """Write the result, in the same transaction as the work's own rows. Raises StaleAttempt: then nothing is kept."""
    _fenced(
        db,
        job_id,
        attempt,
        {"state": JobState.DONE, "result": dict(result), "finished_at": clock.now(), "open_key": None},
    )


def cancelled(db: Session, job_id: JobId, attempt: int, *, clock: Clock) -> None:
    """The worker saw the wish to cancel and has dropped its work."""
    _fenced(db, job_id, attempt, {"state": JobState.CANCELLED, "finished_at": clock.now(), "open_key": None})


def fail(
    db: Session, job_id: JobId, attempt: int, code: str, sentence: str | Mapping[str, str], *, clock: Clock
) -> None:
    """The attempt ended with a reason that trying again will not mend; ``sentence`` by language, to be read in the reader's own."""
    ended = {"state": JobState.FAILED, "finished_at": clock.now(), "open_key": None, "error_code": code}
    _fenced(db, job_id, attempt, ended | _said(db, job_id, sentence))


def _said(db: Session, job_id: JobId, sentence: str | Mapping[str, str]) -> dict[str, Any]:
    """The columns of a reason: its text for whoever reads the table, and in each language beside the last figures of the progress."""
    if isinstance(sentence, str):
        return {"error_sentence": sentence}
    progress = db.scalar(select(Job.progress).where(Job.id == job_id)) or {}
    return {"error_sentence": sentence[DEFAULT_LANGUAGE], "progress": {**progress, _REASON: dict(sentence)}}


_REASON = "reason"


def request_cancel(db: Session, job_id: JobId, *, clock: Clock) -> JobRecord:
    """Ask a job to stop. A queued one stops at once, a running one when its search next looks."""
    db.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.QUEUED)
        .values(state=JobState.CANCELLED, cancel_requested=True, finished_at=clock.now(), open_key=None)
        .execution_options(synchronize_session=False)
    )
    db.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.RUNNING)
        .values(cancel_requested=True)
        .execution_options(synchronize_session=False)
    )
    return job(db, job_id)


def request_stop(db: Session, job_id: JobId, *, clock: Clock) -> JobRecord:
    """Ask a running job to end soon with the best that it has; a queued one has nothing yet and is cancelled."""
    db.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.RUNNING)
        .values(stop_requested=True)
        .execution_options(synchronize_session=False)
    )
    found = job(db, job_id)
    return request_cancel(db, job_id, clock=clock) if found.state is JobState.QUEUED else found


def sweep(db: Session, *, clock: Clock) -> tuple[JobId, ...]:
    """Queue again, or give up, every running job whose lease has run out; returns the ids now queued, oldest first."""
    for job_id, attempt, stop in _lapsed(db, clock):
        orphan(db, JobId(job_id), attempt, stop=stop, clock=clock)
    return tuple(
        JobId(found) for found in db.scalars(select(Job.id).where(Job.state == JobState.QUEUED).order_by(Job.id))
    )


def stop(db: Session, job_id: JobId, *, keep: bool, by: Actor, clock: Clock) -> JobRecord:
    """A person ends an open job: ``keep`` keeps the best that it has, else everything is dropped. Recorded once a wish.

    A job that is over stays as it is. Raises NotFound.
    """
    before = job(db, job_id)
    if not before.open or before.cancel_requested or (keep and before.stop_requested):
        return before
    after = (request_stop if keep else request_cancel)(db, job_id, clock=clock)
    audit.record(
        db, by=by, clock=clock, action="jobs.stopped" if keep else "jobs.dropped", subject=f"job/{job_id}",
        detail={"kind": before.kind, "key": before.natural_key},
    )  # fmt: skip
    return after


def any_lapsed(db: Session, *, clock: Clock) -> bool:
    """Whether ``sweep`` would change anything: asked first, so that an idle table is never locked for writing."""
    return bool(_lapsed(db, clock))


def _lapsed(db: Session, clock: Clock) -> Sequence[Row[int, int, bool]]:
    return db.execute(
        select(Job.id, Job.attempt, Job.cancel_requested).where(
            Job.state == JobState.RUNNING, Job.lease_until < clock.now()
        )
    ).all()


def orphan(db: Session, job_id: JobId, attempt: int, *, stop: bool, clock: Clock) -> None:
    """The worker of this attempt is dead: queue the job again, cancel it if that was wished, or give it up."""
    values: dict[str, Any] = {"lease_until": None}
    if stop:
        values |= {"state": JobState.CANCELLED, "finished_at": clock.now(), "open_key": None}
    elif attempt < MAX_ATTEMPTS:
        values |= {"state": JobState.QUEUED, "progress": {}}
    else:
        values |= {
            "state": JobState.FAILED,
            "finished_at": clock.now(),
            "open_key": None,
            "error_code": "worker-lost",
            **_said(
                db,
                job_id,
                in_each(_l("The work was interrupted %(n)d times; nothing was saved. Start it again."), n=attempt),
            ),
        }
    db.execute(
        update(Job)
        .where(Job.id == job_id, Job.attempt == attempt, Job.state == JobState.RUNNING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def job(db: Session, job_id: JobId) -> JobRecord:
    """The job as it stands in the database. Raises NotFound."""
    found = db.get(Job, job_id, populate_existing=True)
    if found is None:
        raise NotFound("job-not-found", _("There is no job %(n)d.", n=job_id))
    return _record(found)


def latest(db: Session, natural_key: str) -> JobRecord | None:
    """The newest job with this key."""
    found = db.scalar(
        select(Job)
        .where(Job.natural_key == natural_key)
        .order_by(Job.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return None if found is None else _record(found)


def recent(db: Session, *, limit: int = 50) -> tuple[JobRecord, ...]:
    """The newest jobs first."""
    return tuple(_record(found) for found in db.scalars(select(Job).order_by(Job.id.desc()).limit(limit)))


def _fenced(db: Session, job_id: JobId, attempt: int, values: Mapping[str, Any]) -> None:
    changed = db.execute(
        update(Job)
        .where(Job.id == job_id, Job.attempt == attempt, Job.state == JobState.RUNNING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleAttempt(f"attempt {attempt} of job {job_id} is not the current one")


def _record(found: Job) -> JobRecord:
    told = dict(found.progress)
    reason = chosen(told.pop(_REASON, None) or again(found.error_sentence))
    return JobRecord(
        id=JobId(found.id), kind=found.kind, state=JobState(found.state), natural_key=found.natural_key, payload=found.payload,
        progress=told, result=found.result, attempt=found.attempt, cancel_requested=found.cancel_requested, stop_requested=found.stop_requested,
        error_code=found.error_code, error_sentence=reason, asker=found.asker, waiting_code=found.waiting_code, created_by=found.created_by, created_at=found.created_at,
        started_at=found.started_at, finished_at=found.finished_at,
    )  # fmt: skip
