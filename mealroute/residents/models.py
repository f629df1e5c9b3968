"""Tables of the resident ledger. ID and phone numbers are encrypted and found again by a blind index."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.crypto import EncryptedDict, EncryptedStr
from mealroute.core.db import Base, UtcDateTime


class Resident(Base):
    """One person of the ledger; ``code`` is the natural key that sheets use.

    ``state`` is never ``paused``: pauses are dated rows. ``name_key`` and ``address_key`` are the space-free lower-case
    forms that search reads. ``registration`` is the official code of where the household is registered. ``lon``/``lat`` are WGS-84; the figures as given stand beside them with their datum.
    """

    __tablename__ = "resident"
    __table_args__ = (Index(None, "street_code", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80), default="")
    name_pinyin: Mapped[str] = mapped_column(String(160), default="", index=True)
    name_initials: Mapped[str] = mapped_column(String(40), default="")
    sex: Mapped[str] = mapped_column(String(10), default="unknown")
    birth_date: Mapped[date]
    id_number: Mapped[str | None] = mapped_column(EncryptedStr, deferred=True)
    id_number_index: Mapped[str | None] = mapped_column(String(64), index=True)
    phone: Mapped[str | None] = mapped_column(EncryptedStr)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    street_code: Mapped[str] = mapped_column(ForeignKey("street.code"))
    community: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(200))
    address_key: Mapped[str] = mapped_column(String(400), default="")
    building: Mapped[str] = mapped_column(String(80), default="")
    unit: Mapped[str] = mapped_column(String(40), default="")
    floor: Mapped[int | None]
    has_lift: Mapped[bool] = mapped_column(default=False)
    door_note: Mapped[str] = mapped_column(Text, default="")
    living: Mapped[str] = mapped_column(String(20), default="unknown")
    ability_level: Mapped[int | None]
    ability_standard: Mapped[str] = mapped_column(String(40), default="")
    assessed_on: Mapped[date | None]
    assessment_valid_until: Mapped[date | None]
    basic_service: Mapped[bool] = mapped_column(default=False)
    basic_service_from: Mapped[date | None]
    handover: Mapped[str] = mapped_column(String(20), default="contact-allowed")
    state: Mapped[str] = mapped_column(String(12), default="pending")
    state_since: Mapped[date]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    datum_original: Mapped[str | None] = mapped_column(String(8))
    lon_original: Mapped[float | None]
    lat_original: Mapped[float | None]
    precision: Mapped[str] = mapped_column(String(10), default="none")
    point_source: Mapped[str] = mapped_column(String(80), default="")
    point_confirmed_by: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    registration: Mapped[str] = mapped_column(String(12), default="", server_default="")
    health_consent: Mapped[str] = mapped_column(String(10), default="unknown")
    health_consent_on: Mapped[date | None]
    extra: Mapped[dict[str, Any]] = mapped_column(EncryptedDict, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class ResidentFact(Base):
    """One of the card's facts that money hangs on became another on a day: ``before`` until then, ``value`` from ``since`` on.

    Written when a column changes (``facts.DATED``), so that a past day is judged by what held that day. Both are texts.
    """

    __tablename__ = "resident_fact"

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    name: Mapped[str] = mapped_column(String(24))
    before: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(40))
    since: Mapped[date]
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ResidentCategory(Base):
    """A category that somebody has granted, with its dates (both inclusive). Derived ones (age …) are not stored."""

    __tablename__ = "resident_category"
    __table_args__ = (UniqueConstraint("resident_id", "category", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    category: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(80), default="")


class ResidentDiet(Base):
    """A diet with its dates (both inclusive). ``strict``: a wrong dish harms, so a doubt leaves the order without a dish."""

    __tablename__ = "resident_diet"
    __table_args__ = (UniqueConstraint("resident_id", "diet", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    diet: Mapped[str] = mapped_column(String(20))
    strict: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class ResidentAvoidance(Base):
    """The foods that somebody avoids, with their dates (both inclusive). Health data: ``content`` is encrypted.

    ``content`` is ``{"needs": [...], "strict": [...]}``, codes as in ``foods.py``; empty once consent is withdrawn.
    """

    __tablename__ = "resident_avoidance"
    __table_args__ = (UniqueConstraint("resident_id", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    content: Mapped[dict[str, Any]] = mapped_column(EncryptedDict, default=dict)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Contact(Base):
    """Someone to call about a resident, in the order in which to call."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("resident_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    relation: Mapped[str] = mapped_column(String(40), default="")
    phone: Mapped[str] = mapped_column(EncryptedStr)
    phone_index: Mapped[str] = mapped_column(String(64), index=True)
    may_receive: Mapped[bool] = mapped_column(default=True)


class Pause(Base):
    """Days without meals (both ends inclusive). A pause that never took effect is cancelled, not removed."""

    __tablename__ = "pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@append_only
class StateChange(Base):
    """The resident's history of states: ``state`` holds from ``since`` until the next row's ``since``."""

    __tablename__ = "state_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    since: Mapped[date]
    reason: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
