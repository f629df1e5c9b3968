"""Tables of vendors' exits, written once: what was decided, and who answers for anybody left without a meal."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime


@append_only
class VendorExit(Base):
    """One exit. ``residents`` = ``taken_over`` (planned, not due, or without a place before) + its own in ``vendor_exit_unserved``."""

    __tablename__ = "vendor_exit"

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_code: Mapped[str] = mapped_column(ForeignKey("vendor.code"), index=True)
    last_day: Mapped[date]
    next_day: Mapped[date]
    residents: Mapped[int]
    taken_over: Mapped[int]
    choices: Mapped[dict[str, Any]] = mapped_column(JsonDict)
    cost_before_fen: Mapped[int] = mapped_column(BigInteger)
    cost_after_fen: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class ExitUnserved(Base):
    """Somebody whom nobody takes over on the next service day, and the person who answers for the meal."""

    __tablename__ = "vendor_exit_unserved"
    __table_args__ = (UniqueConstraint("exit_id", "resident_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exit_id: Mapped[int] = mapped_column(ForeignKey("vendor_exit.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    responsible: Mapped[str] = mapped_column(String(80))
