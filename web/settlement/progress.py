"""How far the preparing, signing or closing of a month is, as its page and the page's script show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.core import job_queue
from mealroute.core.i18n import _
from mealroute.core.jobs import JobState
from mealroute.settlement import jobs, signing_jobs
from mealroute.settlement.records import Step, StepRecord
from mealroute.subsidy.rulebook import load_rulebook
from web.formatters import minutes
from web.vocabulary import word

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from mealroute.core.actor import Actor
    from mealroute.settlement.asked import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One part of the work: ``state`` is done, now or next."""

    name: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the work is; ``percent`` counts each stage alike and days within it."""

    stages: tuple[Stage, ...]
    percent: str
    said: str
    elapsed: str


def progress_of(work: Asked, names: tuple[str, ...], place: int | None) -> Progress:
    """The work as the page and its script show it; ``names`` are its stages in their order."""
    told = work.job.progress
    at = names.index(told["stage"]) if told.get("stage") in names else -1
    done, of = int(told.get("done") or 0), int(told.get("of") or 0)
    share = (max(at, 0) + (done / of if of else 0)) / len(names)
    stages = tuple(
        Stage(name=name, state="done" if number < at else "now" if number == at else "next")
        for number, name in enumerate(names)
    )
    return Progress(
        stages=stages, percent=f"{round(share * 100)}%", said=_said(work, place, done, of),
        elapsed=minutes(int(told.get("running_s") or 0)),
    )  # fmt: skip


def _said(work: Asked, place: int | None, done: int, of: int) -> str:
    if work.job.cancel_requested and work.open:
        return _("Being dropped")
    if work.job.state is JobState.QUEUED:
        waiting = work.job.waiting_code
        return word("job-waiting", waiting) if waiting else _("Place %(n)d in the queue", n=place or 1)
    stage = str(work.job.progress.get("stage") or "")
    if not stage:
        return word("job-state", work.job.state)
    what = word("job-stage", stage)
    return _("%(what)s: %(done)d of %(of)d", what=what, done=done, of=of) if of else what


def shown(
    db: Session, month: str, history: tuple[StepRecord, ...], *, by: Actor
) -> tuple[jobs.Work | None, Progress | None]:
    """The work that a page of the month shows: under way, or ended without its step and nothing has been done since.

    What is under way comes first, and of two the reader's own signing: the other is shown once that is over.
    """
    payer = load_rulebook().payer
    found = (signing_jobs.last(db, payer, month, by.account_id), jobs.last(db, payer, month))
    works = sorted((work for work in found if work is not None), key=lambda work: not work.open)
    for work in works:
        if work.open:
            return work, progress_of(work, _stages(work.step), job_queue.places(db).get(work.job.id))
        since = [entry for entry in history if work.ended_at is not None and entry.at >= work.ended_at]
        if not since and work.job.state is not JobState.DONE:
            return work, None
    return None, None


def _stages(step: Step) -> tuple[str, ...]:
    return signing_jobs.STAGES if step is Step.CHECK else jobs.STAGES[step]
