"""A part of a month: what belongs to some streets or people, so that a city is settled district by district in little memory. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mealroute.core.actor import Scope
from mealroute.orders.models import BookLine, OrderBook
from mealroute.subsidy import cash
from mealroute.subsidy.along import Along
from mealroute.subsidy.cash_records import Purse
from mealroute.subsidy.models import ClaimLine
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

    @classmethod
    def of_people(cls, db: Session, first: date, last: date) -> "Beside":
        """What matters to some people's claims: drivers' cash does not."""
        return cls(swipes.reckoning(db, first, last, scope=Scope.everything()), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The streets of one payer and what was reckoned beside them. ``rest``: what belongs to no street is settled here.

    ``streets`` None: all. ``people`` narrows it further to what some residents ate (ids or a query of them); ``beside`` None: it is reckoned
    when it is needed. ``along``: takes what else is read of the same meals.
    """

    rules: Rulebook
    streets: frozenset[str] | None = None
    beside: Beside | None = None
    rest: bool = False
    people: Collection[int] | Select[Any] | None = None
    along: Along | None = None

    def holds(self, street_code: str) -> bool:
        """Whether something of a street (empty: of none) is settled in this part."""
        if not street_code:
            return self.rest
        return self.streets is None or street_code in self.streets

    def settles(self, purse: Purse) -> bool:
        """A driver's purse is settled once: where the first of its streets is."""
        return self.holds(min(purse.streets, default=""))


def within(part: Part | None, column: InstrumentedAttribute[str]) -> tuple[ColumnElement[bool], ...]:
    """The condition that a street is of the part; none where the whole month is meant."""
    return () if part is None or part.streets is None else (column.in_(sorted(part.streets)),)


def of_people(part: Part | None, column: InstrumentedAttribute[Any]) -> tuple[ColumnElement[bool], ...]:
    """The condition that a resident is one of the part's; none where everybody is meant."""
    if part is None or part.people is None:
        return ()
    return (_is_of(part.people, column),)


def claimed_for(people: Collection[int] | Select[Any]) -> ColumnElement[bool]:
    """The condition that a claim line is some residents': of a meal of theirs, or of what no meal stands behind."""
    line = aliased(ClaimLine)
    meals = select(line.id).join(BookLine, BookLine.id == line.book_line_id).where(_is_of(people, BookLine.resident_id))
    others = select(line.id).where(line.book_line_id.is_(None), _is_of(people, line.resident_id))
    return ClaimLine.id.in_(union_all(meals, others))


def _is_of(people: Collection[int] | Select[Any], column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    return column.in_(people if isinstance(people, Select) else sorted(people))


def among(column: InstrumentedAttribute[Any], ids: Select[Any] | None) -> tuple[ColumnElement[bool], ...]:
    """The condition that something belongs to the part's lines or orders."""
    return () if ids is None else (column.in_(ids),)


def line_ids(first: date, last: date, part: Part | None) -> Select[Any] | None:
    """The book lines of a part, as a subquery."""
    return None if part is None else _of_books(select(BookLine.id), first, last, part)


def resident_ids(first: date, last: date, part: Part | None) -> Select[Any]:
    """The people in the books of a span."""
    return _of_books(select(BookLine.resident_id), first, last, part)


def _of_books(query: Select[Any], first: date, last: date, part: Part | None) -> Select[Any]:
    joined = query.join(OrderBook, OrderBook.id == BookLine.book_id)
    return joined.where(
        OrderBook.day >= first, OrderBook.day <= last, *within(part, BookLine.street_code), *of_people(part, BookLine.resident_id)
    )  # fmt: skip
