"""Tables of offers: one row an offer, and everything that happened to a run as events that nobody changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime

_LIVE = text("state in ('open', 'accepted')")


class RunOffer(Base):
    """A run offered to a vendor (or to a volunteer: ``driver_code``, without a vendor). Only its answer is written later.

    The partial unique index is what makes sure that a run waits for one vendor, or is held by one, never by two.
    """

    __tablename__ = "run_offer"
    __table_args__ = (
        Index("uq_run_offer_live", "run_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index(None, "state", "deadline_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    vendor_code: Mapped[str] = mapped_column(String(40), index=True)
    driver_code: Mapped[str] = mapped_column(String(40), default="")
    place: Mapped[int]
    why: Mapped[list[Any]] = mapped_column(JsonDict, default=list)
    hand_reason: Mapped[str] = mapped_column(Text, default="")
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    offered_by: Mapped[str] = mapped_column(String(80))
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(Text, default="")


@append_only
class RunEvent(Base):
    """One thing that happened to a run: offered, accepted, declined, lapsed, driver named …; ``detail`` holds codes only."""

    __tablename__ = "run_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("run_offer.id"))
    kind: Mapped[str] = mapped_column(String(16))
    vendor_code: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
