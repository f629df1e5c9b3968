"""A big month reckoned for its pages outside of the request: asked for by a reader or a step, one at a time for a payer and month.

It reads in a transaction of its own and writes in a short one, so that no driver's record waits for it. It changes nothing of the month.
"""

from sqlalchemy.orm import Session

from mealroute.adapters.job_worker import JobContext
from mealroute.core import jobs
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.collecting import uncollected
from mealroute.core.db import unit_of_work
from mealroute.core.jobs import JobId
from mealroute.settlement import view_keeping
from mealroute.settlement.asked import Asked, Dropped
from mealroute.settlement.view_reckoning import reckon, reckon_closed
from mealroute.subsidy.payers import Who, payer_of
from mealroute.subsidy.queries import month_days
from mealroute.subsidy.queries import period as period_of
from mealroute.subsidy.records import PeriodState

KIND = "reckon-month"
STAGES = ("reading", "adding", "saving")
"""What the work goes through, in this order."""


def key(payer: str, month: str) -> str:
    """What is open once."""
    return f"month-view/{payer}/{month}"


def ask(db: Session, payer: Who, month: str, *, by: Actor, clock: Clock) -> tuple[JobId, bool]:
    """Queue it; while it is under way already that work is meant, and ``False`` comes with it.

    Raises
    ------
    MealrouteError
        ``payer-unknown``, ``month-invalid``.
    """
    who = payer_of(db, payer)
    month_days(month)
    payload = {"payer": who.code, "month": month, "name": by.name}
    return jobs.enqueue(db, KIND, key(who.code, month), payload, by=by, clock=clock)


def last(db: Session, payer: str, month: str) -> Asked | None:
    """The newest reckoning of a month, under way or over."""
    found = jobs.latest(db, key(payer, month))
    return None if found is None else Asked(job=found, by_name=str(found.payload["name"]))


@uncollected()
def run(job: JobContext) -> None:
    """The handler."""
    payer, month = str(job.payload["payer"]), str(job.payload["month"])

    def tell(stage: str) -> None:
        if job.cancelled():
            raise Dropped
        job.report(stage=stage)

    try:
        with unit_of_work(read_only=True) as db:
            view_keeping.one_reading(db)
            who, read_at = payer_of(db, payer), job.clock.now()
            period = period_of(db, who.code, month)
            closed = period is not None and period.state == PeriodState.CLOSED
            made_from = view_keeping.stamp_now(
                db, who, month
            )  # before the rest is read: what comes in between has arrived since
            found = (None, reckon_closed(db, who, month)) if closed else reckon(db, who, month, tell=tell)
        tell("saving")
    except Dropped:
        return
    with unit_of_work() as db:
        view_keeping.keep(db, who, month, read_at, made_from, found)
        job.finish(db, {"month": month})
