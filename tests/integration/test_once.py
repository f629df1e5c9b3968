"""Rows written once on both databases: every kind of column, empty values, defaults, and what is too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Engine,
    Float,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.exc import DataError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from mealroute.core.crypto import EncryptedStr
from mealroute.core.db import JsonDict, UtcDateTime
from mealroute.core.once import insert_new

AT = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)


class Own(DeclarativeBase):
    """Tables of this test alone."""


class Everything(Own):
    """A column of every kind that the program has."""

    __tablename__ = "once_of_the_tests"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(Text)
    big: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[float | None] = mapped_column(Float)
    seen: Mapped[bool] = mapped_column(Boolean)
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept: Mapped[Any] = mapped_column(JsonDict)
    phone: Mapped[str | None] = mapped_column(EncryptedStr)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(String(20), default="nothing")


@pytest.fixture
def own(any_engine: Engine) -> Iterator[Session]:
    Own.metadata.create_all(any_engine)
    with Session(any_engine) as session:
        yield session
    Own.metadata.drop_all(any_engine)


def row(key: str, **more: object) -> dict[str, Any]:
    found = {
        "key": key, "words": '王*兰, {"a"} \\ NULL', "big": 2**40, "share": None, "seen": True, "day": date(2026, 3, 9), "at": AT,
        "kept": [["a", 1], []], "phone": "13900000199", "raw": b"\x00\xff",
    }  # fmt: skip
    return found | more


def test_every_kind_of_value_comes_back_as_it_was_given(own: Session) -> None:
    given = [row("one"), row("two", share=0.5, seen=False, kept={"b": None}, phone=None, raw=None, words="")]
    written = insert_new(own, Everything, given, Everything.key, Everything.id)
    assert {key for key, _id in written} == {"one", "two"}
    stored = {each.key: each for each in own.scalars(select(Everything))}
    for wanted in given:
        assert {name: getattr(stored[wanted["key"]], name) for name in wanted} == wanted


def test_what_is_not_given_gets_its_default(own: Session) -> None:
    insert_new(own, Everything, [row("one"), row("two")], Everything.id)
    assert [*own.scalars(select(Everything.note))] == ["nothing", "nothing"]


def test_a_row_whose_key_is_taken_is_left_alone_and_the_others_are_written(own: Session) -> None:
    insert_new(own, Everything, [row("one")], Everything.id)
    again = insert_new(own, Everything, [row("one", words="later"), row("two")], Everything.key, Everything.id)
    assert [key for key, _id in again] == ["two"]
    assert own.scalar(select(Everything.words).where(Everything.key == "one")) != "later"


def test_what_is_too_long_is_refused_and_never_cut(own: Session) -> None:
    if own.get_bind().dialect.name == "sqlite":
        insert_new(own, Everything, [row("far too long")], Everything.id)
        assert own.scalar(select(Everything.key)) == "far too long"  # SQLite knows no lengths
        return
    with pytest.raises(DataError):
        insert_new(own, Everything, [row("far too long")], Everything.id)


def test_three_thousand_rows_are_written_in_one_go(own: Session) -> None:
    written = insert_new(own, Everything, [row(f"k{n}") for n in range(3_000)], Everything.key, Everything.id)
    assert len(written) == len(dict(written)) == 3_000
