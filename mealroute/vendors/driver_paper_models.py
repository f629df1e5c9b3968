"""Health certificates and trainings of those who drive: each as it was shown, in the order in which it was noted. Only ever added to."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class DriverPaper(Base):
    """One paper that somebody has shown. The dates that gate the roster stand on ``driver``; these rows say where they come from."""

    __tablename__ = "driver_paper"
    __table_args__ = (UniqueConstraint("natural_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(200))
    driver_code: Mapped[str] = mapped_column(ForeignKey("driver.code"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(80), default="")
    number: Mapped[str] = mapped_column(String(60), default="")
    issued_on: Mapped[date]
    valid_to: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
