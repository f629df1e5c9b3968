"""The rows that a span of days is settled from: books, plans, doors, payments, people. A fixed number of statements."""

import calendar
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from mealroute.core import bulk
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.orders.models import Amendment, BookLine, Order, OrderBook, Payment
from mealroute.planning.models import PlanLine, PlanVersion
from mealroute.residents.models import Resident
from mealroute.subsidy.along import Along, beside
from mealroute.subsidy.build import BookRow, MonthRows, PersonFacts, PlanRow
from mealroute.subsidy.cash_records import Purse
from mealroute.subsidy.door_rows import carried, doors_between
from mealroute.subsidy.earlier import earlier_lines
from mealroute.subsidy.members import Members, members_of
from mealroute.subsidy.parts import Beside, Part, among, line_ids, of_people, within
from mealroute.subsidy.people import known_people, people_on
from mealroute.subsidy.records import OpenItem
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.site_queries import periodic_facts
from mealroute.swipes.records import Mismatch, Trouble
from mealroute.swipes.words import sentence as swipe_sentence
from mealroute.vendors.models import Station


def month_days(month: str) -> tuple[date, date]:
    """First and last day of ``2026-02``.

    Raises
    ------
    MealrouteError
        ``month-invalid``.
    """
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise MealrouteError(
            "month-invalid", _("“%(month)s” is not a month.", month=month), _("Write it as 2026-02.")
        ) from None
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_rows(
    db: Session, month: str, *, facts: Mapping[int, PersonFacts] | None = None, part: Part | None = None
) -> MonthRows:
    """Everything that a month is settled from: books, published plans, current proofs, payments, people.

    ``facts`` are what a closed month holds of its residents; they stand instead of what the ledger says today.
    """
    return rows_between(db, *month_days(month), facts=facts, part=part)


def rows_between(
    db: Session, first: date, last: date, *, facts: Mapping[int, PersonFacts] | None = None, part: Part | None = None
) -> MonthRows:  # fmt: skip
    """The same for any span of days, both inclusive; what is paid hangs on the day alone, never on the month.

    ``part``: only what belongs to some streets or people.
    """
    in_book = (
        OrderBook.day >= first,
        OrderBook.day <= last,
        OrderBook.state == "closed",
        *within(part, BookLine.street_code),
        *of_people(part, BookLine.resident_id),
    )
    along = None if part is None else part.along
    book, paid = _book(db, in_book) if along is None else _book_along(db, in_book, along)
    amendments = db.execute(
        select(Amendment.cancels_line_id, Amendment.adds_line_id)
        .join(OrderBook, OrderBook.id == Amendment.book_id)
        .join(BookLine, BookLine.id == func.coalesce(Amendment.cancels_line_id, Amendment.adds_line_id))
        .where(*in_book)
    ).all()
    published = (PlanVersion.day >= first, PlanVersion.day <= last, PlanVersion.state == "published")
    here = line_ids(first, last, part)
    planned = (
        select(PlanLine.book_line_id, PlanLine.visit_id.is_not(None), PlanLine.portions)
        .join(PlanVersion, PlanVersion.id == PlanLine.version_id)
        .where(*published, *among(PlanLine.book_line_id, here))
    )
    plan = {row[0]: PlanRow._make(row) for row in bulk.rows(db, planned)}
    around = _beside(db, first, last, part)
    doors = doors_between(db, first, last, here, around.swiped.confirmed, along=along)
    # A meal that stayed at a door was loaded, also where its run was withdrawn since and no plan in force carries the line.
    for line, portions in carried(db, doors.withdrawn).items():
        if line not in plan or not plan[line].aboard:
            plan[line] = PlanRow(line, True, portions)
    planned_days = frozenset(
        (day, slot) for day, slot in db.execute(select(PlanVersion.day, PlanVersion.slot).where(*published))
    )
    eaten = {(row.resident_id, row.day) for row in book if row.line_id in doors.by_line}
    known = known_people(db, {number for number, _day in eaten}, facts or {})
    rules, streets = (load_rulebook(), None) if part is None else (part.rules, part.streets)
    whole = part is None or part.people is None
    members = members_of(db, first, last, rules, streets=streets, kept=facts) if whole else Members()
    return MonthRows(
        book=book,
        plan=plan,
        planned_days=planned_days,
        doors=doors.by_line,
        cancelled=frozenset(line for line, _added in amendments if line is not None),
        added=frozenset(line for _cancelled, line in amendments if line is not None),
        stray=_stray(db, first, last, part, {row.order_id for row in book}),
        paid=paid,
        people=people_on(known, eaten),
        evidence=doors.evidence,
        open_items=_open_items(around, part),
        earlier=earlier_lines(db, first, part),
        periodic=periodic_facts(
            db,
            first,
            last,
            rules,
            streets=streets,
            members=members.people,
        ),
        site_kinds=dict(db.execute(select(Station.code, Station.kind)).tuples().all()),
        facts={number: one.facts for number, one in (*members.known.items(), *known.items())},
    )


_LINE = (
    BookLine.id, BookLine.order_id, BookLine.resident_id, BookLine.quantity, BookLine.unit_price_fen, BookLine.street_code, OrderBook.day,
    OrderBook.slot, BookLine.delivery, func.coalesce(BookLine.station_code, ""), Order.channel, Order.pay_means, BookLine.zone,
    BookLine.meal_kind,
)  # fmt: skip
"""In the order of ``BookRow``."""


def _lines(*more: Any) -> Select[*tuple[Any, ...]]:
    query = select(*_LINE, *more).join(OrderBook, OrderBook.id == BookLine.book_id)
    return query.join(Order, Order.id == BookLine.order_id)


def _book(db: Session, in_book: Sequence[ColumnElement[bool]]) -> tuple[list[BookRow], dict[int, Fen]]:
    """The lines in their order, and what residents have paid for each order, refunds taken off."""
    signed = case((Payment.kind == "payment", Payment.amount_fen), else_=-Payment.amount_fen)
    paid = select(func.sum(signed)).where(Payment.order_id == BookLine.order_id).correlate(BookLine).scalar_subquery()
    read = sorted(bulk.rows(db, _lines(paid).where(*in_book)))
    return [BookRow._make(row[:-1]) for row in read], {row[1]: int(row[-1]) for row in read if row[-1] is not None}


def _book_along(
    db: Session, in_book: Sequence[ColumnElement[bool]], along: Along
) -> tuple[list[BookRow], dict[int, Fen]]:
    """The same, and the rest of each line and the payments one by one for whoever looks at them afterwards."""
    lacking, asked = beside(_LINE, along.of_lines)
    read = bulk.rows(db, _lines(*lacking).where(*in_book))
    read.sort(key=itemgetter(0))
    along.lines = {row[0]: asked(row) for row in read}
    return [BookRow._make(row[: len(_LINE)]) for row in read], along.pay(db, in_book)


def open_items(db: Session, month: str, part: Part | None) -> list[OpenItem]:
    """What of swipes and cash nobody has explained, as in ``month_rows``, with sentences in the language of the context."""
    return _open_items(_beside(db, *month_days(month), part), part)


def _open_items(around: Beside, part: Part | None) -> list[OpenItem]:
    return [
        *(one for one in map(_swipe_open, around.swiped.open) if part is None or part.holds(one.street_code)),
        *map(_cash_open, (purse for purse in around.purses if part is None or part.settles(purse))),
    ]


def _beside(db: Session, first: date, last: date, part: Part | None) -> Beside:
    if part is None:
        return Beside.of(db, first, last)
    if part.beside is not None:
        return part.beside
    return Beside.of(db, first, last) if part.people is None else Beside.of_people(db, first, last)


def _cash_open(one: Purse) -> OpenItem:
    return OpenItem(
        code="cash", subject=one.key, sentence=_("Cash that was taken has not been handed in in full."), day=one.day,
        street_code="", expected=one.expected_fen, found=one.handed_fen, unit="fen",
    )  # fmt: skip


def _swipe_open(one: Mismatch) -> OpenItem:
    return OpenItem(
        code="swipe",
        subject=one.subject, sentence=swipe_sentence(one), day=one.day, street_code=one.line.street_code if one.line else "",
        expected=one.expected, found=one.found if one.expected or one.found else 1,
        unit="fen" if one.trouble is Trouble.AMOUNT_DIFFERS else "portions",
    )  # fmt: skip


def _stray(
    db: Session, first: date, last: date, part: Part | None, booked: Collection[int]
) -> dict[tuple[date, str], int]:
    """Portions of placed orders that no closed book holds; ``booked`` are orders that one holds, as nearly all are."""
    placed: list[ColumnElement[bool]] = [Order.day >= first, Order.day <= last, Order.state == "placed"]
    if part is not None:
        placed += [*within(part, Resident.street_code), *of_people(part, Order.resident_id)]
    numbers = select(Order.id).join(Resident, Resident.id == Order.resident_id).where(*placed)
    if {number for (number,) in bulk.rows(db, numbers)} <= set(booked):
        return {}
    held = (
        select(BookLine.id)
        .join(OrderBook, OrderBook.id == BookLine.book_id)
        .where(BookLine.order_id == Order.id, OrderBook.state == "closed")
    )
    query = (
        select(Order.day, Order.slot, func.sum(Order.quantity))
        .join(Resident, Resident.id == Order.resident_id)
        .where(*placed, ~held.exists())
        .group_by(Order.day, Order.slot)
    )
    return {(day, slot): int(portions) for day, slot, portions in db.execute(query)}
