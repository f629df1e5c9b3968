"""Tables of the checks. A finding's row says where it stands; what happened to it is only ever added to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime


class CheckFinding(Base):
    """What a check found about one subject in one month. ``evidence`` is a list of [kind, number or code]; ``params`` fill the sentence.

    ``seen_digest`` is that of the evidence when it was last cleared: other evidence opens it again.
    """

    __tablename__ = "check_finding"
    __table_args__ = (
        UniqueConstraint("natural_key"),
        Index(None, "month", "state", "severity"),
        CheckConstraint("state in ('open', 'cleared', 'gone')", name="state"),
        CheckConstraint("severity in ('block', 'hold', 'warn')", name="severity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(160))
    month: Mapped[str] = mapped_column(String(7))
    code: Mapped[str] = mapped_column(String(40))
    severity: Mapped[str] = mapped_column(String(5))
    state: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(100))
    vendor_code: Mapped[str] = mapped_column(String(40), default="")
    street_code: Mapped[str] = mapped_column(String(12), default="")
    beneficiary: Mapped[str] = mapped_column(String(12), default="")
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    params: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    evidence: Mapped[list[list[str]]] = mapped_column(JsonDict, default=list)
    digest: Mapped[str] = mapped_column(String(64))
    seen_digest: Mapped[str] = mapped_column(String(64), default="")
    first_found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_found_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CheckFindingLine(Base):
    """A book line that a finding touches. Claim lines are found by it, so that a month built anew keeps its findings."""

    __tablename__ = "check_finding_line"
    __table_args__ = (UniqueConstraint("finding_id", "book_line_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("check_finding.id"))
    book_line_id: Mapped[int] = mapped_column(ForeignKey("book_line.id"), index=True)


@append_only
class CheckStep(Base):
    """One step of a finding's history: found, cleared with a reason by a person, opened again, no longer found."""

    __tablename__ = "check_step"
    __table_args__ = (UniqueConstraint("finding_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("check_finding.id"))
    number: Mapped[int]
    act: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class CheckLook(Base):
    """One look of the checks at a month: by whom, at how much, with which version of the limits, and what came of it."""

    __tablename__ = "check_look"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7), index=True)
    rules_from: Mapped[date]
    meals: Mapped[int]
    claims: Mapped[int]
    found: Mapped[int]
    new: Mapped[int]
    gone: Mapped[int]
    reopened: Mapped[int]
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class OutsideNotice(Base):
    """What a list from outside says about a resident (公安, 殡葬, 医保, 残联 …), dated. ``withdraws_id``: that row was wrong.

    ``last_day`` None: until further notice. ``source`` names the list; the ledger itself is not changed by it.
    """

    __tablename__ = "outside_notice"
    __table_args__ = (UniqueConstraint("natural_key"), UniqueConstraint("withdraws_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(120))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(120))
    withdraws_id: Mapped[int | None] = mapped_column(ForeignKey("outside_notice.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
