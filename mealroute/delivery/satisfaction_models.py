"""The table of what residents say when asked: an answer is a row of its own beside the proof, written once."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class Satisfaction(Base):
    """One answer about one meal. ``client_id`` is the proof's at the door; a later row for the same line takes its place."""

    __tablename__ = "satisfaction"
    __table_args__ = (UniqueConstraint("client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    proof_id: Mapped[int] = mapped_column(ForeignKey("proof.id"))
    book_line_id: Mapped[int] = mapped_column(ForeignKey("book_line.id"), index=True)
    answer: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(12))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
