"""The 24-hour book: every report of somebody who was not seen, with what followed, and the calls of the day. Totals are an equation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock, at_seconds
from mealroute.delivery import case_queries
from mealroute.delivery.ladder_records import CaseRecord
from mealroute.welfare import queries
from mealroute.welfare.records import CallRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTotals:
    """``carried`` + ``opened`` = ``closed`` + ``still_open``, in cases; calls apart."""

    carried: int
    opened: int
    closed: int
    still_open: int
    calls: int
    calls_settled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One day of the book, from midnight to midnight: what was closed later was still open at its end."""

    day: date
    ends: datetime
    cases: tuple[CaseRecord, ...]
    calls: tuple[CallRecord, ...]
    totals: BookTotals

    def closed_in_time(self, case: CaseRecord) -> bool:
        """Whether the case was closed by the end of the book."""
        return case.closed_at is not None and case.closed_at < self.ends


def book_of(db: Session, day: date, *, scope: Scope, clock: Clock) -> Book:
    """The book of a day within reach: cases that were open at any moment of it, in the order in which they were opened."""
    begins, ends = at_seconds(day, 0, clock.zone), at_seconds(day + timedelta(days=1), 0, clock.zone)
    found = case_queries.within(db, begins, ends, scope=scope, clock=clock, steps=True)
    cases = tuple(sorted(found, key=lambda case: (case.opened_at, case.id)))
    calls = queries.calls(db, day, day, scope=scope, clock=clock)
    closed = sum(case.closed_at is not None and case.closed_at < ends for case in cases)
    carried = sum(case.opened_at < begins for case in cases)
    totals = BookTotals(
        carried=carried, opened=len(cases) - carried, closed=closed, still_open=len(cases) - closed, calls=len(calls),
        calls_settled=sum(not call.open for call in calls),
    )  # fmt: skip
    return Book(day=day, ends=ends, cases=cases, calls=calls, totals=totals)
