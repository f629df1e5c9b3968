"""Sums of a period's claim lines, added up by the database: a handful of groups whatever the number of lines. Amounts in fen."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, select
from sqlalchemy.orm import Session

from mealroute.core.money import Fen
from mealroute.settlement import awarding
from mealroute.settlement.correction_rows import SettledLine
from mealroute.subsidy.line_basis import NAMED
from mealroute.subsidy.models import ClaimBasis, ClaimLine
from mealroute.subsidy.rulebook import load_rulebook

Where = tuple[ColumnElement[bool], ...]
COLUMNS: Mapping[str, str] = {
    "vendor": "vendor_code", "street": "street_code", "day": "day", "slot": "slot", "rule": "rule_id", "document": "document_no",
}  # fmt: skip
"""What groups are told apart by, and its column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines that share everything but the person: the finest sum that a file shows. A key that was not asked for is empty."""

    lines: int
    heads: int
    amount_fen: Fen
    copay_fen: Fen
    shares: Mapping[str, Fen]
    vendor: str = ""
    street: str = ""
    day: date = date.min
    slot: str = ""
    rule: str = ""
    document: str = ""


@dataclass(slots=True)
class Total:
    """A sum of groups. ``lines`` are all of them; ``heads`` the month's own, without corrections of other months."""

    lines: int = 0
    heads: int = 0
    amount_fen: Fen = 0
    copay_fen: Fen = 0
    shares: Counter[str] = field(default_factory=Counter)

    def add(self, group: Group) -> None:
        self.lines += group.lines
        self.heads += group.heads
        self.amount_fen += group.amount_fen
        self.copay_fen += group.copay_fen
        self.shares.update(group.shares)


def groups(
    db: Session, where: Where, corrections: Sequence[SettledLine] = (), *, apart: Collection[str] = frozenset(COLUMNS)
) -> list[Group]:
    """Sums of the lines, in the order of their keys; ``corrections`` that the month settles are in the sums.

    ``apart``: what a caller needs to tell apart; the rest is empty in the groups, of which there are fewer then.
    """
    keys = tuple(key for key in COLUMNS if key in apart)
    merged: dict[tuple[Any, ...], Total] = {}
    _add(db, keys, where, merged)
    for one in corrections:
        _add_correction(one.line, keys, merged)
    return [_group(dict(zip(keys, key, strict=True)), total) for key, total in sorted(merged.items())]


def _add(db: Session, keys: Sequence[str], where: Where, merged: dict[tuple[Any, ...], Total]) -> None:
    columns = [getattr(ClaimLine, COLUMNS[key]) for key in keys]
    shares = cast(ClaimLine.shares, Text)
    copay = case((ClaimLine.beneficiary == "resident", ClaimLine.copay_fen), else_=0)
    query = (
        select(*columns, shares, func.count(), func.sum(ClaimLine.amount_fen), func.sum(copay))
        .where(*where)
        .group_by(*columns, shares)
    )
    for *key, text, lines, amount, copay_fen in db.execute(query):
        total = merged.setdefault(tuple(key), Total())
        total.lines += int(lines)
        total.heads += int(lines)
        total.amount_fen += int(amount)
        total.copay_fen += int(copay_fen)
        for payer, fen in json.loads(text).items():
            total.shares[payer] += fen * int(lines)


def _add_correction(line: Mapping[str, Any], keys: Sequence[str], merged: dict[tuple[Any, ...], Total]) -> None:
    found = (line[COLUMNS[key]] for key in keys)
    key = tuple(date.fromisoformat(value) if name == "day" else value for name, value in zip(keys, found, strict=True))
    total = merged.setdefault(key, Total())
    total.lines += 1
    total.amount_fen += line["amount_fen"]
    total.copay_fen += line["copay_fen"] if line["beneficiary"] == "resident" else 0
    total.shares.update(line["shares"])


def _group(key: Mapping[str, Any], total: Total) -> Group:
    return Group(
        **key,
        lines=total.lines,
        heads=total.heads,
        amount_fen=total.amount_fen,
        copay_fen=total.copay_fen,
        shares=dict(total.shares),
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


def meals(db: Session, where: Where) -> int:
    """Meals behind all the lines."""
    return db.scalar(select(func.count(func.distinct(ClaimLine.book_line_id))).where(*where)) or 0


def names(db: Session, where: Where, corrections: Sequence[SettledLine] = ()) -> tuple[dict[str, str], dict[str, str]]:
    """Code → name of the vendors and of the streets, as they were called when the lines (and the corrections) were written."""
    first = (
        select(func.min(ClaimLine.id)).where(*where).group_by(ClaimLine.vendor_code, ClaimLine.street_code).subquery()
    )
    query = select(ClaimLine.vendor_code, ClaimLine.street_code, ClaimBasis.basis).select_from(ClaimLine)
    query = query.outerjoin(ClaimBasis, NAMED).where(ClaimLine.id.in_(select(first)))
    rows = db.execute(query.order_by(ClaimLine.id)).tuples()
    found = [(vendor, street, basis or {}) for vendor, street, basis in rows]
    found += [(one.line["vendor_code"], one.line["street_code"], one.line["basis"]) for one in corrections]
    vendors: dict[str, str] = {}
    streets: dict[str, str] = {}
    for vendor, street, basis in found:
        vendors.setdefault(vendor, str(basis.get("vendor") or vendor))
        streets.setdefault(street, str(basis.get("street") or street))
    return vendors, streets


def rule_titles() -> Mapping[str, str]:
    """Rule → its title in the rulebook; awards stand in a file of their own."""
    return {rule.rule_id: rule.title for rule in load_rulebook().rules} | {awarding.RULE: "运营以奖代补"}


def payers(total: Total) -> Sequence[str]:
    """The payers of a sum: city and district always, then whoever else pays."""
    others = sorted(payer for payer, fen in total.shares.items() if payer not in {"city", "district"} and fen)
    return ("city", "district", *others)
