"""Tables of oversight: a complaint and its steps, both written once. Words about people are encrypted."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.crypto import EncryptedStr
from mealroute.core.db import Base, UtcDateTime


@append_only
class Complaint(Base):
    """What somebody complained about. The vendors are those of the meal's run when it was taken down; None = not known."""

    __tablename__ = "complaint"
    __table_args__ = (
        UniqueConstraint("client_id"),
        CheckConstraint("resident_id is not null or run_id is not null", name="subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    complainant: Mapped[str] = mapped_column(String(12))
    day: Mapped[date] = mapped_column(index=True)
    slot: Mapped[str] = mapped_column(String(10))
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"), index=True)
    book_line_id: Mapped[int | None] = mapped_column(ForeignKey("book_line.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    street_code: Mapped[str | None] = mapped_column(String(12))
    vendor_code: Mapped[str | None] = mapped_column(ForeignKey("vendor.code"), index=True)
    kitchen_vendor_code: Mapped[str | None] = mapped_column(ForeignKey("vendor.code"), index=True)
    text: Mapped[str] = mapped_column(EncryptedStr)
    by_name: Mapped[str] = mapped_column(String(80))
    by_role: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class ComplaintStep(Base):
    """One step of a complaint. ``position`` makes two people deciding at once a conflict, not two decisions."""

    __tablename__ = "complaint_step"
    __table_args__ = (UniqueConstraint("complaint_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    position: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    person: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(EncryptedStr)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
