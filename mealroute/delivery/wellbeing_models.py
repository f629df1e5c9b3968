"""Table of what is seen of a person at the door beside the meal: was the last one eaten, how do they seem."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class WellbeingNote(Base):
    """One look at one person, written once with the proof (same ``client_id``). Only of people who were met.

    ``last_meal``: eaten, some-left, untouched, not-asked; ``seems``: as-usual, less-well, needs-help. Empty: the tap was not offered
    or left open. A note counts while its proof stands (``queries.current``); a corrected proof brings a note of its own.
    """

    __tablename__ = "wellbeing_note"
    __table_args__ = (UniqueConstraint("client_id"), Index(None, "resident_id", "day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    proof_id: Mapped[int] = mapped_column(ForeignKey("proof.id"), index=True)
    book_line_id: Mapped[int] = mapped_column(ForeignKey("book_line.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    last_meal: Mapped[str] = mapped_column(String(10), default="")
    seems: Mapped[str] = mapped_column(String(12), default="")
    source: Mapped[str] = mapped_column(String(12))
    by_name: Mapped[str] = mapped_column(String(80))
    phone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
