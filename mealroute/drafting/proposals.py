"""Use-cases around searches on a draft: ask for one, keep what it found, take it or let it go."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from mealroute.core import audit, jobs
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, NotFound
from mealroute.core.i18n import _
from mealroute.core.jobs import JobId
from mealroute.drafting import loading, rules, searching, storing, writing
from mealroute.drafting.changes import WhatIf
from mealroute.drafting.changing import Applied
from mealroute.drafting.evaluate import Evaluation
from mealroute.drafting.loading import Standing
from mealroute.drafting.models import DraftProposal, PlanDraft
from mealroute.drafting.records import Answer, DraftId, DraftState, EditKind, ProposalId

REPLAN, WHAT_IF = "draft-replan", "draft-what-if"
"""Kinds of jobs (``adapters.registry``)."""
OPEN, TAKEN, DISMISSED = "open", "taken", "dismissed"


def start_replan(
    db: Session, draft_id: DraftId, *, seconds: float, street: str = "", seed: int = 0, by: Actor, clock: Clock
) -> JobId:
    """Search around everything that is locked; with ``street`` only on routes that serve that street alone.

    While such a search is under way for the draft (and street), that one is returned. Wake the executor after the commit.
    """
    return _start(db, draft_id, REPLAN, street or "all", {"street": street}, seconds, seed, by=by, clock=clock)


def start_what_if(
    db: Session, draft_id: DraftId, asked: WhatIf, *, seconds: float, seed: int = 0, by: Actor, clock: Clock
) -> JobId:
    """Search as if something were different; the answer is a proposal beside the draft, never taken by itself."""
    what = asked.asked()
    name = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:12]
    return _start(db, draft_id, WHAT_IF, name, {"asked": what}, seconds, seed, by=by, clock=clock)


def replan_key(draft_id: DraftId, street: str = "") -> str:
    """The natural key of a draft's search; ``core.jobs.latest`` finds the newest by it."""
    return f"{REPLAN}/{draft_id}/{street or 'all'}"


def keep(
    db: Session, at: Standing, found: Evaluation, *, job_id: JobId, kind: str, ground_id: int, detail: Mapping[str, Any], by: Actor, clock: Clock
) -> tuple[ProposalId, bool]:  # fmt: skip
    """Store what a search found, in the transaction that ends its job. A plain search is taken at once where nobody touched
    the same routes meanwhile; then the second answer is True.
    """
    now = at.now
    row = DraftProposal(
        draft_id=at.id, job_id=job_id, kind=kind, revision=at.edit.revision, detail=dict(detail), ground_id=ground_id,
        figures={
            "before": asdict(now.total), "after": asdict(found.total), "moved": len(rules.moved_stops(now.arrangement, found.arrangement)),
            "unplaced_before": len(now.unplaced), "unplaced_after": len(found.unplaced),
        },
        arrangement=storing.pack_arrangement(found.arrangement), by_name=by.name, at=clock.now(), state=OPEN, ended_by="",
    )  # fmt: skip
    db.add(row)
    db.flush()
    draft = loading.draft_row(db, at.id, lock=True)
    if kind != REPLAN or draft.state != DraftState.OPEN or not _better(now, found):
        return ProposalId(row.id), False
    try:
        with db.begin_nested():
            _take(db, draft, row, seen=draft.revision, by=by, clock=clock)
    except Conflict:
        return ProposalId(row.id), False
    return ProposalId(row.id), True


def take_proposal(
    db: Session, draft_id: DraftId, proposal_id: ProposalId, *, seen: int, by: Actor, clock: Clock
) -> Answer:
    """Make a proposal the draft's arrangement; one more change, which can be undone.

    Raises Conflict: ``proposal-ended``; ``proposal-old`` where people changed the same routes since, or the orders changed.
    """
    draft = loading.open_row(db, draft_id)
    writing.require_newest(db, draft, seen)
    return _take(db, draft, _proposal(db, draft_id, proposal_id), seen=seen, by=by, clock=clock)


def dismiss_proposal(db: Session, draft_id: DraftId, proposal_id: ProposalId, *, by: Actor, clock: Clock) -> None:
    """Let a proposal go."""
    row = _proposal(db, draft_id, proposal_id)
    _ended(row, DISMISSED, by=by, clock=clock)


def _start(
    db: Session, draft_id: DraftId, kind: str, name: str, what: Mapping[str, Any], seconds: float, seed: int, *, by: Actor, clock: Clock
) -> JobId:  # fmt: skip
    row = loading.open_row(db, draft_id)
    payload = {
        **what, "draft": draft_id, "day": row.day.isoformat(), "slot": row.slot, "time_limit_s": seconds, "seed": seed,
        "by": {"account_id": by.account_id, "name": by.name, "role": str(by.role)},
    }  # fmt: skip
    job_id, new = jobs.enqueue(db, kind, f"{kind}/{draft_id}/{name}", payload, by=by, clock=clock)
    if new:
        audit.record(
            db, by=by, clock=clock, action=f"drafting.{kind.removeprefix('draft-')}-started", subject=f"job/{job_id}",
            detail={"draft": draft_id, "seconds": seconds, **what.get("asked", {})},
        )  # fmt: skip
    return job_id


def _take(db: Session, draft: PlanDraft, row: DraftProposal, *, seen: int, by: Actor, clock: Clock) -> Answer:
    if row.state != OPEN:
        raise Conflict("proposal-ended", _("This proposal was taken or dismissed already."))
    at, base = loading.standing(db, draft), loading.standing(db, draft, at=row.revision)
    found = storing.unpack_arrangement(row.arrangement)
    arrangement = (
        searching.merged(base.arrangement, found, at.arrangement) if at.edit.ground_id == base.edit.ground_id else None
    )
    if arrangement is None:
        raise Conflict(
            "proposal-old", _("The draft has changed on the same routes since this was asked for."), _("Ask again: a search takes a minute.")
        )  # fmt: skip
    rules.require_locks(at.arrangement, arrangement)
    _ended(row, TAKEN, by=by, clock=clock)
    detail = {"proposal": row.id, "moved": len(rules.moved_stops(at.arrangement, arrangement)), **row.detail}
    done = Applied(arrangement=arrangement, kind=EditKind.PROPOSAL_TAKEN, detail=detail)
    return writing.written(db, draft, at, done, seen=seen, by=by, clock=clock, ground_id=row.ground_id)


def _better(now: Evaluation, found: Evaluation) -> bool:
    """Not a worse plan: no more left over, no more broken, and then no dearer."""

    def order(at: Evaluation) -> tuple[int, int, int]:
        return len(at.unplaced), len(at.broken), at.total.cost_fen

    return order(found) <= order(now)


def _proposal(db: Session, draft_id: DraftId, proposal_id: ProposalId) -> DraftProposal:
    row = db.get(DraftProposal, proposal_id, with_for_update=True)
    if row is None or row.draft_id != draft_id:
        raise NotFound("proposal-not-found", _("There is no such proposal."))
    return row


def _ended(row: DraftProposal, state: str, *, by: Actor, clock: Clock) -> None:
    if row.state != OPEN:
        raise Conflict("proposal-ended", _("This proposal was taken or dismissed already."))
    row.state, row.ended_by, row.ended_at = state, by.name, clock.now()
