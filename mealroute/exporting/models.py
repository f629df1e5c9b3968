"""The register of exports: what was asked for, the file that came of it, what was done with it. Only ever added to."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime


@append_only
class ExportRequest(Base):
    """One export under its number. ``scope`` is the asker's reach, ``filters`` what they narrowed it to."""

    __tablename__ = "export_request"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        UniqueConstraint("client_id"),
        Index(None, "month", "what"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    serial: Mapped[int]
    client_id: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(20))
    format: Mapped[str] = mapped_column(String(6))
    payer: Mapped[str] = mapped_column(String(40))
    month: Mapped[str] = mapped_column(String(7))
    purpose: Mapped[str] = mapped_column(Text)
    masked: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    scope: Mapped[dict[str, Any]] = mapped_column(JsonDict)
    filters: Mapped[dict[str, Any]] = mapped_column(JsonDict)
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))


@append_only
class ExportFile(Base):
    """The file of an export: its rows and both digests. ``columns``: headings with their kinds, in order."""

    __tablename__ = "export_file"
    __table_args__ = (UniqueConstraint("request_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("export_request.id"))
    name: Mapped[str] = mapped_column(String(160))
    stored: Mapped[str] = mapped_column(String(160))
    rows: Mapped[int]
    rows_sha256: Mapped[str] = mapped_column(String(64), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    columns: Mapped[list[Any]] = mapped_column(JsonDict)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    keep_until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@append_only
class ExportAct(Base):
    """Who asked, fetched, checked a file, and that it was deleted when its time was over."""

    __tablename__ = "export_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("export_request.id"), index=True)
    act: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
