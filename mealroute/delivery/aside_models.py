"""Table of the records that do not stand although nothing superseded them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class ProofAside(Base):
    """One record that was set aside, and why.

    ``beside``: it was made before the record that stands (``stands_id``), on another phone, and came later. ``reopened``: whoever made
    it took it back, and the door is open again. The record itself stays as it was written.
    """

    __tablename__ = "proof_aside"
    __table_args__ = (
        UniqueConstraint("client_id"),
        UniqueConstraint("proof_id"),
        CheckConstraint("kind in ('beside', 'reopened')", name="kind"),
        CheckConstraint("(kind = 'beside') = (stands_id is not null)", name="stands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    proof_id: Mapped[int] = mapped_column(ForeignKey("proof.id"))
    kind: Mapped[str] = mapped_column(String(10))
    stands_id: Mapped[int | None] = mapped_column(ForeignKey("proof.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    device: Mapped[str] = mapped_column(String(36), default="")
    phone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
