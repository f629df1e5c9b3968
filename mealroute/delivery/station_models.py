"""Table of a station's counter: the end of a hand-out."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class StationClosing(Base):
    """The figures of a counter when it closed, in portions. A later row of the same meal replaces it: the highest ``number`` holds."""

    __tablename__ = "station_closing"
    __table_args__ = (
        UniqueConstraint("day", "slot", "station_code", "number"),
        CheckConstraint("received = handed_out + not_fetched + short", name="received"),
        CheckConstraint("expected = received + missing", name="expected"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    station_code: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    expected: Mapped[int]
    missing: Mapped[int]
    received: Mapped[int]
    handed_out: Mapped[int]
    not_fetched: Mapped[int]
    short: Mapped[int]
    explanation: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
