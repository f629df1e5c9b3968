"""The last act of the chain: a month is closed for good. Runs inside the caller's transaction, all of it or nothing."""

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.settlement import history, queries
from mealroute.settlement.month import MonthNow, whole
from mealroute.settlement.records import Act, Step
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.models import Period
from mealroute.subsidy.statements import Settlement


def close(db: Session, period: Period, now: MonthNow, *, account_id: int, by: Actor, clock: Clock) -> Settlement:
    """Build the lines once more, refuse while a difference is open, fix them, and write down what is due to whom."""
    done = subsidy.close_period(db, period.payer, period.month, by=by, clock=clock)
    history.add(
        db, period, Step.APPROVE, Act.APPROVED, account_id=account_id, by=by, clock=clock, digest=whole(now.parts),
        figures={"dues": queries.claimed_by_payee(db, period.id), "csv_sha256": done.csv_sha256},
    )  # fmt: skip
    return done
