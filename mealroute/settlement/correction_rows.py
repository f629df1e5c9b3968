"""The corrections that a month settles, as its files show them: behind its own lines, with the month that they belong to and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.i18n import speaking
from mealroute.core.layouts import Layout
from mealroute.settlement import correcting, history
from mealroute.settlement.models import AdjustmentLine
from mealroute.settlement.month import put_forward
from mealroute.subsidy import streaming
from mealroute.subsidy.models import ClaimLine, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLine:
    """A correction of ``month``: ``number`` is its place in the month that settles it, ``line`` has all fields as JSON keeps them, with the words of the day."""

    number: int
    month: str
    reason: str
    line: Mapping[str, Any]

    def within(self, scope: Scope, street: str, vendor: str) -> bool:
        """Whether somebody with this reach, who asks for one street or vendor (empty: all), sees it."""
        own_street, own_vendor = self.line["street_code"], self.line["vendor_code"]
        return (
            (scope.streets is None or own_street in scope.streets)
            and scope.vendor in {None, own_vendor}
            and street in {"", own_street}
            and vendor in {"", own_vendor}
        )


def settled_lines(
    db: Session, period: Period, *, scope: Scope, street: str = "", vendor: str = ""
) -> tuple[SettledLine, ...]:
    """The corrections of a month in their order: those that are written or, of an open month, those that its last preparation puts forward.

    There are few: they are held in memory.
    """
    found = _written(db, period.id)
    if not found and period.state != "closed":
        found = _put_forward(db, period.id)
    return tuple(each for each in found if each.within(scope, street, vendor))


def rows_of(
    db: Session, period_id: int, corrections: Iterable[SettledLine], layout: Layout, *, left_out: int = 0
) -> list[tuple[Any, ...]]:
    """What ``layout`` needs of each, numbered on from the last claim line. ``left_out``: claim lines that the files of the month do not show."""
    last = db.scalar(select(func.max(ClaimLine.line_no)).where(ClaimLine.period_id == period_id)) or 0
    return [
        streaming.line_values(each.line, last - left_out + each.number, each.month, each.reason, layout)
        for each in corrections
    ]


def _written(db: Session, period_id: int) -> list[SettledLine]:
    query = (
        select(AdjustmentLine.line_no, AdjustmentLine.month, AdjustmentLine.reason, AdjustmentLine.line)
        .where(AdjustmentLine.period_id == period_id)
        .order_by(AdjustmentLine.line_no)
    )
    return [
        SettledLine(number=number, month=month, reason=reason, line=line)
        for number, month, reason, line in db.execute(query)
    ]


def _put_forward(db: Session, period_id: int) -> list[SettledLine]:
    forward = put_forward(history.steps(db, period_id))
    with speaking("zh"):  # as it will be written down
        fields = correcting.with_words(db, forward)
    return [
        SettledLine(number=number, month=each.month, reason=each.reason, line=fields[number - 1])
        for number, each in enumerate(forward, 1)
    ]
