"""Late records, late deaths, late payments: what a closed month would now add or take away, line by line with the reason."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.i18n import _, speaking
from mealroute.orders.models import Payment
from mealroute.subsidy import computing, queries
from mealroute.subsidy.build import MonthRows
from mealroute.subsidy.differing import Difference, Movement, Reason, Standing, movements, standings
from mealroute.subsidy.earlier import earlier_lines
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.subsidy.parts import claimed_for
from mealroute.subsidy.payers import Payer, Who, payer_of
from mealroute.subsidy.records import ClaimLineRecord, ClaimProblem, PeriodState


def differences(
    db: Session, payer: Who, month: str, *, settled: Iterable[Standing] = (), known: Iterable[ClaimLineRecord] = (),
    people: Collection[int] | None = None, forward: Sequence[ClaimLineRecord] = (),
) -> tuple[Difference, ...]:  # fmt: skip
    """What a computation of a closed month from all that stands today adds to it or takes away from it, by natural key.

    ``settled`` are the signed amounts that later periods have settled for this month already, ``known`` the lines behind them. An open month has no differences:
    it is simply built again. ``people``: only lines of these residents are looked at, and ``settled`` and ``known`` are theirs alone; ``forward`` are
    corrections of earlier months that are put forward in the same turn, which caps count. Facts without dates (how somebody lives, their assessment) are those kept with the month; deaths,
    pauses, granted categories, records at doors and payments are today's. Sentences are Chinese, as they are written down.
    """
    who = payer_of(db, payer)
    period = queries.period(db, who.code, month)
    if period is None or period.state != PeriodState.CLOSED or (people is not None and not people):
        return ()
    closed = _closed(db, period, people)
    rows = _rows(db, who, period, people, forward)
    with speaking("zh"):
        computed = computing.compute(month, rows, who.rules)
        found = movements((*standings(closed), *settled), computed.lines, [*known, *(line for _number, line in closed)])
        refused = {(problem.rule_id, problem.book_line_id): problem for problem in computed.problems}
        since = _paid_since(
            db, {move.line.order_id for move in found if move.line.order_id is not None}, period.closed_at
        )
        return tuple(
            Difference(
                natural_key=move.line.natural_key, payee=move.line.payee, amount_fen=move.difference_fen, shares=move.shares,
                copay_fen=move.copay_fen, line=move.line, claim_line_id=move.claim_line_id,
                reason=_reason(move, computed, refused, since, period.closed_at),
            )
            for move in found
        )  # fmt: skip


def _closed(db: Session, period: Period, people: Collection[int] | None) -> list[tuple[int, ClaimLineRecord]]:
    query = queries.lines_query(Scope.everything()).where(ClaimLine.period_id == period.id)
    if people is not None:
        query = query.where(claimed_for(people))
    return [(line.id, line.claim) for line in queries.read_lines(db, query)]


def _rows(
    db: Session, who: Payer, period: Period, people: Collection[int] | None, forward: Sequence[ClaimLineRecord]
) -> MonthRows:
    part = who.part if people is None else replace(who.whole_part, people=people)
    rows = queries.month_rows(db, period.month, facts=queries.person_facts(db, period.id), part=part)
    if people is not None:
        rows = replace(rows, periodic=None)
    if forward:
        rows = replace(rows, earlier=earlier_lines(db, queries.month_days(period.month)[0], part, forward=forward))
    return rows


def _reason(
    move: Movement, computed: computing.Computed, refused: Mapping[tuple[str, int | None], ClaimProblem],
    since: Mapping[int, str], closed_at: datetime | None,
) -> Reason:  # fmt: skip
    line = move.line
    if move.fresh is None:
        problem = refused.get((line.rule_id, line.book_line_id)) if line.book_line_id is not None else None
        if problem is not None:
            return Reason(code=problem.code, sentence=problem.sentence)
        return Reason(
            code="record-changed",
            sentence=_(
                "The record at the door was corrected after the month was closed: this meal was not handed over."
            ),
        )
    door = computed.rows.doors.get(line.book_line_id) if line.book_line_id is not None else None
    if door and door.recorded_at and closed_at and door.recorded_at > closed_at:
        return Reason(code="late-record", sentence=_("The record of the handover came after the month was closed."))
    if line.order_id is not None and line.order_id in since:
        return Reason(code=since[line.order_id], sentence=_("Money was paid or given back after the month was closed."))
    if move.closed is not None and move.closed.rule_version != line.rule_version:
        return Reason(code="rule-changed", sentence=_("Another version of the rule is in force for that day."))
    return Reason(code="ledger-changed", sentence=_("What the ledger says of that day has changed since."))


def _paid_since(db: Session, orders: set[int], closed_at: datetime | None) -> dict[int, str]:
    """Orders with money that moved after the close."""
    if closed_at is None or not orders:
        return {}
    found: dict[int, str] = {}
    wanted = sorted(orders)
    for start in range(0, len(wanted), queries.CHUNK):
        part = wanted[start : start + queries.CHUNK]
        query = select(Payment.order_id).where(Payment.at > closed_at, Payment.order_id.in_(part)).distinct()
        found |= dict.fromkeys(db.scalars(query), "paid-since")
    return found
