"""The clock of the ladder: cases whose time is over go up a rung. Called by itself every few seconds, safe to kill at any point."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import DEFAULT_LANGUAGE, speaking
from mealroute.delivery import climbing, ladder_rules, street_rules
from mealroute.delivery.ladder_records import Rung
from mealroute.delivery.models import FollowUp
from mealroute.delivery.records import CaseState
from mealroute.delivery.street_rules import Ladders

MOST = 200
"""So many cases a tick; the longest overdue first, the others a few seconds later."""


def tick(*, clock: Clock) -> None:
    """Take every open case to the rung that its time has reached. Each case is a transaction of its own.

    The due time in the database is the timer: a restart loses nothing, and of two processes the one that comes second finds the
    case moved already (the row is locked, and each rung's step has a key of its own).
    """
    with unit_of_work(read_only=True) as db:
        waiting = due(db, clock.now(), street_rules.ladders(db, clock.today()))
    for number in waiting:
        with unit_of_work() as db, speaking(DEFAULT_LANGUAGE):
            climb_due(db, number, clock=clock)


def due(db: Session, now: datetime, ladders: Ladders) -> tuple[int, ...]:
    """Open cases past their time that have somewhere to go, the longest overdue first."""
    query = (
        select(FollowUp.id, FollowUp.street_code, FollowUp.kind, FollowUp.rung)
        .where(FollowUp.state == CaseState.OPEN, FollowUp.due_at <= now)
        .order_by(FollowUp.due_at, FollowUp.id)
    )
    found = []
    for number, street, kind, rung in db.execute(query):
        if rung and ladder_rules.after(ladders.of(street).minutes(kind), Rung(rung)) is not None:
            found.append(number)
    return tuple(found[:MOST])


def climb_due(db: Session, case_id: int, *, clock: Clock) -> int:
    """One case, looked at again under its lock; how many rungs it went up."""
    query = select(FollowUp).where(FollowUp.id == case_id).with_for_update().execution_options(populate_existing=True)
    case = db.scalar(query)
    if case is None or case.state != CaseState.OPEN or case.due_at > clock.now():
        return 0
    return climbing.climb(db, case, street_rules.ladders(db, clock.today()), clock=clock)
