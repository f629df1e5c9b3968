"""The lines of an open month brought up to date, as its files read them: with the corrections that it puts forward counted in its caps."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.collecting import uncollected
from mealroute.core.i18n import speaking
from mealroute.settlement import history, holding
from mealroute.settlement.month import put_forward, rows_of
from mealroute.subsidy import keeping, queries
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.payers import Payer, Who, payer_of

_KEY, _MEAL, _WHOSE = (keeping.COLUMNS.index(name) for name in ("natural_key", "book_line_id", "beneficiary"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A month as its records give it now; not written yet. ``payable``: the same without what a check blocks, where it blocks anything."""

    who: Payer
    month: str
    prepared: subsidy.Prepared
    payable: subsidy.Prepared | None


@uncollected()
def read(db: Session, payer: Who, month: str) -> Fresh:
    """Work an open month out. Reads only: long work, outside of the transaction that writes, so that no record of a door waits for it.

    Raises
    ------
    MealrouteError
        ``payer-unknown``, ``month-invalid``.
    """
    who = payer_of(db, payer)
    period = queries.period(db, who.code, month)
    with speaking("zh"):  # what is written down is in the language of the files
        rows = rows_of(db, who, month, put_forward(history.steps(db, period.id)) if period else ())
    prepared = subsidy.work_out(db, month, rows, who.rules)
    held = _blocked(prepared, holding.blocks_of(db, month))
    payable = subsidy.work_out(db, month, rows, who.rules, held=held) if held else None
    return Fresh(who=who, month=month, prepared=prepared, payable=payable)


def refresh(db: Session, fresh: Fresh, *, by: Actor, clock: Clock) -> subsidy.Built:
    """Write the lines, and state the month's figures as they would be closed: without what a check blocks.

    The blocked lines stay in the ledger until the month closes, because the checks look at what is claimed. Twice changes nothing.

    Raises
    ------
    MealrouteError
        ``period-closed``.
    """
    period = subsidy.open_period(db, fresh.who.code, fresh.month, fresh.who.rules)
    built = subsidy.store(db, period, fresh.prepared, by=by, clock=clock)
    if fresh.payable is not None:
        subsidy.state_figures(db, period, fresh.payable)
    return built


def _blocked(prepared: subsidy.Prepared, blocks: holding.Blocks) -> frozenset[str]:
    """The natural keys of the lines that a check blocks."""
    return frozenset(
        row[_KEY]
        for row in (prepared.worked.rows if blocks else ())
        if any(each.beneficiary in {"", row[_WHOSE]} for each in blocks.get(row[_MEAL], ()))
    )
