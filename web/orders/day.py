"""One day's orders as the page shows them: the roll, the streets, and the orders of one street."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.core.text import mask_name
from mealroute.menus import queries as menus
from mealroute.menus.words import dish_label
from mealroute.orders import queries as orders
from mealroute.orders.ahead import meal_clashes
from mealroute.orders.clashes import Standing
from mealroute.orders.late import late_changes
from mealroute.orders.records import BookState, DayRoll, LateChange, OrderBookRecord, OrderRecord, OrderState
from mealroute.residents import queries as residents
from mealroute.residents.build import building_address
from mealroute.vendors import queries as vendors
from web.streets import street_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

FLAGGED = "flagged"
"""The list of orders that need a person, wherever they live."""
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One order with the words for it; the name is masked."""

    order: OrderRecord
    name: str
    address: str
    dish: str
    station: str


@dataclass(frozen=True, slots=True)
class StreetSum:
    """Portions of one street."""

    code: str
    name: str
    portions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPage:
    """What the page of a day's orders shows. ``total`` = ``ordinary`` + ``special``, in portions."""

    book: OrderBookRecord | None
    closed: bool
    serves: bool
    service_note: str
    roll: DayRoll
    total: int
    ordinary: int
    special: int
    flagged: int
    street: str
    heading: str
    streets: tuple[StreetSum, ...]
    shown: tuple[Row, ...]
    late: tuple[LateChange, ...]
    to_decide: int


def day_of(db: Session, day: date, slot: MealSlot, *, scope: Scope, street: str) -> DayPage:
    """Gather the page; ``street`` chooses whose orders are listed (the first street with orders unless said)."""
    found = orders.orders_on(db, day, slot, scope=scope)
    placed = [order for order in found if order.state is OrderState.PLACED]
    names, book, service = street_names(db), orders.book(db, day, slot), menus.service_day(db, day)
    sums = [
        StreetSum(code, names.get(code, code), sum(order.quantity for order in placed if order.street_code == code))
        for code in sorted({order.street_code for order in found})
    ]
    chosen = street if street == FLAGGED or any(one.code == street for one in sums) else (sums[0].code if sums else "")
    listed = [order for order in found if (order.flags if chosen == FLAGGED else order.street_code == chosen)]
    special = sum(order.quantity for order in placed if set(order.diets) - {"normal"})
    total = sum(order.quantity for order in placed)
    return DayPage(
        book=book, closed=book is not None and book.state is BookState.CLOSED, serves=service.serves, service_note=service.note,
        roll=orders.day_roll(db, day, slot, scope=scope), total=total, ordinary=total - special, special=special,
        flagged=sum(1 for order in placed if order.flags), street=chosen,
        heading=_("Orders that need a person") if chosen == FLAGGED else names.get(chosen, chosen),
        streets=tuple(sums), shown=_rows(db, listed[:LONGEST], day), late=late_changes(db, day, slot, scope=scope),
        to_decide=_to_decide(db, day, slot, scope=scope) if placed and (book is None or book.state is BookState.OPEN) else 0,
    )  # fmt: skip


def _to_decide(db: Session, day: date, slot: MealSlot, *, scope: Scope) -> int:
    """How many people whose dish clashes are still to be asked before the book closes."""
    meal = meal_clashes(db, day, slot, scope=scope)
    return 0 if meal is None else meal.count(Standing.OPEN)


def _rows(db: Session, listed: list[OrderRecord], day: date) -> tuple[Row, ...]:
    people = residents.by_ids(db, {order.resident_id for order in listed}, day=day)
    dishes = {dish.code: dish_label(dish.name, dish.name_en) for dish in menus.dishes(db)}
    stations = {station.code: station.name for station in vendors.stations(db)}
    rows = []
    for order in listed:
        person = people[order.resident_id]
        rows.append(
            Row(
                order, mask_name(person.name), building_address(person.address, person.building),
                dishes.get(order.dish_code or "", ""), stations.get(order.station_code or "", ""),
            )
        )  # fmt: skip
    return tuple(rows)
