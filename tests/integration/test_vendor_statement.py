"""A vendor's month by day: computed by hand from prices and rules, apart from other vendors', and the same once settled."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.dispatch.models import Run
from mealroute.subsidy import service
from mealroute.subsidy.records import PeriodState
from mealroute.subsidy.statement import month_statement
from mealroute.subsidy.vendor_statement import VendorDay, vendor_statement
from mealroute.vendors.models import Vendor
from tests.integration.settlement_world import World, make_world

MONDAY, TUESDAY = date(2026, 2, 2), date(2026, 2, 3)
MONTH, PAYER = "2026-02", "dongcheng"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture
def world(db: Session, clock: FixedClock) -> World:
    """V01 cooks Monday's three lunches of 17 yuan, one of them refused; V02 cooks Tuesday's one."""
    made = make_world(db)
    db.add(Vendor(code="V02", name="和顺餐饮"))
    people = [made.resident() for _ in range(3)]
    book = made.book(MONDAY)
    lines = [made.line(book, made.order(person, MONDAY)) for person in people]
    run = made.publish(MONDAY, lines)
    for line, outcome in zip(lines, (Outcome.HANDED_OVER, Outcome.HANDED_OVER, Outcome.REFUSED), strict=True):
        _record(db, clock, run, line, outcome)
    other = made.line(made.book(TUESDAY), made.order(people[0], TUESDAY))
    second = made.publish(TUESDAY, [other])
    db.get_one(Run, second).cooked_by = "V02"
    db.flush()
    _record(db, clock, second, other, Outcome.HANDED_OVER)
    return made


def _record(db: Session, clock: FixedClock, run: int, line: int, outcome: Outcome) -> None:
    entry = ProofInput(client_id=str(uuid4()), run_id=run, book_line_id=line, outcome=outcome)
    delivery.record_proof(db, entry, by=SYSTEM, clock=clock)


def day(on: date, portions: int) -> VendorDay:
    """Lunches of 17 yuan: 5 yuan off the price and 3 yuan to the operator each, 12 yuan from the resident."""
    return VendorDay(
        day=on, slot="lunch", delivered=portions, subsidised=portions, self_paid=0, resident_subsidy_fen=500 * portions,
        operator_subsidy_fen=300 * portions, copay_fen=1200 * portions,
    )  # fmt: skip


def test_a_month_so_far_holds_each_day_of_the_vendor_that_cooked(db: Session, world: World, clock: FixedClock) -> None:
    first, second = (vendor_statement(db, code, MONTH, clock=clock) for code in ("V01", "V02"))
    assert (first.state, first.days) == (PeriodState.OPEN, (day(MONDAY, 2),))
    assert second.days == (day(TUESDAY, 1),)


def test_the_vendors_together_are_the_month(db: Session, world: World, clock: FixedClock) -> None:
    figures = month_statement(db, MONTH, scope=SYSTEM.scope).figures
    totals = [vendor_statement(db, code, MONTH, clock=clock).total for code in ("V01", "V02")]
    assert sum(total.delivered for total in totals) == figures.delivered
    assert sum(total.subsidised for total in totals) == figures.subsidised
    assert sum(total.copay_fen for total in totals) == figures.copay_fen
    assert sum(total.resident_subsidy_fen + total.operator_subsidy_fen for total in totals) == figures.claimed_fen


def test_what_was_so_far_is_the_same_once_settled(db: Session, world: World, clock: FixedClock) -> None:
    before = vendor_statement(db, "V01", MONTH, clock=clock)
    service.close_period(db, PAYER, MONTH, by=SYSTEM, clock=clock)
    after = vendor_statement(db, "V01", MONTH, clock=clock)
    assert (after.state, after.closed_at, after.days) == (PeriodState.CLOSED, clock.now(), before.days)


def test_days_ahead_are_not_counted(db: Session, world: World) -> None:
    early = FixedClock(datetime(2026, 2, 1, 1, 0, tzinfo=UTC))
    assert vendor_statement(db, "V01", MONTH, clock=early).days == ()
