"""Tables of no silent day: calls and knocks that are planned, and every attempt. Only ever added to."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class WelfareCall(Base):
    """One call or knock that is needed on a day, once for a resident and day; ``until``: when the longest time unseen is over."""

    __tablename__ = "welfare_call"
    __table_args__ = (UniqueConstraint("day", "resident_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    street_code: Mapped[str] = mapped_column(String(12))
    means: Mapped[str] = mapped_column(String(8))
    why: Mapped[str] = mapped_column(String(12))
    owner: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    planned_by: Mapped[str] = mapped_column(String(80))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class WelfareContact(Base):
    """One attempt to see or hear somebody, planned or not. ``client_id`` is made with the form, so that it counts once."""

    __tablename__ = "welfare_contact"
    __table_args__ = (UniqueConstraint("client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("welfare_call.id"), index=True)
    street_code: Mapped[str] = mapped_column(String(12))
    means: Mapped[str] = mapped_column(String(8))
    result: Mapped[str] = mapped_column(String(12))
    person: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
