"""Tables of dishes, the weekly menu and the service calendar."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.db import Base, JsonDict


class Dish(Base):
    """A dish; ``suits`` and ``contains`` are lists of words from data/rules/diets.yaml."""

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
    extra: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)


class MenuEntry(Base):
    """A dish on one weekday and slot for one diet group; ``code`` is ``weekday/slot/diet/choice/valid from``."""

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
