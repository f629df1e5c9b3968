"""Tables of a vendor's life: its steps, the two lists, what was answered, and what was reported. All are written once."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.crypto import EncryptedStr
from mealroute.core.db import Base, UtcDateTime


@append_only
class VendorStep(Base):
    """One step of a vendor's life: from which state to which, from which day, why, and who approved it."""

    __tablename__ = "vendor_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_code: Mapped[str] = mapped_column(ForeignKey("vendor.code"), index=True)
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    effective_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("vendor_incident.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class ListItem(Base):
    """One wording of one item of the admission checklist or the negative list; a change is a further version.

    In force from ``valid_from`` until the next version's; ``ends`` marks a version that takes the item off the list.
    """

    __tablename__ = "vendor_list_item"
    __table_args__ = (UniqueConstraint("list_name", "code", "version"), CheckConstraint("version >= 1", name="version"))

    id: Mapped[int] = mapped_column(primary_key=True)
    list_name: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    required: Mapped[bool]
    valid_from: Mapped[date]
    ends: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class ChecklistAnswer(Base):
    """What somebody found for one item of the checklist, with the evidence; the newest answer to a version counts."""

    __tablename__ = "vendor_checklist_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_code: Mapped[str] = mapped_column(ForeignKey("vendor.code"), index=True)
    item_code: Mapped[str] = mapped_column(String(40))
    item_version: Mapped[int]
    answer: Mapped[str] = mapped_column(String(12))
    evidence: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class VendorIncident(Base):
    """A report that a vendor did what the negative list forbids. The account may speak of people, so it is encrypted."""

    __tablename__ = "vendor_incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_code: Mapped[str] = mapped_column(ForeignKey("vendor.code"), index=True)
    item_code: Mapped[str] = mapped_column(String(40))
    item_version: Mapped[int]
    happened_on: Mapped[date]
    account: Mapped[str] = mapped_column(EncryptedStr)
    by_name: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class IncidentDecision(Base):
    """One decision an incident, by a named person."""

    __tablename__ = "vendor_incident_decision"
    __table_args__ = (
        ForeignKeyConstraint(["incident_id"], ["vendor_incident.id"]),
        UniqueConstraint("incident_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int]
    confirmed: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
