"""Tables of the call-back: the seed and what is drawn from, written down before the draw; the draw; each answer. Only ever added to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.crypto import EncryptedStr
from mealroute.core.db import Base, UtcDateTime


@append_only
class CallBackSeed(Base):
    """The published seed of a month's draw. ``origin`` says where it comes from, so that nobody can have chosen it."""

    __tablename__ = "call_back_seed"
    __table_args__ = (UniqueConstraint("month", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    number: Mapped[int]
    seed: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str] = mapped_column(String(200))
    method: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class CallBackPopulation(Base):
    """What one vendor's sample is drawn from: how many meals, the hash of their list, how many are asked about."""

    __tablename__ = "call_back_population"
    __table_args__ = (
        UniqueConstraint("seed_id", "vendor_code"),
        CheckConstraint("size >= 0 and size <= meals", name="size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seed_id: Mapped[int] = mapped_column(ForeignKey("call_back_seed.id"))
    vendor_code: Mapped[str] = mapped_column(String(40))
    meals: Mapped[int]
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


@append_only
class CallBackPick(Base):
    """One meal that somebody is asked about."""

    __tablename__ = "call_back_pick"
    __table_args__ = (
        UniqueConstraint("population_id", "position"),
        UniqueConstraint("population_id", "book_line_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    population_id: Mapped[int] = mapped_column(ForeignKey("call_back_population.id"))
    position: Mapped[int]
    book_line_id: Mapped[int] = mapped_column(ForeignKey("book_line.id"), index=True)


@append_only
class CallBackAnswer(Base):
    """What was heard. A later answer to the same pick takes the place of the earlier, which stays."""

    __tablename__ = "call_back_answer"
    __table_args__ = (
        UniqueConstraint("pick_id", "number"),
        CheckConstraint("answer in ('received', 'not-received', 'cannot-say', 'not-reached')", name="answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pick_id: Mapped[int] = mapped_column(ForeignKey("call_back_pick.id"))
    number: Mapped[int]
    answer: Mapped[str] = mapped_column(String(12))
    note: Mapped[str | None] = mapped_column(EncryptedStr)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
