"""Tables of the ladder: each step of a case, what a street set for its ladder, who is on duty. Only ever added to."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.crypto import EncryptedStr
from mealroute.core.db import Base, JsonDict, UtcDateTime


@append_only
class CaseStep(Base):
    """One line of a case's history: who, when, by what means, with what result. ``natural_key`` makes each rung happen once."""

    __tablename__ = "case_step"
    __table_args__ = (UniqueConstraint("natural_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(80))
    case_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    rung: Mapped[str] = mapped_column(String(10))
    means: Mapped[str] = mapped_column(String(10))
    result: Mapped[str] = mapped_column(String(12), default="")
    person: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@append_only
class StreetRule(Base):
    """What a street set itself for one subject (``ladder``, ``silence``), from a day on. Of two rows for one day the later holds."""

    __tablename__ = "street_rule"
    __table_args__ = (Index("ix_street_rule_subject_street_code_from_day", "subject", "street_code", "from_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(20))
    street_code: Mapped[str] = mapped_column(ForeignKey("street.code"))
    from_day: Mapped[date]
    content: Mapped[dict[str, object]] = mapped_column(JsonDict, default=dict)
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class DutyPerson(Base):
    """Who is asked on a rung in a street, or in one community of it, under one cover. The newest that has begun holds."""

    __tablename__ = "duty_person"
    __table_args__ = (Index("ix_duty_person_street_code_rung", "street_code", "rung"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    street_code: Mapped[str] = mapped_column(ForeignKey("street.code"))
    community: Mapped[str] = mapped_column(String(80), default="")
    rung: Mapped[str] = mapped_column(String(10))
    cover: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(EncryptedStr)
    from_day: Mapped[date]
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
