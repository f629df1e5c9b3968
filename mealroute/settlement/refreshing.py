"""The lines of an open month brought up to date, as its files and pages read them: with the corrections that it puts forward counted in its caps."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.checks.queries import blocked_query
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.collecting import uncollected
from mealroute.core.i18n import speaking
from mealroute.settlement import history
from mealroute.settlement.month import put_forward, rows_of
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.payers import Who, payer_of


@uncollected()
def refresh(db: Session, payer: Who, month: str, *, by: Actor, clock: Clock) -> subsidy.Built:
    """Write the open month's lines as the records give them now, and state its figures as they would be closed: without what a check blocks.

    The blocked lines stay in the ledger until the month closes, because the checks look at what is claimed. Twice changes nothing.

    Raises
    ------
    MealrouteError
        ``period-closed``, ``payer-unknown``, ``month-invalid``.
    """
    who = payer_of(db, payer)
    period = subsidy.open_period(db, who.code, month, who.rules)
    with speaking("zh"):  # what is written down is in the language of the files
        rows = rows_of(db, who, month, put_forward(history.steps(db, period.id)))
    built = subsidy.store(db, period, subsidy.work_out(db, month, rows, who.rules), by=by, clock=clock)
    held = frozenset(db.scalars(select(ClaimLine.natural_key).where(ClaimLine.id.in_(blocked_query(period.id)))))
    if held:
        subsidy.state_figures(db, period, subsidy.work_out(db, month, rows, who.rules, held=held))
    return built
