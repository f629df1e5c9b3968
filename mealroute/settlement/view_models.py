"""The table of what pages show of an open month between two reckonings. Nothing is settled from it; it may be emptied at any time."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.db import Base, JsonDict, UtcDateTime


class MonthView(Base):
    """A payer's month as it was reckoned last, at ``read_at``, from the records that ``stamp`` describes; one row a month.

    ``figures`` (sums, differences, chain) and ``lines`` (each order line's way) are compressed JSON (zlib).
    """

    __tablename__ = "month_view"
    __table_args__ = (UniqueConstraint("payer", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    payer: Mapped[str] = mapped_column(String(40))
    month: Mapped[str] = mapped_column(String(7))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stamp: Mapped[dict[str, Any]] = mapped_column(JsonDict)
    figures: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    lines: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
