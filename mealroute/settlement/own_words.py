"""What an account has done around a month that weighs as preparing it: its cash, its swipes, and words on lines that it settles."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from mealroute.core.audit import AuditEvent
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine, OrderBook
from mealroute.settlement.models import AdjustmentLine, LineDecision
from mealroute.swipes.models import Swipe

ENTERING = ("cash.handed", "cash.explained", "swipes.explained", "swipes.assigned")
"""Audit actions that enter or explain what has to fit before a month closes; their subjects name a run, a swipe or a book line."""
_PART = 5000


def entered(db: Session, account_id: int, first: date, last: date) -> bool:
    """Whether the account has entered or explained cash or swipes of these days."""
    event = AuditEvent
    mine = select(event.subject).where(event.account_id == account_id, event.action.in_(ENTERING)).distinct()
    numbers: dict[str, set[int]] = {"run": set(), "swipe": set(), "book-line": set()}
    for subject in db.scalars(mine):
        kind, _slash, rest = subject.partition("/")
        number = rest.partition("/")[0]
        if kind in numbers and number.isdigit():
            numbers[kind].add(int(number))
    days = {
        "run": (select(Run.id).where(Run.day >= first, Run.day <= last), Run.id),
        "swipe": (select(Swipe.id).where(Swipe.day >= first, Swipe.day <= last), Swipe.id),
        "book-line": (
            select(BookLine.id).join(OrderBook, OrderBook.id == BookLine.book_id).where(OrderBook.day >= first, OrderBook.day <= last),
            BookLine.id,
        ),
    }  # fmt: skip
    return any(
        db.scalar(query.where(key.in_(part)).limit(1)) is not None
        for kind, (query, key) in days.items()
        for part in _parts(numbers[kind])
    )


def pending(db: Session, account_id: int, month: str) -> bool:
    """Whether the account's word is the last on a line of an earlier month and no month has settled it since."""
    decision, settled, later = LineDecision, AdjustmentLine, aliased(LineDecision)
    newest = select(func.max(later.number)).where(later.natural_key == decision.natural_key).scalar_subquery()
    query = (
        select(decision.id)
        .outerjoin(settled, and_(settled.natural_key == decision.natural_key, settled.at >= decision.at))
        .where(decision.account_id == account_id, decision.month < month, decision.number == newest)
        .where(settled.id.is_(None))
    )
    return db.scalar(query.limit(1)) is not None


def _parts(numbers: Iterable[int]) -> Iterable[list[int]]:
    several = sorted(numbers)
    return (several[begin : begin + _PART] for begin in range(0, len(several), _PART))
