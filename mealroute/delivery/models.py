"""Tables of delivery. A proof is written once; a later one for the same line supersedes it and leaves it standing."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class Proof(Base):
    """Evidence for one order line at one door. The current one of a line is the one that no other supersedes.

    Nor one that was set aside (``aside_models``). ``made_at`` is the phone's time corrected to our clock, ``seq`` the phone's own count.
    """

    __tablename__ = "proof"
    __table_args__ = (
        UniqueConstraint("client_id"),
        UniqueConstraint("supersedes_id"),
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("cash_collected_fen >= 0", name="cash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("plan_visit.id"))
    book_line_id: Mapped[int] = mapped_column(ForeignKey("book_line.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    seen: Mapped[bool]
    left_with: Mapped[str] = mapped_column(String(80), default="")
    quantity: Mapped[int]
    cash_collected_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    phone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    server_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    by_name: Mapped[str] = mapped_column(String(80))
    source: Mapped[str] = mapped_column(String(12))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("proof.id"))
    device: Mapped[str] = mapped_column(String(36), default="", server_default="")
    seq: Mapped[int | None]
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FollowUp(Base):
    """A case: a person who was not seen, until somebody by name says how they know that all is well.

    What began at a door has its order line and its proof; what began otherwise (a slow door, meals not eaten, a silent day) has
    neither. ``natural_key`` says what it is about: there is one case for it, ever. ``rung`` is empty for cases from before the ladder.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("book_line_id"),
        UniqueConstraint("natural_key"),
        Index("ix_follow_up_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(80))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    street_code: Mapped[str] = mapped_column(String(12))
    book_line_id: Mapped[int | None] = mapped_column(ForeignKey("book_line.id"))
    proof_id: Mapped[int | None] = mapped_column(ForeignKey("proof.id"))
    kind: Mapped[str] = mapped_column(String(20))
    rung: Mapped[str] = mapped_column(String(10), default="", server_default="")
    owner: Mapped[str] = mapped_column(String(80))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), index=True)
    last_step: Mapped[str] = mapped_column(Text, default="")
    closed_by: Mapped[str | None] = mapped_column(String(80))
    closed_how: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@append_only
class StationReceipt(Base):
    """A station's signature for a bulk stop: how many portions arrived, how warm, who signed, why the number differs.

    ``tenths`` (of a degree Celsius) is None where a driver's phone took the signature and nobody could measure.
    """

    __tablename__ = "station_receipt"
    __table_args__ = (UniqueConstraint("client_id"), CheckConstraint("portions >= 0", name="portions"))

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    visit_id: Mapped[int] = mapped_column(ForeignKey("plan_visit.id"), index=True)
    station_code: Mapped[str] = mapped_column(String(40))
    portions: Mapped[int]
    signed_by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    tenths: Mapped[int | None]
    shortfall: Mapped[str] = mapped_column(String(20), default="", server_default="")
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
