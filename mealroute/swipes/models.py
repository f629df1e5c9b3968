"""Tables of swipes: files that came in, their rows, cards, and what people say of rows that do not fit. Rows are written once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.crypto import EncryptedStr
from mealroute.core.db import Base, JsonDict, UtcDateTime


@append_only
class MealCard(Base):
    """A card that stands for a resident from a day on; the newest that has begun holds. ``resident_id`` None: the card was given back."""

    __tablename__ = "meal_card"
    __table_args__ = (UniqueConstraint("number_index", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(EncryptedStr)
    number_index: Mapped[str] = mapped_column(String(64))
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"), index=True)
    valid_from: Mapped[date]
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SwipeUpload(Base):
    """A file between being looked at and being brought in; sealed, and thrown away after that."""

    __tablename__ = "swipe_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    account_id: Mapped[int | None]
    file: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class SwipeBatch(Base):
    """One file that came in, once. ``sites`` and the two days say what it covers; ``columns`` how it was read."""

    __tablename__ = "swipe_batch"
    __table_args__ = (UniqueConstraint("source", "digest"), CheckConstraint("first_day <= last_day", name="days"))

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    file: Mapped[str] = mapped_column(String(200))
    first_day: Mapped[date]
    last_day: Mapped[date] = mapped_column(index=True)
    sites: Mapped[list[str]] = mapped_column(JsonDict)
    columns: Mapped[dict[str, Any]] = mapped_column(JsonDict)
    rows: Mapped[int]
    repeated: Mapped[int]
    set_aside: Mapped[int]
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class Swipe(Base):
    """One row. ``person_index`` is the blind index of the card, ID or ledger number that the file gave; ``tail`` its last four places."""

    __tablename__ = "swipe"
    __table_args__ = (
        UniqueConstraint("natural_key"),
        Index(None, "day", "site_code"),
        CheckConstraint("kind in ('meal', 'void')", name="kind"),
        CheckConstraint("quantity >= 1", name="quantity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(160))
    batch_id: Mapped[int] = mapped_column(ForeignKey("swipe_batch.id"), index=True)
    source: Mapped[str] = mapped_column(String(40))
    serial: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(4))
    voids: Mapped[str] = mapped_column(String(60), default="")
    person_kind: Mapped[str] = mapped_column(String(10))
    person_index: Mapped[str] = mapped_column(String(64))
    tail: Mapped[str] = mapped_column(String(4))
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    site_code: Mapped[str] = mapped_column(String(40), default="")
    terminal: Mapped[str] = mapped_column(String(40), default="")
    quantity: Mapped[int]
    price_fen: Mapped[int | None] = mapped_column(BigInteger)
    paid_fen: Mapped[int | None] = mapped_column(BigInteger)
    subsidy_fen: Mapped[int | None] = mapped_column(BigInteger)
    means: Mapped[str] = mapped_column(String(6))


@append_only
class SwipeNote(Base):
    """What a person says of a row or meal that does not fit, or whose swipe it was (``resident_id``). The newest of a subject holds."""

    __tablename__ = "swipe_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(40), index=True)
    trouble: Mapped[str] = mapped_column(String(24))
    sentence: Mapped[str] = mapped_column(Text)
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
