"""A part of a month: what belongs to some streets, so that a city is settled district by district in little memory. Reads only."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mealroute.core.actor import Scope
from mealroute.orders.models import BookLine, OrderBook
from mealroute.subsidy import cash
from mealroute.subsidy.cash_records import Purse
from mealroute.subsidy.records import Rulebook
from mealroute.swipes import queries as swipes
from mealroute.swipes.records import Reckoning


@dataclass(frozen=True, slots=True)
class Beside:
    """What is reckoned for all streets at once: swipes against meals, and drivers' cash."""

    swiped: Reckoning
    purses: tuple[Purse, ...]

    @classmethod
    def of(cls, db: Session, first: date, last: date) -> "Beside":
        return cls(
            swipes.reckoning(db, first, last, scope=Scope.everything()),
            cash.open_purses(cash.purses(db, first, last, scope=Scope.everything())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The streets of one payer and what was reckoned beside them. ``rest``: what belongs to no street is settled here."""

    streets: frozenset[str]
    rules: Rulebook
    beside: Beside
    rest: bool = False

    def holds(self, street_code: str) -> bool:
        """Whether something of a street (empty: of none) is settled in this part."""
        return street_code in self.streets if street_code else self.rest

    def settles(self, purse: Purse) -> bool:
        """A driver's purse is settled once: where the first of its streets is."""
        return self.holds(min(purse.streets, default=""))


def within(part: Part | None, column: InstrumentedAttribute[str]) -> tuple[ColumnElement[bool], ...]:
    """The condition that a street is of the part; none where the whole month is meant."""
    return () if part is None else (column.in_(sorted(part.streets)),)


def among(column: InstrumentedAttribute[Any], ids: Select[Any] | None) -> tuple[ColumnElement[bool], ...]:
    """The condition that something belongs to the part's lines or orders."""
    return () if ids is None else (column.in_(ids),)


def line_ids(first: date, last: date, part: Part | None) -> Select[Any] | None:
    """The book lines of a part, as a subquery."""
    return None if part is None else _of_books(select(BookLine.id), first, last, part)


def order_ids(first: date, last: date, part: Part | None) -> Select[Any] | None:
    """The orders behind them."""
    return None if part is None else _of_books(select(BookLine.order_id), first, last, part)


def resident_ids(first: date, last: date, part: Part | None) -> Select[Any]:
    """The people in the books of a span."""
    return _of_books(select(BookLine.resident_id), first, last, part)


def _of_books(query: Select[Any], first: date, last: date, part: Part | None) -> Select[Any]:
    joined = query.join(OrderBook, OrderBook.id == BookLine.book_id)
    return joined.where(OrderBook.day >= first, OrderBook.day <= last, *within(part, BookLine.street_code))
