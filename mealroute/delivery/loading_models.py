"""Tables of the loading check: what the driver counted before leaving, against what the sheet says."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class LoadingCheck(Base):
    """One count of one trip. A later one of the same run and trip takes its place; both stay."""

    __tablename__ = "loading_check"
    __table_args__ = (UniqueConstraint("client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    trip: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    device: Mapped[str] = mapped_column(String(36), default="")
    phone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class LoadingCount(Base):
    """One kind of portion or box in a check. ``listed``: portions as the sheet says, boxes as the kitchen counted them out (None: not counted)."""

    __tablename__ = "loading_count"
    __table_args__ = (
        UniqueConstraint("check_id", "kind", "key"),
        CheckConstraint("kind in ('portions', 'boxes')", name="kind"),
        CheckConstraint("counted >= 0", name="counted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("loading_check.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    key: Mapped[str] = mapped_column(String(160))
    listed: Mapped[int | None] = mapped_column(Integer)
    counted: Mapped[int]
