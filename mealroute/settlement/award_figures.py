"""What each vendor's month comes to with the corrections that it settles: portions, claimed, the operator's part. Awards are not in it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from mealroute.core.money import Fen
from mealroute.settlement import awarding
from mealroute.settlement.models import AdjustmentLine
from mealroute.subsidy.models import ClaimLine, Period


@dataclass(slots=True)
class Figures:
    """One vendor's month."""

    portions: int = 0
    claimed_fen: Fen = 0
    operator_fen: Fen = 0


def by_vendor(db: Session, period: Period) -> Mapping[str, Figures]:
    """Vendor → its figures. A few statements, whatever the number of lines."""
    found: dict[str, Figures] = defaultdict(Figures)
    for of in (ClaimLine, AdjustmentLine):
        operator = case((of.beneficiary == "operator", of.amount_fen), else_=0)
        query = (
            select(of.vendor_code, func.sum(of.amount_fen), func.sum(operator))
            .where(of.period_id == period.id, of.vendor_code != "", of.rule_id != awarding.RULE)
            .group_by(of.vendor_code)
        )
        for vendor, claimed, own in db.execute(query):
            found[vendor].claimed_fen += int(claimed)
            found[vendor].operator_fen += int(own)
    portions = (
        select(ClaimLine.vendor_code, func.count(func.distinct(ClaimLine.book_line_id)))
        .where(ClaimLine.period_id == period.id, ClaimLine.vendor_code != "")
        .group_by(ClaimLine.vendor_code)
    )
    for vendor, count in db.execute(portions):
        found[vendor].portions += int(count)
    for vendor, change in _corrected_portions(db, period):
        found[vendor].portions += change
    return dict(found)


def _corrected_portions(db: Session, period: Period) -> list[tuple[str, int]]:
    """Vendor and +1 or -1 for each meal that is paid for, or no longer paid for, through the corrections settled in this month."""
    now = (
        select(AdjustmentLine.vendor_code, AdjustmentLine.book_line_id, func.sum(AdjustmentLine.amount_fen))
        .where(AdjustmentLine.period_id == period.id, AdjustmentLine.book_line_id.is_not(None))
        .group_by(AdjustmentLine.vendor_code, AdjustmentLine.book_line_id)
    )
    changed = [(vendor, line, int(amount)) for vendor, line, amount in db.execute(now)]
    before: dict[int | None, int] = defaultdict(int)
    earlier = select(Period.id).where(Period.payer == period.payer, Period.month < period.month)
    for of in (ClaimLine, AdjustmentLine):
        query = (
            select(of.book_line_id, func.sum(of.amount_fen))
            .where(of.period_id.in_(earlier))
            .where(
                of.book_line_id.in_(select(AdjustmentLine.book_line_id).where(AdjustmentLine.period_id == period.id))
            )
            .group_by(of.book_line_id)
        )
        for line, amount in db.execute(query):
            before[line] += int(amount)
    steps = ((vendor, (before[line] + amount > 0) - (before[line] > 0)) for vendor, line, amount in changed)
    return [(vendor, step) for vendor, step in steps if step]
