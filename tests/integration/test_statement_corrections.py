"""Statements with corrections: what a month settles of closed ones, what later months settled of its own; together what is paid out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from mealroute.delivery.records import Outcome
from mealroute.settlement import queries, service, statements
from mealroute.settlement.simulate import close_month
from mealroute.subsidy import queries as money
from mealroute.subsidy.records import PeriodState
from tests.integration.close_world import FEBRUARY, MARCH, PAYER, Close, make_close


@pytest.fixture
def close(db: Session) -> Close:
    """February closed with five doors; afterwards the first one turns out to have been refused."""
    made = make_close(db)
    made.doors()
    close_month(db, PAYER, FEBRUARY, made.four, clock=made.clock)
    made.clock.at = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
    made.record(0, Outcome.REFUSED)
    return made


def amounts(found: tuple[statements.Entry, ...]) -> list[tuple[int, str, str]]:
    return sorted((one.correction.line.amount_fen, one.correction.month, one.settled_in) for one in found)


def test_a_vendors_month_and_its_corrections_are_what_the_vendor_is_paid(db: Session, close: Close) -> None:
    close_month(db, PAYER, MARCH, close.four, clock=close.clock)
    for month, here, later in ((FEBRUARY, 0, -800), (MARCH, -800, 0)):
        found, corrected = statements.of_vendor(db, PAYER, "V01", month, clock=close.clock)
        assert (found.state, corrected.here_fen, corrected.later_fen) == (PeriodState.CLOSED, here, later)
        period = money.period(db, PAYER, month)
        assert period is not None
        due = sum(each.due_fen for each in queries.dues(db, period) if each.payee == "V01")
        assert found.total.resident_subsidy_fen + found.total.operator_subsidy_fen + corrected.here_fen == due


def test_a_resident_reads_of_their_own_subsidies_alone(db: Session, close: Close) -> None:
    close_month(db, PAYER, MARCH, close.four, clock=close.clock)
    own, other = close.world.residents[:2]
    by = close.four.preparer
    _found, corrected = statements.of_resident(db, PAYER, own, MARCH, by=by, clock=close.clock)
    assert amounts(corrected.here) == [(-500, FEBRUARY, MARCH)]
    _found, corrected = statements.of_resident(db, PAYER, own, FEBRUARY, by=by, clock=close.clock, printed=True)
    assert amounts(corrected.later) == [(-500, FEBRUARY, MARCH)]
    _found, corrected = statements.of_resident(db, PAYER, other, MARCH, by=by, clock=close.clock)
    assert corrected == statements.Corrections()


def test_what_a_preparation_puts_forward_is_shown_as_not_settled_yet(db: Session, close: Close) -> None:
    service.prepare(db, PAYER, MARCH, by=close.four.preparer, clock=close.clock)
    found, corrected = statements.of_vendor(db, PAYER, "V01", MARCH, clock=close.clock)
    assert found.state is PeriodState.OPEN
    assert amounts(corrected.here) == [(-500, FEBRUARY, ""), (-300, FEBRUARY, "")]
    _found, elsewhere = statements.of_vendor(db, PAYER, "V02", MARCH, clock=close.clock)
    assert elsewhere.here == ()
    _found, station = statements.of_station(db, PAYER, "S1", MARCH, clock=close.clock)
    assert station.here == ()


def test_the_days_of_a_vendor_are_the_same_so_far_and_closed_and_no_late_record_changes_them(db: Session) -> None:
    close = make_close(db)
    close.doors()
    before, _none = statements.of_vendor(db, PAYER, "V01", FEBRUARY, clock=close.clock)
    close_month(db, PAYER, FEBRUARY, close.four, clock=close.clock)
    after, _none = statements.of_vendor(db, PAYER, "V01", FEBRUARY, clock=close.clock)
    assert (after.days, after.total) == (before.days, before.total)
    close.record(0, Outcome.REFUSED)
    later, _none = statements.of_vendor(db, PAYER, "V01", FEBRUARY, clock=close.clock)
    assert later.days == before.days
