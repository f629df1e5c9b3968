"""Messages to people outside: written in the transaction that gives rise to them, handed to a gateway afterwards, never twice.

``write`` puts a row beside the change itself, so that neither exists without the other. Handing over is a claim (committed
before the gateway is asked), the call, and the answer. Whoever dies in between leaves a claimed row: it is handed over again
only where the gateway promises to take the same key once; elsewhere a person has to ask (``uncertain``).
Numbers are encrypted and never logged; the text names people by masked names only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mealroute.core.actor import Scope
from mealroute.core.audit import append_only
from mealroute.core.crypto import EncryptedStr
from mealroute.core.db import Base, UtcDateTime
from mealroute.core.errors import Conflict, NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new

LEASE = timedelta(minutes=2)
"""How long a claim is believed: longer than any gateway may take to answer."""
WAITS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=2))
"""How long to wait after the first, second … failure; after the last a person has to pass the message on."""


class Channel(StrEnum):
    """By which way. ``desk``: nobody's number is known, so somebody at a desk has to act."""

    SMS = "sms"
    PHONE = "phone"
    DESK = "desk"


class OutState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    TRAY = "tray"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    PASSED_ON = "passed-on"
    NOT_NEEDED = "not-needed"


OPEN = (OutState.WAITING, OutState.CLAIMED, OutState.TRAY, OutState.UNCERTAIN, OutState.FAILED)
"""Nobody outside knows yet, or nobody knows whether they do. ``tray``: lies in a file until a person reads it out."""


class Outgoing(Base):
    """One message to one person. ``natural_key``: what it is about and to whom; there is one for it, ever."""

    __tablename__ = "outgoing"
    __table_args__ = (UniqueConstraint("natural_key"), Index("ix_outgoing_state_next_at", "state", "next_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(60), index=True)
    street_code: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(8))
    to_name: Mapped[str] = mapped_column(String(80))
    to_role: Mapped[str] = mapped_column(String(20))
    phone: Mapped[str | None] = mapped_column(EncryptedStr)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@append_only
class OutgoingTry(Base):
    """One attempt: by which gateway or person, and what came of it (a code, never a number or a text)."""

    __tablename__ = "outgoing_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    outgoing_id: Mapped[int] = mapped_column(ForeignKey("outgoing.id"), index=True)
    by_name: Mapped[str] = mapped_column(String(80))
    result: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it is written."""

    natural_key: str
    subject: str
    street_code: str
    channel: Channel
    to_name: str
    to_role: str
    phone: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRecord:
    """One attempt as a page shows it."""

    by_name: str
    result: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRecord:
    """One message. The number is masked by whoever shows it; ``has_phone`` says whether there is one."""

    id: int
    natural_key: str
    subject: str
    street_code: str
    channel: Channel
    to_name: str
    to_role: str
    has_phone: bool
    text: str
    state: OutState
    attempts: int
    next_at: datetime
    created_at: datetime
    settled_at: datetime | None
    tries: tuple[TryRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message in the hands of whoever delivers it."""

    id: int
    natural_key: str
    channel: Channel
    to_name: str
    phone: str
    text: str
    again: bool
    """Whether an earlier attempt ended without anybody knowing how."""


def write(db: Session, drafts: Sequence[Draft], *, now: datetime) -> int:
    """Keep messages in the caller's transaction; one that is there already is left alone. Returns how many are new."""
    rows: list[dict[str, Any]] = [
        {
            "natural_key": each.natural_key[:120], "subject": each.subject, "street_code": each.street_code,
            "channel": str(each.channel if each.phone else Channel.DESK), "to_name": each.to_name[:80], "to_role": each.to_role,
            "phone": each.phone or None, "text": each.text, "state": str(OutState.WAITING), "attempts": 0, "next_at": now,
            "created_at": now,
        }
        for each in drafts
    ]  # fmt: skip
    return len(insert_new(db, Outgoing, rows, Outgoing.id))


def withdraw(db: Session, subject: str, *, by_name: str, now: datetime) -> tuple[OutgoingRecord, ...]:
    """What has not gone out yet about a subject is not needed any more. Returns the messages that did go out."""
    rows = db.scalars(select(Outgoing).where(Outgoing.subject == subject).order_by(Outgoing.id)).all()
    for row in rows:
        if row.state in {OutState.WAITING, OutState.TRAY, OutState.FAILED}:
            row.state, row.settled_at = OutState.NOT_NEEDED, now
            db.add(OutgoingTry(outgoing_id=row.id, by_name=by_name[:80], result="not-needed", at=now))
    db.flush()
    return tuple(_record(row, ()) for row in rows if row.state not in {OutState.NOT_NEEDED})


def subjects(db: Session, wanted: Sequence[str]) -> set[str]:
    """Those of the subjects about which there is any message."""
    found: set[str] = set()
    for start in range(0, len(wanted), 10_000):
        query = select(Outgoing.subject).where(Outgoing.subject.in_(wanted[start : start + 10_000]))
        found |= set(db.scalars(query.distinct()))
    return found


def phones(db: Session, ids: Sequence[int]) -> dict[int, str]:
    """The numbers of messages. For callers who record that they look."""
    query = select(Outgoing.id, Outgoing.phone).where(Outgoing.id.in_(sorted(set(ids))))
    return {number: phone or "" for number, phone in db.execute(query)}


def anything_due(db: Session, now: datetime) -> bool:
    """Whether a gateway has something to do. One cheap read."""
    query = select(Outgoing.id).where(
        Outgoing.channel != str(Channel.DESK), Outgoing.next_at <= now,
        Outgoing.state.in_([str(OutState.WAITING), str(OutState.CLAIMED)]),
    )  # fmt: skip
    return db.scalar(query.limit(1)) is not None


def claim(db: Session, *, now: datetime, limit: int) -> tuple[Claimed, ...]:
    """Take what is due, the oldest first; commit before asking the gateway. Two processes never hold the same message."""
    query = (
        select(Outgoing)
        .where(
            Outgoing.channel != str(Channel.DESK), Outgoing.next_at <= now,
            Outgoing.state.in_([str(OutState.WAITING), str(OutState.CLAIMED)]),
        )
        .order_by(Outgoing.next_at, Outgoing.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )  # fmt: skip
    held = []
    for row in db.scalars(query):
        again = row.state == OutState.CLAIMED
        row.state, row.next_at, row.attempts = str(OutState.CLAIMED), now + LEASE, row.attempts + 1
        held.append(
            Claimed(
                id=row.id, natural_key=row.natural_key, channel=Channel(row.channel), to_name=row.to_name, phone=row.phone or "",
                text=row.text, again=again,
            )
        )  # fmt: skip
    db.flush()
    return tuple(held)


def answered(db: Session, message_id: int, *, by_name: str, result: str, now: datetime) -> None:
    """What the gateway said: ``sent``, ``tray``, ``uncertain``, ``refused`` (never again) or anything else (again, later)."""
    row = db.get_one(Outgoing, message_id)
    db.add(OutgoingTry(outgoing_id=message_id, by_name=by_name[:80], result=result[:40], at=now))
    if row.state != OutState.CLAIMED:  # somebody has settled it in the meantime
        db.flush()
        return
    if result in {"sent", "tray", "uncertain"}:
        row.state, row.settled_at = str(OutState(result)), now if result == "sent" else None
    elif result == "refused" or row.attempts > len(WAITS):
        row.state = str(OutState.FAILED)
    else:
        row.state, row.next_at = str(OutState.WAITING), now + WAITS[min(row.attempts, len(WAITS)) - 1]
    db.flush()


def passed_on(db: Session, message_id: int, *, person: str, note: str, scope: Scope, now: datetime) -> None:
    """A person has passed the message on by themselves. Raises NotFound beyond the scope, Conflict where it is settled."""
    row = db.get(Outgoing, message_id, with_for_update=True)
    if row is None or not scope.sees_street(row.street_code):
        raise NotFound("message-not-found", _("There is no such message."))
    if row.state in {OutState.PASSED_ON, OutState.NOT_NEEDED}:
        raise Conflict("message-settled", _("This message is settled already."))
    row.state, row.settled_at = str(OutState.PASSED_ON), now
    db.add(OutgoingTry(outgoing_id=row.id, by_name=person[:80], result="passed-on", note=note.strip(), at=now))
    db.flush()


def messages(
    db: Session, *, scope: Scope, subject: str = "", only_open: bool = False, limit: int = 500
) -> tuple[OutgoingRecord, ...]:
    """Messages in the scope's streets, the newest first."""
    query = select(Outgoing).order_by(Outgoing.id.desc()).limit(limit)
    if subject:
        query = query.where(Outgoing.subject == subject)
    if only_open:
        query = query.where(Outgoing.state.in_([str(state) for state in OPEN]))
    if scope.streets is not None:
        query = query.where(Outgoing.street_code.in_(sorted(scope.streets)))
    rows = db.scalars(query).all()
    tries: dict[int, list[TryRecord]] = {}
    asked = select(OutgoingTry).where(OutgoingTry.outgoing_id.in_([row.id for row in rows])).order_by(OutgoingTry.id)
    for each in db.scalars(asked):
        record = TryRecord(by_name=each.by_name, result=each.result, note=each.note, at=each.at)
        tries.setdefault(each.outgoing_id, []).append(record)
    return tuple(_record(row, tuple(tries.get(row.id, ()))) for row in rows)


def _record(row: Outgoing, tries: tuple[TryRecord, ...]) -> OutgoingRecord:
    return OutgoingRecord(
        id=row.id, natural_key=row.natural_key, subject=row.subject, street_code=row.street_code, channel=Channel(row.channel),
        to_name=row.to_name, to_role=row.to_role, has_phone=row.phone is not None, text=row.text, state=OutState(row.state),
        attempts=row.attempts, next_at=row.next_at, created_at=row.created_at, settled_at=row.settled_at, tries=tries,
    )  # fmt: skip
