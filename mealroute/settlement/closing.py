"""The last act of the chain: a month is closed for good. Runs inside the caller's transaction, all of it or nothing."""

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.settlement import arrivals, chain_keeping, correcting, history, holding, queries
from mealroute.settlement.correction_rows import rows_of, settled_lines
from mealroute.settlement.month import MonthNow, whole
from mealroute.settlement.records import Act, Step
from mealroute.subsidy import service as subsidy
from mealroute.subsidy import streaming
from mealroute.subsidy.models import Period


def close(
    db: Session,
    period: Period,
    now: MonthNow,
    prepared: subsidy.Prepared,
    marks: arrivals.Marks,
    *,
    account_id: int,
    by: Actor,
    clock: Clock,
) -> subsidy.Built:
    """Keep out what is blocked, keep the ``marks`` of what it was computed from, write the corrections put forward, fix the lines while no difference is open, say what is due."""
    kept = holding.write_down(db, period, now.held, now.blocks, clock=clock)
    corrected = correcting.write(db, period, now.corrections, account_id=account_id, by=by, clock=clock)
    chain_keeping.write_down(db, period, now)
    arrivals.write_down(db, period, marks)
    settled = settled_lines(db, period, scope=Scope.everything())
    done = subsidy.close_prepared(
        db, period, prepared, by=by, clock=clock,
        corrections=lambda: rows_of(db, period.id, settled, streaming.settlement_layout(clock)),
    )  # fmt: skip
    history.add(
        db, period, Step.APPROVE, Act.APPROVED, account_id=account_id, by=by, clock=clock, digest=whole(now.parts),
        figures={
            "dues": queries.due_by_payee(db, period.id), "csv_sha256": period.csv_sha256, "held": kept, "corrections": corrected,
            "held_fen": sum(line.amount_fen for line in now.held), "corrections_fen": sum(each.line.amount_fen for each in now.corrections),
        },
    )  # fmt: skip
    return done
