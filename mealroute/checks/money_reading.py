"""The money of some days as the checks look at it: claim lines and payments. Columns, never ORM objects."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from mealroute.checks.counts_reading import Conditions
from mealroute.checks.facts import Claim, MoneyMoved
from mealroute.core.bulk import rows
from mealroute.core.clock import Clock
from mealroute.orders.models import BookLine, Order, Payment
from mealroute.subsidy.along import PAYMENT
from mealroute.subsidy.models import ClaimLine

Claims = tuple[Claim, ...]


def claims_of(db: Session, periods: Collection[int], first: date, last: date) -> dict[int, Claims]:
    """Book line → its claims."""
    if not periods:
        return {}
    shares: Any = cast(ClaimLine.shares, Text)
    query = select(
        ClaimLine.book_line_id, ClaimLine.rule_id, ClaimLine.rule_version, ClaimLine.beneficiary, ClaimLine.amount_fen, shares,
        ClaimLine.resident_paid_fen, ClaimLine.copay_fen, ClaimLine.unit_price_fen,
    ).where(
        ClaimLine.period_id.in_(periods), ClaimLine.day >= first, ClaimLine.day <= last, ClaimLine.book_line_id.is_not(None)
    )  # fmt: skip
    return claims_in(rows(db, query.order_by(ClaimLine.id)))


def claims_in(lines: Iterable[tuple[Any, ...]]) -> dict[int, Claims]:
    """Book line → its claims, from lines in their order; claims that are alike are one object.

    Of each line: book line, rule, version, beneficiary, amount, shares as JSON, what the resident paid and owes, and the price.
    """
    single: dict[tuple[Any, ...], Claims] = {}
    several: dict[tuple[int, int], tuple[Claims, Claims, Claims]] = {}
    found: dict[int, Claims] = {}
    for row in lines:
        line, key = row[0], row[1:]
        one = single.get(key)
        if one is None:
            one = single[key] = (claim_of(key),)
        before = found.get(line)
        if before is None:
            found[line] = one
        else:
            known = several.get((id(before), id(one)))
            if (
                known is None
            ):  # the two are kept beside their sum, for an object's number is its own only while it lives
                known = several[id(before), id(one)] = before, one, before + one
            found[line] = known[2]
    return found


def claim_of(key: Sequence[Any]) -> Claim:
    """A claim from rule, version, beneficiary, amount, shares as JSON, what the resident paid and owes, and the price."""
    rule, version, beneficiary, amount, text, paid, copay, price = key
    divided = json.loads(text)
    return Claim(rule, version, beneficiary, amount, sum(divided.values()) if divided else amount, paid, copay, price)


def money_of(
    db: Session, first: date, last: date, closed_at: datetime | None, of_lines: Conditions
) -> dict[int, list[MoneyMoved]]:
    """Order → what was paid for it and given back, in the order of entry."""
    of_orders = (Order.id.in_(select(BookLine.order_id).where(*of_lines)),) if of_lines else ()
    query = (
        select(*PAYMENT, *((Payment.at,) if closed_at is not None else ()))
        .join(Order, Order.id == Payment.order_id)
        .where(Order.day >= first, Order.day <= last, *of_orders)
        .order_by(Payment.id)
    )
    return money_in(rows(db, query), closed_at)


def money_in(payments: Iterable[tuple[Any, ...]], closed_at: datetime | None = None) -> dict[int, list[MoneyMoved]]:
    """The same from rows of ``PAYMENT``, followed by the moment of entry where it matters."""
    found: dict[int, list[MoneyMoved]] = {}
    for row in payments:
        moved = MoneyMoved._make((*row[:6], closed_at is not None and row[6] > closed_at))
        if moved.order in found:
            found[moved.order].append(moved)
        else:
            found[moved.order] = [moved]
    return found


def paid_on(
    db: Session, references: Collection[str], first: date, last: date, clock: Clock
) -> dict[str, frozenset[date]]:
    """Reference → the local days on which payments for meals of the days were entered under it."""
    found: dict[str, set[date]] = defaultdict(set)
    wanted = sorted(references)
    for begin in range(0, len(wanted), 500):
        query = (
            select(Payment.reference, Payment.at)
            .join(Order, Order.id == Payment.order_id)
            .where(
                Payment.reference.in_(wanted[begin : begin + 500]),
                Payment.kind == "payment",
                Order.day >= first,
                Order.day <= last,
            )
        )
        for reference, at in db.execute(query).tuples():
            found[reference].add(clock.local(at).date())
    return {reference: frozenset(days) for reference, days in found.items()}


def paid_of(moved: Iterable[MoneyMoved]) -> int:
    """What stands as paid."""
    return sum(one.amount_fen if one.kind == "payment" else -one.amount_fen for one in moved)
