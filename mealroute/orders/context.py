"""Everything that ordering needs to know about one day and slot, read in a fixed number of statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mealroute.areas import queries as areas
from mealroute.core.actor import Scope
from mealroute.core.geo import LonLat
from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.menus.records import DietTable, Menu, ServiceDayRecord, SlotTimes
from mealroute.menus.timetable import diet_table, times_of
from mealroute.orders import build, models
from mealroute.orders.records import BookState, ChoiceKind, DishChoiceRecord
from mealroute.residents import queries as residents
from mealroute.residents.loading import category_table
from mealroute.residents.records import CategoryTable, ResidentRecord
from mealroute.vendors.models import Station

CHUNK = 10_000
"""Ids in one IN list: SQLite takes at most 32,766 parameters in a statement."""


@dataclass(slots=True, kw_only=True)
class Money:
    """What has moved for an order: paid less refunded, and in how many movements."""

    paid_fen: int = 0
    movements: int = 0


@dataclass(frozen=True, kw_only=True)
class DayContext:
    """One day and slot as the ledger, the menu and the calendar stand now."""

    db: Session
    day: date
    slot: MealSlot

    @cached_property
    def service(self) -> ServiceDayRecord:
        return menus.service_day(self.db, self.day)

    @cached_property
    def menu(self) -> Menu:
        return menus.menu(self.db, self.day, self.slot)

    @cached_property
    def times(self) -> SlotTimes:
        return times_of(self.slot)

    @cached_property
    def diets(self) -> DietTable:
        return diet_table()

    @cached_property
    def categories(self) -> CategoryTable:
        return category_table()

    @cached_property
    def in_service(self) -> dict[int, ResidentRecord]:
        """Everyone in service that day, by id; those who pause are among them."""
        found = residents.active_on(self.db, self.day, scope=Scope.everything())
        return {int(record.id): record for record in found}

    @cached_property
    def stations(self) -> dict[str, LonLat | None]:
        """Where each station is."""
        return {
            row.code: None if row.lon is None or row.lat is None else LonLat(row.lon, row.lat)
            for row in self.db.execute(select(Station.code, Station.lon, Station.lat))
        }

    @cached_property
    def owners(self) -> dict[str, str]:
        """Who answers for a resident without a place, by street code."""
        return {street.code: street.dispatch_owner for street in areas.streets(self.db)}

    @cached_property
    def zones(self) -> dict[str, str]:
        """The zone of each street that has one, by street code."""
        return areas.street_zones(self.db)

    @cached_property
    def meal_kinds(self) -> dict[str, str]:
        """The kind of meal of each dish that has one, by dish code."""
        return menus.dish_kinds(self.db)

    @cached_property
    def standing(self) -> tuple[models.StandingOrder, ...]:
        """Standing orders whose dates cover the day, in the order of their codes."""
        row = models.StandingOrder
        covers = (row.valid_from <= self.day) & (row.valid_to.is_(None) | (row.valid_to >= self.day))
        return tuple(self.db.scalars(select(row).where(row.slot == str(self.slot), covers).order_by(row.code)))

    @cached_property
    def choices(self) -> dict[int, DishChoiceRecord]:
        """What was decided for residents' meals of this day and slot, the last word of each; decisions taken back are left out."""
        row = models.DishChoice
        query = select(row).where(row.day == self.day, row.slot == str(self.slot)).order_by(row.id)
        found = {item.resident_id: build.choice_record(item) for item in self.db.scalars(query)}
        return {number: choice for number, choice in found.items() if choice.kind is not ChoiceKind.BY_RULE}

    @cached_property
    def orders(self) -> list[models.Order]:
        """Every order of the day, both slots, cancelled ones too, by id: a person has one subsidy a day, not one a slot."""
        return list(self.db.scalars(select(models.Order).where(models.Order.day == self.day).order_by(models.Order.id)))

    @cached_property
    def money(self) -> dict[int, Money]:
        """What has moved for each of the day's orders."""
        return money_of(self.db, select(models.Order.id).where(models.Order.day == self.day))

    def of_slot(self) -> list[models.Order]:
        return [order for order in self.orders if order.slot == self.slot]

    def of_key(self, key: str) -> models.Order | None:
        """The one order of this natural key, without reading the day."""
        return self.db.scalar(select(models.Order).where(models.Order.natural_key == key))

    def of_prefix(self, prefix: str) -> int:
        """How many orders have a natural key that begins so."""
        row = models.Order
        query = select(func.count()).where(row.day == self.day, row.natural_key.startswith(prefix, autoescape=True))
        return self.db.scalar(query) or 0


def money_of(db: Session, ids: Select[Any] | Iterable[int]) -> dict[int, Money]:
    """Net payments by order; orders without a payment are not in it."""
    row = models.Payment
    signed = case((row.kind == "payment", row.amount_fen), else_=-row.amount_fen)
    sums = select(row.order_id, func.sum(signed), func.count()).group_by(row.order_id)
    if isinstance(ids, Select):
        parts = [sums.where(row.order_id.in_(ids))]
    else:
        wanted = sorted(set(ids))
        parts = [sums.where(row.order_id.in_(wanted[n : n + CHUNK])) for n in range(0, len(wanted), CHUNK)]
    return {
        order_id: Money(paid_fen=int(paid), movements=count)
        for part in parts
        for order_id, paid, count in db.execute(part)
    }


def locked_book(db: Session, day: date, slot: MealSlot) -> models.OrderBook:
    """The book's row, created if need be and locked until the transaction ends: two people cannot work on it at once."""
    values = {"day": day, "slot": str(slot), "state": str(BookState.OPEN), "closed_by": ""}
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.execute(insert(models.OrderBook).values(values).on_conflict_do_nothing(index_elements=["day", "slot"]))
    query = select(models.OrderBook).where(models.OrderBook.day == day, models.OrderBook.slot == str(slot))
    return db.scalars(query.with_for_update().execution_options(populate_existing=True)).one()
