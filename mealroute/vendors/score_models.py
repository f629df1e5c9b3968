"""The table of vendors' scores: worked out downstream, written here so that dispatch can rank offers by them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class VendorScore(Base):
    """One vendor's score of one month for one side (what it delivered, what it cooked).

    ``score`` None = not enough data. Figures that change later (a late record, a complaint dismissed) make a new
    ``revision``; the newest one of the newest month counts. ``digest`` is the SHA-256 of the figures behind it.
    """

    __tablename__ = "vendor_score"
    __table_args__ = (
        UniqueConstraint("vendor_code", "side", "period", "revision"),
        CheckConstraint("score between 0 and 100", name="score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_code: Mapped[str] = mapped_column(ForeignKey("vendor.code"))
    side: Mapped[str] = mapped_column(String(10))
    period: Mapped[str] = mapped_column(String(7))
    revision: Mapped[int]
    score: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
