"""Tables of the close: its history, what was paid, what is held, what was corrected later. All are written once.

Held lines and corrections belong to a period and are sealed with it: nothing can be added to a closed one.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Connection,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    event,
    select,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime
from mealroute.subsidy.adjustment_models import AdjustmentLine, Money
from mealroute.subsidy.models import Period

__all__ = [
    "SEALED",
    "AdjustmentLine",
    "BudgetDecision",
    "ChainCell",
    "ChainWord",
    "HeldLine",
    "LineDecision",
    "PeriodMark",
    "SettlementPayment",
    "SettlementStep",
    "VendorAward",
    "seals",
]


@append_only
class SettlementStep(Base):
    """One entry of a month's history: who did what in which step, and what they had before them (``digest``)."""

    __tablename__ = "settlement_step"
    __table_args__ = (
        UniqueConstraint("period_id", "number"),
        CheckConstraint("step in ('prepare', 'check', 'approve', 'pay')", name="step"),
        CheckConstraint(
            "act in ('explained', 'prepared', 'signed', 'sent-back', 'approved', 'paid', 'objected')", name="act"
        ),
        CheckConstraint("act not in ('sent-back', 'objected') or reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("settlement_period.id"))
    number: Mapped[int]
    step: Mapped[str] = mapped_column(String(8))
    act: Mapped[str] = mapped_column(String(10))
    street_code: Mapped[str] = mapped_column(String(20), default="")
    back_to: Mapped[str] = mapped_column(String(8), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
    figures: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    by_role: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class SettlementPayment(Base):
    """One transfer to one payee from one fund. A mistake is mended by its opposite, with a reason (``note``)."""

    __tablename__ = "settlement_payment"
    __table_args__ = (
        UniqueConstraint("period_id", "payee", "fund", "voucher"),
        CheckConstraint("amount_fen <> 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("settlement_period.id"))
    payee: Mapped[str] = mapped_column(String(60))
    payee_name: Mapped[str] = mapped_column(String(120))
    fund: Mapped[str] = mapped_column(String(40), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    voucher: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class LineDecision(Base):
    """A person's word on one line of a closed month: take it back, or (release) pay what was held or taken back after all.

    The word with the highest ``number`` counts. The money moves with the next month that is prepared.
    """

    __tablename__ = "line_decision"
    __table_args__ = (
        UniqueConstraint("natural_key", "number"),
        CheckConstraint("kind in ('take-back', 'release')", name="kind"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(160))
    month: Mapped[str] = mapped_column(String(7), index=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class HeldLine(Money, Base):
    """A line that was due when its month closed and was kept out, because a check blocked it."""

    __tablename__ = "held_line"
    __table_args__ = (UniqueConstraint("period_id", "natural_key", "payee"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("settlement_period.id"))
    reasons: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class ChainCell(Base):
    """The chain of a closed month at one place, in portions (``figures``), as it was when it closed."""

    __tablename__ = "chain_cell"
    __table_args__ = (UniqueConstraint("period_id", "day", "slot", "street_code", "vendor_code", "kitchen_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("settlement_period.id"))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    street_code: Mapped[str] = mapped_column(String(20))
    vendor_code: Mapped[str] = mapped_column(String(40))
    kitchen_code: Mapped[str] = mapped_column(String(40))
    figures: Mapped[dict[str, Any]] = mapped_column(JsonDict)


@append_only
class PeriodMark(Base):
    """Fingerprints of what a closed month was computed from: of what concerns everybody, and by resident (``people``)."""

    __tablename__ = "period_mark"
    __table_args__ = (UniqueConstraint("period_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("settlement_period.id"))
    whole: Mapped[str] = mapped_column(String(64))
    people: Mapped[dict[str, Any]] = mapped_column(JsonDict)


@append_only
class ChainWord(Base):
    """Why a count of a trip differs from the plan, in somebody's words. The word with the highest ``number`` counts."""

    __tablename__ = "chain_word"
    __table_args__ = (UniqueConstraint("natural_key", "number"), CheckConstraint("sentence <> ''", name="sentence"))

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(160))
    month: Mapped[str] = mapped_column(String(7), index=True)
    number: Mapped[int]
    sentence: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class BudgetDecision(Base):
    """One decision about a fund's year, with its document. Never edited: a mistake is mended by a further decision."""

    __tablename__ = "budget_decision"
    __table_args__ = (
        UniqueConstraint("natural_key"),
        CheckConstraint("kind in ('initial', 'supplement', 'cut', 'appraisal')", name="kind"),
        CheckConstraint("(kind = 'cut') = (amount_fen < 0) and amount_fen <> 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(160))
    fund: Mapped[str] = mapped_column(String(40))
    year: Mapped[int] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(10))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    document_no: Mapped[str] = mapped_column(String(80))
    document_title: Mapped[str] = mapped_column(String(200))
    decided_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class VendorAward(Base):
    """A vendor's grade of a closed month, with an amount where a rule gives one. ``digest`` names the score revisions behind it."""

    __tablename__ = "vendor_award"
    __table_args__ = (UniqueConstraint("period_id", "vendor_code", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("settlement_period.id"))
    vendor_code: Mapped[str] = mapped_column(String(40))
    revision: Mapped[int]
    portions: Mapped[int]
    claimed_fen: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int | None]
    grade: Mapped[str] = mapped_column(String(10), default="")
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(80), default="")
    document: Mapped[str] = mapped_column(String(80), default="")
    rules_from: Mapped[date]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def _refuse_when_closed(
    _mapper: Mapper[Any], connection: Connection, target: HeldLine | AdjustmentLine | ChainCell | PeriodMark
) -> None:
    if connection.scalar(select(Period.state).where(Period.id == target.period_id)) == "closed":
        raise ValueError(f"{target.__tablename__} of a closed period is immutable")


for _model in (HeldLine, AdjustmentLine, ChainCell, PeriodMark):
    event.listen(_model, "before_insert", _refuse_when_closed)

SEALED = ("held_line", "adjustment_line", "chain_cell", "period_mark")


def seals(dialect: str, table: str) -> tuple[str, ...]:
    """The statements that let nobody add a row of ``table`` to a closed period, for SQLite or PostgreSQL."""
    closed = "EXISTS (SELECT 1 FROM settlement_period p WHERE p.id = NEW.period_id AND p.state = 'closed')"
    name, words = f"{table}_sealed_insert", f"{table} of a closed period is immutable"
    if dialect == "sqlite":
        return (
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {closed} BEGIN SELECT RAISE(ABORT, '{words}'); END",
        )
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN IF {closed} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $guard$",
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


for _table in SEALED:
    for _dialect in ("sqlite", "postgresql"):
        for _statement in seals(_dialect, _table):
            event.listen(
                Base.metadata.tables[_table],
                "after_create",
                DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
            )
