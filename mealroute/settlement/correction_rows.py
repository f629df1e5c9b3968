"""The corrections that a month settles, as rows of its files: behind its own lines, with the month that they belong to and why."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.layouts import Layout
from mealroute.settlement.models import AdjustmentLine
from mealroute.subsidy import streaming
from mealroute.subsidy.models import ClaimLine


def correction_rows(
    db: Session, period_id: int, *, scope: Scope, street: str = "", vendor: str = "", layout: Layout
) -> list[tuple[Any, ...]]:  # fmt: skip
    """What ``layout`` needs of each correction, numbered on from the last claim line. There are few: they are held in memory."""
    where = streaming.conditions(period_id, scope=scope, street=street, vendor=vendor, of=AdjustmentLine)
    last = db.scalar(select(func.max(ClaimLine.line_no)).where(ClaimLine.period_id == period_id)) or 0
    rows = db.execute(
        select(AdjustmentLine.line_no, AdjustmentLine.month, AdjustmentLine.reason, AdjustmentLine.line)
        .where(*where)
        .order_by(AdjustmentLine.line_no)
    )
    return [streaming.line_values(line, last + number, month, reason, layout) for number, month, reason, line in rows]
