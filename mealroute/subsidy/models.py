"""Tables of the money. The lines, explanations and totals of a closed period can no longer change.

That is held twice: here, for everything that goes through the program's sessions, and by triggers inside the database
(``TRIGGERS``, also created by the migration) for everything else.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from mealroute.core.db import Base, JsonDict, UtcDateTime
from mealroute.subsidy import evidence_guard


class Period(Base):
    """One payer's calendar month."""

    __tablename__ = "settlement_period"
    __table_args__ = (UniqueConstraint("payer", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    payer: Mapped[str] = mapped_column(String(40))
    month: Mapped[str] = mapped_column(String(7))
    state: Mapped[str] = mapped_column(String(8), default="open")
    closed_by: Mapped[str | None] = mapped_column(String(80))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totals: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    lines_digest: Mapped[str | None] = mapped_column(String(64))
    csv_sha256: Mapped[str | None] = mapped_column(String(64))


class ClaimBasis(Base):
    """What lines of a month have alike of what was looked at for them, and the words of the day: kept once for all of them.

    ``number`` counts within the month, in the order of the lines.
    """

    __tablename__ = "claim_basis"

    period_id: Mapped[int] = mapped_column(ForeignKey("settlement_period.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    basis: Mapped[dict[str, Any]] = mapped_column(JsonDict)


class ClaimLine(Base):
    """One subsidy under one rule. ``natural_key`` (rule, person, day or what else is paid for) stands once in all months.

    What else was looked at stands under ``basis_no`` of the month (None: nothing) and, where each meal has its own, in ``portions``, ``stop_no`` and
    ``planned_s`` (seconds of the day); ``cut``: why the amount is less than the rule's own.
    """

    __tablename__ = "claim_line"
    __table_args__ = (
        UniqueConstraint("natural_key"),
        UniqueConstraint("period_id", "line_no"),
        Index(
            "ix_claim_line_resident_id",
            "resident_id",
            postgresql_where=text("book_line_id IS NULL"),
            sqlite_where=text("book_line_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int]
    line_no: Mapped[int]
    natural_key: Mapped[str] = mapped_column(String(160).with_variant(String(160, collation="C"), "postgresql"))
    rule_id: Mapped[str] = mapped_column(String(60))
    rule_version: Mapped[int]
    document_no: Mapped[str] = mapped_column(String(80))
    beneficiary: Mapped[str] = mapped_column(String(12))
    unit: Mapped[str] = mapped_column(String(12), default="person-day", server_default="person-day")
    payee: Mapped[str] = mapped_column(String(40), default="", server_default="")
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    shares: Mapped[dict[str, Any]] = mapped_column(JsonDict)
    order_id: Mapped[int | None]
    book_line_id: Mapped[int | None] = mapped_column(index=True)
    proof_id: Mapped[int | None]
    resident_id: Mapped[int | None]
    resident_code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    street_code: Mapped[str] = mapped_column(String(20))
    vendor_code: Mapped[str] = mapped_column(String(40))
    unit_price_fen: Mapped[int] = mapped_column(BigInteger)
    resident_paid_fen: Mapped[int] = mapped_column(BigInteger)
    copay_fen: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(40), default="", server_default="")
    age: Mapped[int | None]
    ability_level: Mapped[int | None]
    run_id: Mapped[int | None]
    route_no: Mapped[int | None]
    driver_code: Mapped[str] = mapped_column(String(40), default="", server_default="")
    station_code: Mapped[str] = mapped_column(String(40), default="", server_default="")
    delivery: Mapped[str] = mapped_column(String(8), default="", server_default="")
    confirmation: Mapped[str] = mapped_column(String(12), default="", server_default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(12), default="", server_default="")
    basis_no: Mapped[int | None]
    portions: Mapped[int | None]
    stop_no: Mapped[int | None]
    planned_s: Mapped[int | None]
    cut: Mapped[str] = mapped_column(String(20), default="", server_default="")


class ClaimPerson(Base):
    """What the ledger held, without dates of its own, of each person of a month when its lines were last built.

    A closed month is computed again from these, so that who moves or is assessed anew later changes nothing of it. ``changes`` are the
    dated changes of these facts that were known then: name, day, before, after.
    """

    __tablename__ = "claim_person"
    __table_args__ = (UniqueConstraint("period_id", "resident_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("settlement_period.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    living: Mapped[str] = mapped_column(String(20))
    basic_service: Mapped[bool]
    basic_service_from: Mapped[date | None]
    ability_level: Mapped[int | None]
    assessment_valid_until: Mapped[date | None]
    registration: Mapped[str] = mapped_column(String(12), default="", server_default="")
    changes: Mapped[list[list[str]]] = mapped_column(JsonDict, default=list, server_default="[]")


class Explanation(Base):
    """Why delivered portions are neither subsidised nor paid in full; ``automatic`` where a rule says it."""

    __tablename__ = "explanation"
    __table_args__ = (UniqueConstraint("book_line_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("settlement_period.id"), index=True)
    book_line_id: Mapped[int] = mapped_column(ForeignKey("book_line.id"))
    day: Mapped[date]
    code: Mapped[str] = mapped_column(String(40))
    sentence: Mapped[str] = mapped_column(Text)
    portions: Mapped[int]
    automatic: Mapped[bool]
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def _refuse_when_closed(_mapper: Mapper[Any], connection: Connection, target: Base) -> None:
    assert isinstance(target, Period | ClaimBasis | ClaimLine | ClaimPerson | Explanation)
    period = target.id if isinstance(target, Period) else target.period_id
    if connection.scalar(select(Period.state).where(Period.id == period)) == "closed":
        raise ValueError(f"{target.__tablename__} of a closed period is immutable")


for _model in (Period, ClaimBasis, ClaimLine, ClaimPerson, Explanation):
    event.listen(_model, "before_update", _refuse_when_closed)
    event.listen(_model, "before_delete", _refuse_when_closed)
for _model in (ClaimBasis, ClaimLine, ClaimPerson, Explanation):
    event.listen(_model, "before_insert", _refuse_when_closed)

_GUARDED = (
    ("claim_basis", True), ("claim_line", True), ("claim_person", True), ("explanation", True), ("settlement_period", False),
)  # fmt: skip


def _triggers() -> dict[str, dict[str, tuple[str, ...]]]:
    """Dialect → table → statements. A closed period's rows can be neither added, moved in, changed nor removed.

    What is added to ``claim_line`` is looked at once it is there: PostgreSQL asks once a statement for a district's hundred thousand lines,
    SQLite once a line, together with what the line names (``evidence_guard``).
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {"sqlite": {}, "postgresql": {}}
    for table, child in _GUARDED:
        words = f"{table} of a closed period is immutable"
        sqlite: list[str] = []
        postgresql: list[str] = []
        for verb in ("INSERT", "UPDATE", "DELETE") if child else ("UPDATE", "DELETE"):
            rows = {
                "INSERT": "= NEW.period_id",
                "UPDATE": "IN (OLD.period_id, NEW.period_id)",
                "DELETE": "= OLD.period_id",
            }[verb]
            closed = (
                f"EXISTS (SELECT 1 FROM settlement_period p WHERE p.id {rows} AND p.state = 'closed')"  # noqa: S608 -- fixed names
                if child
                else "OLD.state = 'closed'"
            )
            name = f"{table}_closed_{verb.lower()}"
            together = table == "claim_line" and verb == "INSERT"
            when = "AFTER" if together else "BEFORE"
            if not together:
                sqlite.append(
                    f"CREATE TRIGGER {name} {when} {verb} ON {table} WHEN {closed} BEGIN SELECT RAISE(ABORT, '{words}'); END"
                )
            if together:
                postgresql += _raising(name, _ADDED, words, "NULL")
                each = "REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
            else:
                postgresql += _raising(name, closed, words, "OLD" if verb == "DELETE" else "NEW")
                each = "FOR EACH ROW"
            postgresql.append(f"CREATE TRIGGER {name} {when} {verb} ON {table} {each} EXECUTE FUNCTION {name}()")
        name = f"{table}_closed_truncate"
        postgresql += _raising(
            name, "EXISTS (SELECT 1 FROM settlement_period p WHERE p.state = 'closed')", words, "NULL"
        )
        postgresql.append(f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {name}()")
        found["sqlite"][table] = tuple(sqlite)
        found["postgresql"][table] = tuple(postgresql)
    return found


_ADDED = "EXISTS (SELECT 1 FROM added JOIN settlement_period p ON p.id = added.period_id WHERE p.state = 'closed')"


def _raising(name: str, where: str, words: str, back: str) -> tuple[str]:
    body = f"BEGIN IF {where} THEN RAISE EXCEPTION '{words}'; END IF; RETURN {back}; END"
    return (f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ {body} $guard$",)


TRIGGERS = _triggers()
for _dialect, _tables in TRIGGERS.items():
    for _table, _statements in _tables.items():
        for _statement in _statements:
            event.listen(
                Base.metadata.tables[_table],
                "after_create",
                DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
            )


@event.listens_for(Base.metadata, "after_create")
def _guard_what_lines_name(_metadata: object, connection: Connection, tables: Sequence[Table], **_how: object) -> None:
    """These triggers stand on tables that a line names: made once all of them are there."""
    if ClaimLine.__table__ in tables:
        for statement in evidence_guard.STATEMENTS[connection.dialect.name]:
            connection.exec_driver_sql(statement)
