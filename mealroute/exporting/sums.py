"""Sums of a period's claim lines, added up by the database: a handful of groups whatever the number of lines. Amounts in fen."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, select
from sqlalchemy.orm import Session

from mealroute.core.money import Fen
from mealroute.settlement.models import AdjustmentLine
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.rulebook import load_rulebook

Where = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that share everything but the person: the finest sum that a file shows."""

    vendor: str
    street: str
    day: date
    slot: str
    rule: str
    document: str
    lines: int
    amount_fen: Fen
    copay_fen: Fen
    shares: Mapping[str, Fen]


@dataclass(slots=True)
class Total:
    """A sum of groups."""

    lines: int = 0
    portions: int = 0
    amount_fen: Fen = 0
    copay_fen: Fen = 0
    shares: Counter[str] = field(default_factory=Counter)

    def add(self, group: Group) -> None:
        self.lines += group.lines
        self.amount_fen += group.amount_fen
        self.copay_fen += group.copay_fen
        self.shares.update(group.shares)


def groups(db: Session, where: Where, corrections: Where = ()) -> list[Group]:
    """The finest groups, in the order of their keys; with ``corrections``, conditions on those that the month settles, they are in the sums."""
    merged: dict[tuple[Any, ...], Total] = {}
    _add(db, ClaimLine, where, merged)
    if corrections:
        _add(db, AdjustmentLine, corrections, merged)
    return [_group(key, total) for key, total in sorted(merged.items())]


def _add(db: Session, of: Any, where: Where, merged: dict[tuple[Any, ...], Total]) -> None:
    keys = (of.vendor_code, of.street_code, of.day, of.slot, of.rule_id, of.document_no)
    shares = cast(of.shares, Text)
    copay = case((of.beneficiary == "resident", of.copay_fen), else_=0)
    query = (
        select(*keys, shares, func.count(), func.sum(of.amount_fen), func.sum(copay))
        .where(*where)
        .group_by(*keys, shares)
    )
    for *key, text, lines, amount, copay_fen in db.execute(query):
        total = merged.setdefault(tuple(key), Total())
        total.lines += int(lines)
        total.amount_fen += int(amount)
        total.copay_fen += int(copay_fen)
        for payer, fen in json.loads(text).items():
            total.shares[payer] += fen * int(lines)


def _group(key: tuple[Any, ...], total: Total) -> Group:
    vendor, street, day, slot, rule, document = key
    return Group(
        vendor, street, day, slot, rule, document, total.lines, total.amount_fen, total.copay_fen, dict(total.shares)
    )


def by(found: Iterable[Group], key: Callable[[Group], Any]) -> dict[Any, Total]:
    """Totals of the groups by some key, in the order of the keys."""
    totals: dict[Any, Total] = defaultdict(Total)
    for group in found:
        totals[key(group)].add(group)
    return dict(sorted(totals.items()))


def whole(found: Iterable[Group]) -> Total:
    """Everything together."""
    total = Total()
    for group in found:
        total.add(group)
    return total


def portions(db: Session, where: Where, *keys: Any) -> dict[Any, int]:
    """Meals (order lines) behind the lines, by the given columns; a meal with two lines counts once. One statement."""
    query = select(*keys, func.count(func.distinct(ClaimLine.book_line_id))).where(*where).group_by(*keys)
    return {(key[0] if len(key) == 1 else tuple(key)): int(count) for *key, count in db.execute(query)}


def meals(db: Session, where: Where) -> int:
    """Meals behind all the lines."""
    return db.scalar(select(func.count(func.distinct(ClaimLine.book_line_id))).where(*where)) or 0


def names(db: Session, where: Where) -> tuple[dict[str, str], dict[str, str]]:
    """Code → name of the vendors and of the streets, as they were called when the lines were written."""
    first = (
        select(func.min(ClaimLine.id)).where(*where).group_by(ClaimLine.vendor_code, ClaimLine.street_code).subquery()
    )
    query = select(ClaimLine.vendor_code, ClaimLine.street_code, ClaimLine.basis).where(ClaimLine.id.in_(select(first)))
    vendors: dict[str, str] = {}
    streets: dict[str, str] = {}
    for vendor, street, basis in db.execute(query.order_by(ClaimLine.id)):
        vendors.setdefault(vendor, str(basis.get("vendor") or vendor))
        streets.setdefault(street, str(basis.get("street") or street))
    return vendors, streets


def rule_titles() -> Mapping[str, str]:
    """Rule → its title in the rulebook."""
    return {rule.rule_id: rule.title for rule in load_rulebook().rules}


def payers(total: Total) -> Sequence[str]:
    """The payers of a sum: city and district always, then whoever else pays."""
    others = sorted(payer for payer, fen in total.shares.items() if payer not in {"city", "district"} and fen)
    return ("city", "district", *others)
