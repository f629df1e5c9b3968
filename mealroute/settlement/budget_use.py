"""What the months of a year use of each fund: claimed, paid, and committed beside."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.money import Fen
from mealroute.orders.models import OrderBook
from mealroute.settlement import view_keeping
from mealroute.settlement.models import AdjustmentLine, HeldLine, SettlementPayment
from mealroute.settlement.view_records import Dated, Reckoned
from mealroute.subsidy import computing, queries, stored_sums
from mealroute.subsidy.models import Period
from mealroute.subsidy.payers import payer_of

Uses = dict[tuple[str, str], Fen]
"""(month, fund) → fen."""


def claimed(db: Session, payer: str, year: int) -> Uses:
    """Lines of closed months, by the sums that were kept with them, and corrections in the month that settles them."""
    found: Counter[tuple[str, str]] = Counter()
    own = (Period.payer == payer, Period.state == "closed", Period.month.startswith(f"{year}-"))
    for period, month, totals in db.execute(select(Period.id, Period.month, Period.totals).where(*own)):
        for fund, part in stored_sums.shares(db, period, totals).items():
            found[month, fund] += part
    corrected = select(Period.month, AdjustmentLine.shares).join(Period, Period.id == AdjustmentLine.period_id)
    for month, shares in db.execute(corrected.where(*own)):
        found.update({(month, fund): part for fund, part in shares.items()})
    return dict(found)


def paid(db: Session, payer: str, year: int) -> Uses:
    """What was paid, by the month that it was paid for."""
    query = (
        select(Period.month, SettlementPayment.fund, func.sum(SettlementPayment.amount_fen))
        .join(Period, Period.id == SettlementPayment.period_id)
        .where(Period.payer == payer, Period.month.startswith(f"{year}-"))
        .group_by(Period.month, SettlementPayment.fund)
    )
    return {(month, fund): int(amount) for month, fund, amount in db.execute(query)}


def closed(db: Session, payer: str, year: int) -> frozenset[str]:
    """The months of the year that are closed."""
    query = select(Period.month).where(
        Period.payer == payer, Period.state == "closed", Period.month.startswith(f"{year}-")
    )
    return frozenset(db.scalars(query))


def committed(
    db: Session, payer: str, year: int, closed: Collection[str], today: date
) -> tuple[Uses, dict[str, Dated]]:
    """What is due and in no closed month: open months as their records stand, and held lines that nothing has settled.

    Big open months are taken as they were reckoned last; how old that is stands beside it. What was never reckoned is not in the sums.
    """
    who, found, dated = payer_of(db, payer), Counter[tuple[str, str]](), dict[str, Dated]()
    booked = (
        select(OrderBook.day)
        .distinct()
        .where(
            OrderBook.day >= date(year, 1, 1),
            OrderBook.day <= min(date(year, 12, 31), today),
            OrderBook.state == "closed",
        )
    )
    for month in sorted({f"{day:%Y-%m}" for day in db.scalars(booked)}.difference(closed)):
        if view_keeping.big(db, month):
            dated[month], kept = view_keeping.figures(db, who, month)
            parts = _kept_shares(kept) if kept is not None else ()
        else:
            rows = queries.month_rows(db, month, part=who.part)
            parts = (line.shares for line in computing.compute(month, rows, who.rules).lines)
        for shares in parts:
            found.update({(month, fund): part for fund, part in shares})
    settled = select(AdjustmentLine.natural_key)
    held = (
        select(HeldLine.month, HeldLine.shares)
        .join(Period, Period.id == HeldLine.period_id)
        .where(Period.payer == payer, HeldLine.month.startswith(f"{year}-"), HeldLine.natural_key.not_in(settled))
    )
    for month, shares in db.execute(held):
        found.update({(month, fund): part for fund, part in shares.items()})
    return dict(found), dated


def _kept_shares(kept: Reckoned) -> Iterator[Iterable[tuple[str, Fen]]]:
    """The shares of a reckoned month: what would be claimed, and what a check blocks."""
    for group in next(iter(kept.statements.values())).by_rule:
        yield group.shares
    for one in kept.held:
        yield one.line.shares
