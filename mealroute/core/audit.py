"""An append-only record of every change, reveal and export, each event chained to the one before by its hash."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Connection, Integer, String, Text, event, func, insert, select, text
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.db import Base, JsonDict, UtcDateTime

GENESIS = "0" * 64
_LOCK = 7_261_501  # any constant: the PostgreSQL advisory lock that keeps the chain in one line


class AuditEvent(Base):
    """One event; rows are never changed or removed (guarded here and by triggers in the database)."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(120), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    rows: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One event as shown to an auditor."""

    id: int
    at: datetime
    actor: str
    role: str
    action: str
    subject: str
    reason: str
    detail: Mapping[str, Any]
    rows: int | None
    digest: str | None


def record(
    db: Session,
    *,
    by: Actor,
    clock: Clock,
    action: str,
    subject: str,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
    rows: int | None = None,
    digest: str | None = None,
) -> None:
    """Append one event to the chain, in the caller's transaction.

    ``action`` is ``feature.verb`` (``orders.book-closed``), ``subject`` is ``kind/id`` (``book/2026-03-09/lunch``). ``detail``
    holds codes and counts, never names, numbers or addresses of people.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    db.flush()
    previous = db.scalar(select(AuditEvent.hash).order_by(AuditEvent.id.desc()).limit(1)) or GENESIS
    entry = AuditEvent(
        at=clock.now().replace(microsecond=0), account_id=by.account_id, actor=by.name, role=str(by.role), action=action, subject=subject,
        reason=reason, detail=dict(detail or {}), rows=rows, digest=digest, previous=previous, hash="",
    )  # fmt: skip
    entry.hash = _hash(entry)
    db.add(entry)
    db.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event that is yet to be written; the fields are those of ``record``."""

    by: Actor
    action: str
    subject: str
    detail: Mapping[str, Any]
    rows: int | None = None


def record_all(db: Session, *, clock: Clock, events: Sequence[Event]) -> None:
    """Append several events at once, in the order given: one look at the chain's end, one statement."""
    if not events:
        return
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    db.flush()
    previous = db.scalar(select(AuditEvent.hash).order_by(AuditEvent.id.desc()).limit(1)) or GENESIS
    at = clock.now().replace(microsecond=0)
    rows = []
    for each in events:
        row: dict[str, Any] = {
            "at": at, "account_id": each.by.account_id, "actor": each.by.name, "role": str(each.by.role), "action": each.action,
            "subject": each.subject, "reason": "", "detail": dict(each.detail), "rows": each.rows, "digest": None, "previous": previous,
        }  # fmt: skip
        previous = row["hash"] = _digest([row[name] if name != "at" else at.isoformat() for name in _HASHED])
        rows.append(row)
    db.execute(insert(AuditEvent), rows)


_HASHED = ("previous", "at", "account_id", "actor", "role", "action", "subject", "reason", "detail", "rows", "digest")
"""What an event's hash is made of, in this order."""


def _hash(entry: AuditEvent) -> str:
    return _digest([getattr(entry, name) if name != "at" else entry.at.isoformat() for name in _HASHED])


def _digest(content: list[Any]) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def verify(db: Session) -> int | None:
    """The id of the first event that does not fit the chain; ``None`` when the whole chain holds."""
    previous = GENESIS
    for entry in db.scalars(select(AuditEvent).order_by(AuditEvent.id).execution_options(yield_per=1000)):
        if entry.previous != previous or entry.hash != _hash(entry):
            return entry.id
        previous = entry.hash
    return None


def events(
    db: Session, *, subject: str = "", action: str = "", limit: int = 200, before: int | None = None
) -> tuple[AuditRecord, ...]:
    """The newest events first; ``subject`` and ``action`` are prefixes, ``before`` an id to page from."""
    query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    if subject:
        query = query.where(AuditEvent.subject.startswith(subject, autoescape=True))
    if action:
        query = query.where(AuditEvent.action.startswith(action, autoescape=True))
    if before is not None:
        query = query.where(AuditEvent.id < before)
    return tuple(_as_record(entry) for entry in db.scalars(query))


def count(db: Session) -> int:
    """How many events there are."""
    return db.scalar(select(func.count()).select_from(AuditEvent)) or 0


def _as_record(entry: AuditEvent) -> AuditRecord:
    return AuditRecord(
        id=entry.id, at=entry.at, actor=entry.actor, role=entry.role, action=entry.action, subject=entry.subject, reason=entry.reason,
        detail=entry.detail, rows=entry.rows, digest=entry.digest,
    )  # fmt: skip


ModelT = TypeVar("ModelT", bound=Base)
_GUARDED: set[type[Base]] = set()


def append_only(model: type[ModelT]) -> type[ModelT]:
    """Class decorator: rows of this table are written once; the program refuses to change or remove them."""
    _GUARDED.add(model)
    event.listen(model, "before_update", _refuse)
    event.listen(model, "before_delete", _refuse)
    return model


def append_only_tables() -> Iterable[str]:
    """Names of the guarded tables, so that the migration can add the same guard inside the database."""
    return sorted(model.__tablename__ for model in _GUARDED)


def _refuse(_mapper: Mapper[Any], _connection: Connection, target: Base) -> None:
    raise ValueError(f"{target.__tablename__} is append-only")


append_only(AuditEvent)
