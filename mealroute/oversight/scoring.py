"""Last month's scores write themselves: dispatch ranks its offers by them, so nobody may have to remember."""

from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM
from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.oversight import service
from mealroute.vendors import scores

FROM_DAY, FROM_HOUR = 2, 4
"""The night after the first: by then the phones of the last day have sent what they kept, and nobody waits for a page."""


def due(db: Session, *, clock: Clock) -> str | None:
    """The month that is over and has no score yet, ``2026-03``; None before its time or where it is scored."""
    local = clock.local(clock.now())
    if (local.day, local.hour) < (FROM_DAY, FROM_HOUR):
        return None
    month = (local.date().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    return None if any(row.period == month for row in scores.revisions(db)) else month


def tick(*, clock: Clock) -> None:
    """Once an hour in the web process. What comes in later is scored by `score-vendors`, as a further revision."""
    with unit_of_work(read_only=True) as db:
        month = due(db, clock=clock)
    if month is None:
        return
    try:
        with unit_of_work() as db:
            service.score_month(db, month, by=SYSTEM, clock=clock)
    except IntegrityError:  # another web process scored it in the same moment
        return
