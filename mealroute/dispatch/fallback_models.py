"""Calls in the place of a meal: who gets one, who owns it, what came of it. Only ever added to."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime


@append_only
class CallCase(Base):
    """One resident who has ordered a meal and has none that day; ``rank`` is the place in the order of fragility when it was opened."""

    __tablename__ = "call_case"
    __table_args__ = (UniqueConstraint("day", "slot", "resident_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    street_code: Mapped[str] = mapped_column(String(12))
    rank: Mapped[int]
    marks: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    reason_code: Mapped[str] = mapped_column(String(40))
    owner: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(80))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class CallStep(Base):
    """One call, or another way of finding out: what came of it, and who says so."""

    __tablename__ = "call_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("call_case.id"), index=True)
    result: Mapped[str] = mapped_column(String(16))
    person: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
