"""The table of keyed sheets: what a clerk typed from paper, each time it was typed. Only ever added to."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime


@append_only
class KeyedSheet(Base):
    """One keying of one sheet: figures only, no names. ``revision`` counts from 1; ``content`` holds rows and foot as typed."""

    __tablename__ = "keyed_sheet"
    __table_args__ = (UniqueConstraint("version_id", "number", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    number: Mapped[int]
    revision: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    seen: Mapped[int]
    left: Mapped[int]
    back: Mapped[int]
    cash_fen: Mapped[int] = mapped_column(BigInteger)
    missing: Mapped[int]
    reason: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
