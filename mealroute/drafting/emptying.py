"""Letting go of what ended drafts stood on: some 2 MB of travel times each, that nobody opens again.

The draft, its trail and every arrangement stay. What a saved draft became is a plan version with its own times.
"""

from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.drafting.models import DraftGround, PlanDraft
from mealroute.drafting.records import DraftState

KEPT = timedelta(days=30)
"""A month, so that a question about a plan can still be followed on its draft."""
AT_ONCE = 50


def due(db: Session, *, clock: Clock) -> tuple[int, ...]:
    """Grounds of drafts that ended long ago and still hold their travel times; at most so many as one run takes."""
    query = (
        select(DraftGround.id)
        .join(PlanDraft, PlanDraft.id == DraftGround.draft_id)
        .where(
            PlanDraft.state != str(DraftState.OPEN), PlanDraft.closed_at < clock.now() - KEPT,
            func.length(DraftGround.content) > 0,
        )
    )  # fmt: skip
    return tuple(db.scalars(query.order_by(DraftGround.id).limit(AT_ONCE)))


def empty(db: Session, *, clock: Clock) -> int:
    """Empty what is due; answers how many grounds. Doing it again empties nothing twice."""
    found = due(db, clock=clock)
    if found:
        # not through the mapper, which refuses any change of a row that is written once
        db.execute(
            update(DraftGround.__table__).where(DraftGround.__table__.c.id.in_(found)).values(content=b"", matrices=b"")  # type: ignore[arg-type]
        )
        audit.record(
            db, by=SYSTEM, clock=clock, action="drafting.grounds-emptied", subject="draft-grounds", rows=len(found)
        )
    return len(found)


def tick(*, clock: Clock) -> None:
    """Once an hour in the web process; writes only when there is something."""
    with unit_of_work(read_only=True) as db:
        waiting = due(db, clock=clock)
    if waiting:
        with unit_of_work() as db:
            empty(db, clock=clock)
