"""Tables of dishes, the weekly menu and the service calendar."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime


class Dish(Base):
    """A dish; its lists are codes of data/rules/diets.yaml and foods.yaml. ``price_fen`` holds before the first dated price.

    ``kind`` is a code of the rules' kinds of meal (basic, set …), or empty.
    """

    __tablename__ = "dish"
    __table_args__ = (CheckConstraint("price_fen >= 0", name="price"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(160), default="")
    suits: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    contains: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    size_large: Mapped[bool] = mapped_column(default=False)
    compartment: Mapped[str] = mapped_column(String(8), default="hot")
    price_fen: Mapped[int] = mapped_column(BigInteger)
    allergens: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    textures: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    active: Mapped[bool] = mapped_column(default=True)
    kind: Mapped[str] = mapped_column(String(20), default="", server_default="")
    extra: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)


@append_only
class DishPrice(Base):
    """What a dish costs from a day on; of several rows for one day the last one holds."""

    __tablename__ = "dish_price"
    __table_args__ = (CheckConstraint("price_fen >= 0", name="price"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dish_code: Mapped[str] = mapped_column(ForeignKey("dish.code"), index=True)
    valid_from: Mapped[date]
    price_fen: Mapped[int] = mapped_column(BigInteger)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MenuEntry(Base):
    """The pattern: a dish on one weekday and slot for one diet group; ``code`` is ``weekday/slot/diet/choice/valid from``."""

    __tablename__ = "menu_entry"
    __table_args__ = (CheckConstraint("weekday between 1 and 7", name="weekday"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    weekday: Mapped[int]
    slot: Mapped[str] = mapped_column(String(10))
    diet: Mapped[str] = mapped_column(String(20))
    choice: Mapped[str] = mapped_column(String(4), default="A")
    dish_code: Mapped[str] = mapped_column(ForeignKey("dish.code"))
    price_fen: Mapped[int] = mapped_column(BigInteger)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    extra: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)


class MenuWeek(Base):
    """One version of the menu of a week that begins on ``monday``. Changed while it is a draft, never once it is published.

    The published version with the highest number holds. ``signed_by`` is the dietitian who has read it, where one has.
    """

    __tablename__ = "menu_week"
    __table_args__ = (UniqueConstraint("monday", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    monday: Mapped[date]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_by: Mapped[str] = mapped_column(String(80), default="")
    signed_on: Mapped[date | None]
    published_by: Mapped[str] = mapped_column(String(80), default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MenuItem(Base):
    """A dish of one version on one day and slot, for one diet group. The ordinary dish of choice A is the main dish."""

    __tablename__ = "menu_item"
    __table_args__ = (
        UniqueConstraint("week_id", "day", "slot", "diet", "choice"),
        CheckConstraint("price_fen >= 0", name="price"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    week_id: Mapped[int] = mapped_column(ForeignKey("menu_week.id"))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    diet: Mapped[str] = mapped_column(String(20))
    choice: Mapped[str] = mapped_column(String(4), default="A")
    dish_code: Mapped[str] = mapped_column(ForeignKey("dish.code"))
    price_fen: Mapped[int] = mapped_column(BigInteger)


@append_only
class MenuAmendment(Base):
    """A dish that was replaced after the book of its day had closed: what, by what, why, by whom."""

    __tablename__ = "menu_amendment"
    __table_args__ = (Index(None, "day", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    week_id: Mapped[int] = mapped_column(ForeignKey("menu_week.id"))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    diet: Mapped[str] = mapped_column(String(20))
    choice: Mapped[str] = mapped_column(String(4))
    before_dish: Mapped[str] = mapped_column(ForeignKey("dish.code"))
    after_dish: Mapped[str] = mapped_column(ForeignKey("dish.code"))
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ServiceDay(Base):
    """A day of the service calendar, seeded from the official holidays and edited by people."""

    __tablename__ = "service_day"
    __table_args__ = (CheckConstraint("as_weekday between 1 and 7", name="as_weekday"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    serves: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(20))
    as_weekday: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(20))
    edited_by: Mapped[str] = mapped_column(String(80), default="")
