"""The tick of offers: in the web process, every few seconds, whoever has a page open. Two processes at once are harmless."""

from sqlalchemy.exc import IntegrityError

from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.dispatch import offer_block, offer_queries, offer_service


def tick(*, clock: Clock) -> None:
    """Let silent offers lapse and go on; take work from vendors that may not do it any more. Writes only when there is something."""
    with unit_of_work(read_only=True) as db:
        due = offer_queries.anything_due(db, clock.now()) or offer_block.anybody_blocked(db, clock=clock)
    if not due:
        return
    try:
        with unit_of_work() as db:
            offer_service.sweep(db, clock=clock)
    except IntegrityError:  # another process asked the next vendor in the same moment; the next tick finds nothing left
        return
