"""Dated records of sites: agreements signed with persons, figures such as stars and capacity, one-off applications. Never changed."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class SiteAgreement(Base):
    """A resident signed with a station, or the agreement ended; the newest of a person and station that has begun holds."""

    __tablename__ = "site_agreement"
    __table_args__ = (
        UniqueConstraint("station_code", "resident_id", "day", "kind"),
        CheckConstraint("kind in ('signed', 'ended')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_code: Mapped[str] = mapped_column(ForeignKey("station.code"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(6))
    agreement_no: Mapped[str] = mapped_column(String(80), default="")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class SiteFigure(Base):
    """A whole number of a site from a day on (stars, person-times a day); the newest that has begun holds."""

    __tablename__ = "site_figure"
    __table_args__ = (UniqueConstraint("station_code", "name", "valid_from", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    station_code: Mapped[str] = mapped_column(ForeignKey("station.code"))
    name: Mapped[str] = mapped_column(String(40))
    value: Mapped[int] = mapped_column(BigInteger)
    valid_from: Mapped[date]
    document_no: Mapped[str] = mapped_column(String(80), default="")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class SiteApplication(Base):
    """A one-off application of a site with its document: a kind (build, equipment …), its capacity and cost where they matter."""

    __tablename__ = "site_application"
    __table_args__ = (UniqueConstraint("reference"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(60))
    station_code: Mapped[str] = mapped_column(ForeignKey("station.code"))
    day: Mapped[date] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(40))
    capacity: Mapped[int | None]
    cost_fen: Mapped[int | None] = mapped_column(BigInteger)
    document_no: Mapped[str] = mapped_column(String(80))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
