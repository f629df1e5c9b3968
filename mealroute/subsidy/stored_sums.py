"""Sums of a period's claim lines as they are stored, added up by the database: a closed month is shown without reading its lines."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import Text, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mealroute.core.money import Fen
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.records import Beneficiary
from mealroute.subsidy.statements import Sum


def residents(db: Session, period_id: int) -> int:
    """How many different people have a line."""
    return db.scalar(select(func.count(ClaimLine.resident_id.distinct())).where(ClaimLine.period_id == period_id)) or 0


def copay_paid(db: Session, period_id: int) -> Fen:
    """What residents have paid of their own parts, in fen."""
    paid, due = ClaimLine.resident_paid_fen, ClaimLine.copay_fen
    query = select(func.sum(case((paid < due, paid), else_=due)))
    return int(
        db.scalar(query.where(ClaimLine.period_id == period_id, ClaimLine.beneficiary == str(Beneficiary.RESIDENT)))
        or 0
    )


def sums(
    db: Session, period_id: int, key: InstrumentedAttribute[str], label: Callable[[str], str], *, document: Callable[[str], str] = lambda _key: ""
) -> tuple[Sum, ...]:  # fmt: skip
    """Lines, portions, residents and fen by group, in the order of the keys: what ``computing.sums`` gives for the same lines."""
    shares: dict[str, Counter[str]] = defaultdict(Counter)
    by_text: Any = cast(ClaimLine.shares, Text)
    divided = select(key, by_text, func.count()).where(ClaimLine.period_id == period_id).group_by(key, by_text)
    for name, text, count in db.execute(divided):
        for payer, fen in json.loads(text).items():
            shares[name][payer] += fen * count
    query = select(
        key, func.count(), func.count(ClaimLine.book_line_id.distinct()), func.count(ClaimLine.resident_id.distinct()), func.sum(ClaimLine.amount_fen)
    ).where(ClaimLine.period_id == period_id)  # fmt: skip
    found = [
        Sum(
            key=name, label=label(name), lines=lines, portions=portions, residents=people, amount_fen=int(amount),
            shares=tuple(sorted(shares[name].items())), document_no=document(name),
        )
        for name, lines, portions, people, amount in db.execute(query.group_by(key))
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.key))
