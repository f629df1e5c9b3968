"""Whoever explained what hinders the close, entered its cash, or had a line of a closed month paid after all neither checks nor approves it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Role
from mealroute.core.errors import Forbidden
from mealroute.settlement import own_words, service
from mealroute.settlement.simulate import Four, clear_holds, close_month
from mealroute.subsidy.models import ClaimLine
from tests.integration.close_world import FEBRUARY, MARCH, MARCH_DAY, PAYER, Close, make_close, person
from tests.integration.settlement_world import STREET

APRIL = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
BACK = "钱款核对"


@pytest.fixture
def close(db: Session) -> Close:
    made = make_close(db)
    made.doors()
    service.prepare(db, PAYER, FEBRUARY, by=made.four.preparer, clock=made.clock)
    return made


def did(close: Close, who: Actor, action: str, subject: str) -> None:
    audit.record(close.db, by=who, clock=close.clock, action=action, subject=subject, reason="已核对", detail={})
    close.db.flush()


def steps(close: Close, month: str = FEBRUARY) -> tuple[str, str]:
    """What becomes of the checker's and the approver's step."""
    said = []
    for step in ("check", "approve"):
        try:
            if step == "check":
                service.sign(close.db, PAYER, month, [STREET], by=close.four.checker, clock=close.clock)
            else:
                clear_holds(close.db, month, by=close.four.cashier, clock=close.clock)
                service.approve(close.db, PAYER, month, by=close.four.approver, clock=close.clock)
            said.append("done")
        except Forbidden as refused:
            said.append(refused.code)
    return said[0], said[1]


@pytest.mark.parametrize("action", ["cash.handed", "cash.explained"])
def test_whoever_entered_or_explained_cash_of_the_month_does_not_approve_it(close: Close, action: str) -> None:
    did(close, close.four.approver, action, f"run/{close.runs[0]}")
    assert steps(close) == ("done", "step-entered-itself")


def test_nor_check_it(close: Close) -> None:
    did(close, close.four.checker, "cash.explained", f"run/{close.runs[1]}/S01")
    with pytest.raises(Forbidden, match="step-entered-itself"):
        service.sign(close.db, PAYER, FEBRUARY, [STREET], by=close.four.checker, clock=close.clock)


@pytest.mark.parametrize("action", ["swipes.explained", "swipes.assigned"])
def test_whoever_explained_swipes_of_the_month_does_not_approve_it(close: Close, action: str) -> None:
    did(close, close.four.approver, action, f"book-line/{close.lines[0]}")
    assert steps(close) == ("done", "step-entered-itself")


def test_the_cash_of_another_month_hinders_nobody(close: Close) -> None:
    book = close.world.book(MARCH_DAY)
    run = close.world.publish(MARCH_DAY, [close.world.line(book, close.world.order(close.world.resident(), MARCH_DAY))])
    did(close, close.four.approver, "cash.explained", f"run/{run}")
    assert steps(close) == ("done", "done")


def test_whoever_had_a_line_taken_back_does_not_approve_the_month_that_settles_it(close: Close) -> None:
    assert steps(close) == ("done", "done")
    key = close.db.scalars(select(ClaimLine.natural_key).order_by(ClaimLine.id)).first() or ""
    service.take_back(close.db, PAYER, FEBRUARY, key, reason=BACK, by=close.four.approver, clock=close.clock)
    close.clock.at = APRIL
    service.prepare(close.db, PAYER, MARCH, by=close.four.preparer, clock=close.clock)
    assert steps(close, MARCH) == ("done", "step-decided-itself")


def test_once_it_is_settled_the_next_month_is_anybodys(close: Close) -> None:
    assert steps(close) == ("done", "done")
    key = close.db.scalars(select(ClaimLine.natural_key).order_by(ClaimLine.id)).first() or ""
    service.take_back(close.db, PAYER, FEBRUARY, key, reason=BACK, by=close.four.approver, clock=close.clock)
    assert own_words.pending(close.db, close.four.approver.account_id or 0, MARCH)
    close.clock.at = APRIL
    another = Four(
        preparer=close.four.preparer, checker=close.four.checker, cashier=close.four.cashier,
        approver=person(close.db, close.clock, "second-approver", Role.DISTRICT_APPROVER),
    )  # fmt: skip
    close_month(close.db, PAYER, MARCH, another, clock=close.clock)
    assert not own_words.pending(close.db, close.four.approver.account_id or 0, "2026-04")
