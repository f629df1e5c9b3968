"""Claim lines looked for by what people ask: a rule, a vendor, a street, a station, a day, a person; and one line with its evidence."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.orders.models import Payment
from mealroute.subsidy import queries
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.subsidy.statements import SettlementLine

ASKED = (
    "rule_id",
    "vendor_code",
    "street_code",
    "station_code",
    "resident_code",
    "driver_code",
    "category",
    "confirmation",
)
"""Columns that a list can be narrowed by, beside the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A page of the lines that were asked for, and the sums of all of them; ``shares`` by payer."""

    lines: tuple[SettlementLine, ...]
    count: int
    amount_fen: Fen
    shares: tuple[tuple[str, Fen], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPart:
    """Money for the order behind a line; negative for a refund."""

    at: datetime
    means: str
    amount_fen: Fen
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEvidence:
    """One claim line, the month that it stands in, and the payments of its order."""

    line: SettlementLine
    month: str
    state: str
    payments: tuple[PaymentPart, ...]


def find(
    db: Session, payer: str, month: str, asked: Mapping[str, str], day: date | None, *, scope: Scope, page: int, size: int
) -> Selection:  # fmt: skip
    """Lines of a month as last built or closed, by their number. ``asked``: column of ``ASKED`` → value. An unbuilt month has none."""
    period = queries.period(db, payer, month)
    if period is None:
        return Selection(lines=(), count=0, amount_fen=0, shares=())
    wanted = _narrowed(queries.lines_query(scope), period.id, asked, day)
    rows = db.execute(wanted.order_by(ClaimLine.line_no).limit(size).offset((page - 1) * size))
    whole = _narrowed(queries.lines_query(scope), period.id, asked, day)
    divided: Any = cast(ClaimLine.shares, Text)
    count = amount = 0
    shares: Counter[str] = Counter()
    for text, lines, fen in db.execute(
        whole.with_only_columns(divided, func.count(), func.sum(ClaimLine.amount_fen)).group_by(divided)
    ):
        count, amount = count + lines, amount + int(fen)
        for name, part in json.loads(text).items():
            shares[name] += part * lines
    return Selection(
        lines=tuple(queries.settlement_line(row._mapping) for row in rows),  # noqa: SLF001 -- SQLAlchemy's public name
        count=count, amount_fen=amount, shares=tuple(sorted(shares.items())),
    )  # fmt: skip


def _narrowed(query: Select[Any], period_id: int, asked: Mapping[str, str], day: date | None) -> Select[Any]:
    query = query.where(ClaimLine.period_id == period_id)
    for name, value in asked.items():
        if name in ASKED and value:
            query = query.where(getattr(ClaimLine, name) == value)
    return query if day is None else query.where(ClaimLine.day == day)


def evidence(db: Session, line_id: int, *, scope: Scope) -> LineEvidence:
    """One line with all that stands behind it. Raises NotFound ``line-not-found``, also where it lies outside the scope."""
    row = db.execute(queries.lines_query(scope).where(ClaimLine.id == line_id)).one_or_none()
    if row is None:
        raise NotFound("line-not-found", _("There is no such claim line; a month that was built again has new ones."))
    line = queries.settlement_line(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name
    month, state = db.execute(
        select(Period.month, Period.state)
        .join(ClaimLine, ClaimLine.period_id == Period.id)
        .where(ClaimLine.id == line_id)
    ).one()
    paid = select(Payment).where(Payment.order_id == line.claim.order_id).order_by(Payment.id)
    return LineEvidence(
        line=line, month=month, state=state,
        payments=tuple(
            PaymentPart(
                at=one.at, means=one.means, amount_fen=one.amount_fen if one.kind == "payment" else -one.amount_fen, by_name=one.by_name
            )
            for one in (db.scalars(paid) if line.claim.order_id is not None else ())
        ),
    )  # fmt: skip
