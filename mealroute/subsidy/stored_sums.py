"""Sums of a period's claim lines as they are stored, added up by the database: a closed month is shown without reading its lines."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Text, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mealroute.core.money import Fen
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.records import Beneficiary
from mealroute.subsidy.statements import Sum

CUTS: Mapping[str, InstrumentedAttribute[str]] = {
    "rule": ClaimLine.rule_id, "vendor": ClaimLine.vendor_code, "street": ClaimLine.street_code,
}  # fmt: skip
"""By what the page of a month adds its lines up."""


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


def of_period(db: Session, period_id: int) -> dict[str, Any]:
    """Everything that the page of a month adds up, as plain JSON: kept with a month that closes, whose lines no longer change."""
    return {
        "residents": residents(db, period_id), "copay_paid_fen": copay_paid(db, period_id),
        **{name: _grouped(db, period_id, key) for name, key in CUTS.items()},
    }  # fmt: skip


def shares(db: Session, period_id: int, totals: Mapping[str, Any]) -> dict[str, Fen]:
    """Who pays how much of a closed period, by ``totals`` that were kept with it; months closed before sums were kept have none."""
    kept = totals.get("sums")
    groups = kept["rule"] if kept else _grouped(db, period_id, ClaimLine.rule_id)
    found: Counter[str] = Counter()
    for *_figures, parts in groups:
        found.update(parts)
    return dict(found)


def named(
    groups: Iterable[Sequence[Any]], label: Callable[[str], str], *, document: Callable[[str], str] = lambda _key: ""
) -> tuple[Sum, ...]:
    """Groups of ``of_period`` with the words of today."""
    return tuple(
        Sum(
            key=name, label=label(name), lines=lines, portions=portions, residents=people, amount_fen=amount,
            shares=tuple(sorted(shares.items())), document_no=document(name),
        )
        for name, lines, portions, people, amount, shares in groups
    )  # fmt: skip


def _grouped(db: Session, period_id: int, key: InstrumentedAttribute[str]) -> list[list[Any]]:
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
        [name, lines, portions, people, int(amount), dict(shares[name])]
        for name, lines, portions, people, amount in db.execute(query.group_by(key))
    ]
    return sorted(found, key=lambda group: str(group[0]))
