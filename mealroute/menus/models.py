"""Tables of the menu: dishes, the weekly menu, service days."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.db import Base, JsonDict


class Dish(Base):
    """A dish that the kitchens cook."""

    __tablename__ = "dish"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(160), default="")
    suits: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    contains: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    compartment: Mapped[str] = mapped_column(String(6), default="hot")
    price_fen: Mapped[int] = mapped_column(BigInteger)
    extra: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)


class MenuEntry(Base):
    """A dish of the weekly menu; ``weekday`` 1 (Monday) … 7, both dates inclusive."""

    __tablename__ = "menu_entry"
    __table_args__ = (UniqueConstraint("weekday", "slot", "diet", "choice", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    weekday: Mapped[int]
    slot: Mapped[str] = mapped_column(String(10))
    diet: Mapped[str] = mapped_column(String(20))
    choice: Mapped[str] = mapped_column(String(4), default="A")
    dish_code: Mapped[str] = mapped_column(ForeignKey("dish.code"))
    price_fen: Mapped[int] = mapped_column(BigInteger)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class ServiceDay(Base):
    """One calendar day: seeded from the public calendar, edited by people."""

    __tablename__ = "service_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    serves: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(80))
    assumed: Mapped[bool] = mapped_column(default=False)
    edited_by: Mapped[str] = mapped_column(String(80), default="")
