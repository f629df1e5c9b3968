"""Tables of publishing: what a version breaks, and who answers for it with which reason. Both are written once."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class PlanViolationRow(Base):
    """One broken rule of a version, found by the independent check when the version was saved."""

    __tablename__ = "plan_violation"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(80))
    cause: Mapped[str] = mapped_column(String(20))
    route_number: Mapped[int | None]
    vehicle_code: Mapped[str] = mapped_column(String(40), default="")
    stop_id: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str] = mapped_column(Text)


@append_only
class PlanOverrideRow(Base):
    """A person answers for one broken rule of a version that is published all the same."""

    __tablename__ = "plan_override"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    key: Mapped[str] = mapped_column(String(80))
    cause: Mapped[str] = mapped_column(String(20))
    message: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
