"""Who is next: queued jobs in an order that is fair between those who asked, and each one's share of the machine."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mealroute.core import jobs
from mealroute.core.jobs import Job, JobId, JobRecord, JobState


def fair_order(queued: Sequence[JobRecord], running: Mapping[str, int]) -> tuple[JobRecord, ...]:
    """The order in which the queued jobs will begin, as far as is known now.

    Next is always a job of the asker with the fewest jobs under way, among those the one that has waited longest. Each job
    that is put in the order counts as under way for those behind it, so that askers take turns.
    """
    under_way = Counter(running)
    waiting = sorted(queued, key=lambda job: (job.created_at, job.id))
    order = []
    while waiting:
        chosen = min(waiting, key=lambda job: under_way[job.asker])  # the first of equals: longest waiting
        waiting.remove(chosen)
        under_way[chosen.asker] += 1
        order.append(chosen)
    return tuple(order)


def queue(db: Session) -> tuple[JobRecord, ...]:
    """The queued jobs, the next one first."""
    queued = [jobs.job(db, JobId(found)) for found in db.scalars(select(Job.id).where(Job.state == JobState.QUEUED))]
    return fair_order(queued, running(db))


def running(db: Session) -> Mapping[str, int]:
    """How many jobs each asker has under way."""
    rows = db.execute(select(Job.asker, func.count()).where(Job.state == JobState.RUNNING).group_by(Job.asker))
    return {asker: count for asker, count in rows}  # noqa: C416 -- rows are not pairs to the type checker


def places(db: Session) -> Mapping[JobId, int]:
    """The place of each queued job, counted from 1."""
    return {job.id: place for place, job in enumerate(queue(db), 1)}


def threads_for(db: Session, cores: int) -> int:
    """Threads for a search that begins now: the cores ÷ the searches under way and about to be, at least one.

    ``cores`` bounds the searches that run at once. The caller's own job counts, whether it is claimed already or not.
    """
    at_once = db.scalar(select(func.count()).select_from(Job).where(Job.state.in_((JobState.RUNNING, JobState.QUEUED))))
    return max(1, cores // max(1, min(cores, at_once or 1)))


def set_waiting(db: Session, code: str) -> None:
    """Note on every queued job why none can begin now (``scheduler-away``, ``no-workers``); an empty code takes it back."""
    db.execute(
        update(Job)
        .where(Job.state == JobState.QUEUED, Job.waiting_code != code)
        .values(waiting_code=code)
        .execution_options(synchronize_session=False)
    )
