"""Tables of orders. Nothing of a closed book is edited: lines, amendments and payments are written once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.crypto import EncryptedDict, EncryptedStr
from mealroute.core.db import Base, JsonDict, UtcDateTime


class StandingOrder(Base):
    """A weekly pattern; ``portions`` lists seven whole numbers, Monday first."""

    __tablename__ = "standing_order"
    __table_args__ = (Index(None, "slot", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    slot: Mapped[str] = mapped_column(String(10))
    portions: Mapped[list[int]] = mapped_column(JsonDict)
    size: Mapped[str] = mapped_column(String(8), default="normal")
    choice: Mapped[str] = mapped_column(String(4), default="A")
    delivery: Mapped[str] = mapped_column(String(8), default="home")
    station_code: Mapped[str | None] = mapped_column(ForeignKey("station.code"))
    channel: Mapped[str] = mapped_column(String(8))
    pay_means: Mapped[str] = mapped_column(String(14))
    window_from_s: Mapped[int | None]
    window_to_s: Mapped[int | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    extra: Mapped[dict[str, Any]] = mapped_column(EncryptedDict, default=dict)


class Order(Base):
    """One person's order for one day and slot. Changed only while the day's book is open.

    ``edited``: a person has changed the quantity, so the standing order no longer rules it. ``auto_cancelled``: taken out because
    the ledger no longer asks for it (a pause, say), so it comes back when the ledger does.
    """

    __tablename__ = "meal_order"
    __table_args__ = (
        Index(None, "day", "slot"),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("unit_price_fen >= 0 and resident_part_fen >= 0 and expected_subsidy_fen >= 0", name="money"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(120), unique=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    standing_order_id: Mapped[int | None] = mapped_column(ForeignKey("standing_order.id"))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    quantity: Mapped[int]
    size: Mapped[str] = mapped_column(String(8))
    choice: Mapped[str] = mapped_column(String(4), default="A")
    dish_code: Mapped[str | None] = mapped_column(ForeignKey("dish.code"))
    diets: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    avoids: Mapped[dict[str, Any]] = mapped_column(EncryptedDict, default=dict)
    delivery: Mapped[str] = mapped_column(String(8))
    station_code: Mapped[str | None] = mapped_column(ForeignKey("station.code"))
    channel: Mapped[str] = mapped_column(String(8))
    unit_price_fen: Mapped[int] = mapped_column(BigInteger)
    resident_part_fen: Mapped[int] = mapped_column(BigInteger)
    expected_subsidy_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    pay_means: Mapped[str] = mapped_column(String(14))
    window_from_s: Mapped[int]
    window_to_s: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="placed")
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    auto_cancelled: Mapped[bool] = mapped_column(default=False)
    edited: Mapped[bool] = mapped_column(default=False)
    flag: Mapped[str] = mapped_column(String(40), default="")
    flag_owner: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class DishChoice(Base):
    """What somebody decided for a resident's meal of one day; the last row for a resident, day and slot holds.

    ``kind`` is ``dish`` (``dish_code`` says which), ``by-hand`` (the kitchen cooks what is safe), ``no-meal`` or ``by-rule`` (an earlier
    decision is taken back). ``note`` may speak of health, so it is encrypted.
    """

    __tablename__ = "dish_choice"
    __table_args__ = (Index(None, "day", "slot", "resident_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    dish_code: Mapped[str | None] = mapped_column(ForeignKey("dish.code"))
    means: Mapped[str] = mapped_column(String(8))
    voice: Mapped[str] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(EncryptedStr)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class Payment(Base):
    """Money from a resident for one order, or back to them; a mistake is mended by its opposite."""

    __tablename__ = "payment"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(160), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("meal_order.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    means: Mapped[str] = mapped_column(String(14))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(String(80))
    reference: Mapped[str] = mapped_column(String(120), default="")


class OrderBook(Base):
    """The book of one day and slot. It closes once."""

    __tablename__ = "order_book"
    __table_args__ = (UniqueConstraint("day", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(8), default="open")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(80), default="")


@append_only
class BookLine(Base):
    """One order as frozen when the book closed, or as an amendment added it (``revision`` counts from 0 for each order)."""

    __tablename__ = "book_line"
    __table_args__ = (UniqueConstraint("book_id", "order_id", "revision"), Index(None, "street_code", "book_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("order_book.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("meal_order.id"), index=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    revision: Mapped[int] = mapped_column(default=0)
    quantity: Mapped[int]
    street_code: Mapped[str] = mapped_column(String(12))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    precision: Mapped[str] = mapped_column(String(10))
    place_key: Mapped[str] = mapped_column(String(400))
    floor: Mapped[int | None]
    has_lift: Mapped[bool]
    diets: Mapped[list[str]] = mapped_column(JsonDict)
    strict_diets: Mapped[list[str]] = mapped_column(JsonDict)
    avoids: Mapped[dict[str, Any]] = mapped_column(EncryptedDict, default=dict)
    dish_code: Mapped[str | None] = mapped_column(String(40))
    size: Mapped[str] = mapped_column(String(8))
    delivery: Mapped[str] = mapped_column(String(8))
    station_code: Mapped[str | None] = mapped_column(String(40))
    handover: Mapped[str] = mapped_column(String(20))
    priority: Mapped[int]
    must_serve: Mapped[bool]
    window_from_s: Mapped[int]
    window_to_s: Mapped[int]
    unit_price_fen: Mapped[int] = mapped_column(BigInteger)
    cash_due_fen: Mapped[int] = mapped_column(BigInteger)
    zone: Mapped[str] = mapped_column(String(20), default="", server_default="")
    meal_kind: Mapped[str] = mapped_column(String(20), default="", server_default="")
    flag: Mapped[str] = mapped_column(String(40), default="")
    flag_owner: Mapped[str] = mapped_column(String(80), default="")


@append_only
class Amendment(Base):
    """A change of a closed book: the line that it takes out of effect, the line that it adds, or both."""

    __tablename__ = "amendment"
    __table_args__ = (UniqueConstraint("cancels_line_id"), UniqueConstraint("adds_line_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("order_book.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    order_id: Mapped[int] = mapped_column(ForeignKey("meal_order.id"))
    cancels_line_id: Mapped[int | None] = mapped_column(ForeignKey("book_line.id"))
    adds_line_id: Mapped[int | None] = mapped_column(ForeignKey("book_line.id"))
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    before: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
