"""Tables of notices: what a driver, a vendor or a kitchen must know about a changed plan, and who has seen it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime


@append_only
class RunNotice(Base):
    """One message to one driver, vendor or kitchen about one change. ``content`` holds numbers and ids, never a person.

    ``run_id`` is the run that a driver goes on with, or the one that was taken away.
    """

    __tablename__ = "run_notice"
    __table_args__ = (UniqueConstraint("natural_key"), Index(None, "audience", "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(120))
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    replaces_version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id"))
    audience: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(40))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    content: Mapped[dict[str, object]] = mapped_column(JsonDict, default=dict)
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class NoticeReceipt(Base):
    """Somebody has seen a notice, or was told on the phone."""

    __tablename__ = "notice_receipt"
    __table_args__ = (UniqueConstraint("notice_id", "by_name", "means"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("run_notice.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    means: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
