"""Tables of what deliveries have taught. Written by delivery, read by planning and by the residents' pages."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.db import Base, UtcDateTime


class DriverMemory(Base):
    """One driver at one resident's door: number of days on which they met, and the last of them."""

    __tablename__ = "driver_memory"
    __table_args__ = (UniqueConstraint("resident_id", "driver_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    driver_code: Mapped[str] = mapped_column(String(40))
    visits: Mapped[int] = mapped_column(default=0)
    last_day: Mapped[date]


class Meeting(Base):
    """One handover in person: who stood at whose door on which day, and when (seconds since local midnight, None from paper).

    ``book_line_id`` is the meal, so that a record that comes twice counts once and one that is corrected can be forgotten.
    """

    __tablename__ = "meeting"
    __table_args__ = (UniqueConstraint("book_line_id"), Index("ix_meeting_resident_day", "resident_id", "day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    driver_code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    met_s: Mapped[int | None]
    book_line_id: Mapped[int]


class DoorTime(Base):
    """One measured wait at a door, in seconds from knocking to the handover; ``stairs_s`` from the building's entrance to the door.

    ``book_line_id`` is the meal, so that a record that comes twice counts once and one that is corrected can be forgotten. ``met_s``: the
    handover, seconds since local midnight of ``day``.
    """

    __tablename__ = "door_time"
    __table_args__ = (UniqueConstraint("book_line_id"), Index("ix_door_time_day", "day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    seconds: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    stairs_s: Mapped[int | None]
    met_s: Mapped[int | None]
    day: Mapped[date | None]
    book_line_id: Mapped[int | None]
