"""Signed corrections of closed months, each settled in a later one. They are worked out, written and sealed by ``mealroute.settlement``;
the table lies here because caps and statements count them beside the claim lines.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime


class Money:
    """What a held line and a correction say of the claim line that they stand for; ``line`` holds the rest of its fields."""

    natural_key: Mapped[str] = mapped_column(String(160))
    payee: Mapped[str] = mapped_column(String(40))
    month: Mapped[str] = mapped_column(String(7), index=True)
    rule_id: Mapped[str] = mapped_column(String(60))
    rule_version: Mapped[int]
    document_no: Mapped[str] = mapped_column(String(80))
    beneficiary: Mapped[str] = mapped_column(String(12))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    shares: Mapped[dict[str, Any]] = mapped_column(JsonDict)
    copay_fen: Mapped[int] = mapped_column(BigInteger)
    book_line_id: Mapped[int | None]
    proof_id: Mapped[int | None]
    resident_code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    street_code: Mapped[str] = mapped_column(String(20))
    vendor_code: Mapped[str] = mapped_column(String(40))
    line: Mapped[dict[str, Any]] = mapped_column(JsonDict)


@append_only
class AdjustmentLine(Money, Base):
    """A correction of another month that is settled in this one; the amount carries its sign.

    ``claim_line_id`` is the closed line that it takes back or replaces, ``proof_id`` the record that came later. ``number``
    counts the corrections of one natural key and payee: the database holds that none is written twice.
    """

    __tablename__ = "adjustment_line"
    __table_args__ = (UniqueConstraint("natural_key", "payee", "number"), UniqueConstraint("period_id", "line_no"))

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("settlement_period.id"))
    line_no: Mapped[int]
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    claim_line_id: Mapped[int | None] = mapped_column(ForeignKey("claim_line.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
