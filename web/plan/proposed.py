"""The searches of a draft that are under way, and the proposals that wait beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.core import jobs
from mealroute.core.actor import Actor
from mealroute.drafting import proposals, queries
from mealroute.drafting.records import DraftId, Effect, ProposalRecord
from mealroute.drafting.words import differences
from web import here
from web.plan.supposed import supposed_sentence

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

KINDS = (proposals.REPLAN, proposals.WHAT_IF)


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal beside the plan, in words."""

    record: ProposalRecord
    title: str
    costs: tuple[str, ...]


def beside_plan(db: Session, draft_id: DraftId) -> tuple[ProposalView, ...]:
    """What waits for a decision, the newest first."""
    return tuple(
        ProposalView(
            one, supposed_sentence(one.assumes), tuple(differences(Effect(before=one.before, after=one.after)))
        )
        for one in queries.proposals(db, draft_id)
        if one.state == proposals.OPEN
    )


def running(db: Session, draft_id: DraftId) -> jobs.JobRecord | None:
    """The search of this draft that is under way or waiting, the newest."""
    found = (job for job in jobs.recent(db) if job.kind in KINDS and job.open and job.payload.get("draft") == draft_id)
    return next(found, None)


def stop_all(db: Session, draft_id: DraftId, *, keep: bool, by: Actor) -> None:
    """Stop the draft's searches: keep the best found, or drop it."""
    for job in jobs.recent(db):
        if job.kind in KINDS and job.open and job.payload.get("draft") == draft_id:
            jobs.stop(db, job.id, keep=keep, by=by, clock=here.clock())
