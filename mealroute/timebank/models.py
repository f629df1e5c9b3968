"""The ledger of the time bank. Only ever added to: what was wrong is taken back by a line of its own."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class TimeEntry(Base):
    """Minutes of one volunteer, signed. No column holds money."""

    __tablename__ = "time_entry"
    __table_args__ = (
        UniqueConstraint("natural_key"),
        CheckConstraint("minutes <> 0", name="minutes"),
        Index(None, "driver_code", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(80))
    driver_code: Mapped[str] = mapped_column(ForeignKey("driver.code"))
    kind: Mapped[str] = mapped_column(String(12))
    minutes: Mapped[int]
    day: Mapped[date] = mapped_column(index=True)
    book_line_id: Mapped[int | None] = mapped_column(ForeignKey("book_line.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
