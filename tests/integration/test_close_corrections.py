"""What a closed month lacks flows into the next one by itself: late records, late deaths, held lines, a person's word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.delivery.records import Outcome
from mealroute.residents.models import StateChange
from mealroute.settlement import correcting, service
from mealroute.settlement.models import AdjustmentLine, HeldLine
from mealroute.settlement.overview import overview
from mealroute.settlement.simulate import clear_holds, close_month
from mealroute.subsidy import computing
from mealroute.subsidy import queries as money
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.rulebook import load_rulebook
from tests.integration.close_world import FEBRUARY, MARCH, PAYER, Close, make_close

ALL = Scope.everything()
APRIL_SECOND = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def close(db: Session) -> Close:
    made = make_close(db)
    made.doors()
    return made


def _close(close: Close, month: str) -> None:
    close.clock.at = max(close.clock.at, APRIL_SECOND) if month == MARCH else close.clock.at
    close_month(close.db, PAYER, month, close.four, clock=close.clock)


def _settled(db: Session) -> int:
    sums = (select(func.coalesce(func.sum(model.amount_fen), 0)) for model in (ClaimLine, AdjustmentLine))
    return sum(int(db.scalar(query) or 0) for query in sums)


def _fresh(db: Session, *months: str) -> int:
    rulebook = load_rulebook()
    return sum(
        line.amount_fen
        for month in months
        for line in computing.compute(month, money.month_rows(db, month), rulebook).lines
    )


def _corrections(close: Close, month: str = MARCH) -> list[tuple[str, int, str]]:
    found = overview(close.db, PAYER, month, scope=ALL).adjustments
    return sorted((each.correction.kind, each.correction.line.amount_fen, each.correction.month) for each in found)


def test_a_record_corrected_after_the_close_takes_its_lines_back_in_the_next_month(close: Close) -> None:
    _close(close, FEBRUARY)
    close.clock.at = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
    close.record(0, Outcome.REFUSED)
    _close(close, MARCH)
    assert _corrections(close) == [("record-changed", -500, FEBRUARY), ("record-changed", -300, FEBRUARY)]
    rows = close.db.scalars(select(AdjustmentLine).order_by(AdjustmentLine.line_no)).all()
    assert all(row.claim_line_id and row.reason and row.by_name for row in rows)
    assert sorted(sum(row.shares.values()) for row in rows) == [-500, -300]
    assert _settled(close.db) == _fresh(close.db, FEBRUARY, MARCH)


def test_a_late_record_comes_as_a_line_of_its_own(db: Session) -> None:
    close = make_close(db)
    for number in (0, 1, 2, 3):
        close.record(number)
    close.record(4, Outcome.REFUSED)
    _close(close, FEBRUARY)
    close.clock.at = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
    close.record(4, Outcome.HANDED_OVER)
    _close(close, MARCH)
    assert _corrections(close) == [("late-record", 300, FEBRUARY), ("late-record", 500, FEBRUARY)]
    due = {(each.payee, each.fund): each.due_fen for each in overview(db, PAYER, MARCH, scope=ALL).dues}
    assert due == {("V01", "city"): 400, ("V01", "district"): 400}


def test_a_death_that_is_learnt_late_is_taken_back_and_only_once(close: Close) -> None:
    _close(close, FEBRUARY)
    close.db.add(
        StateChange(resident_id=close.world.residents[1], state="deceased", since=date(2026, 2, 1), reason="", by_name="区民政", at=APRIL_SECOND)
    )  # fmt: skip
    close.db.flush()
    _close(close, MARCH)
    assert _corrections(close) == [("deceased", -500, FEBRUARY), ("deceased", -300, FEBRUARY)]
    assert correcting.proposals(close.db, PAYER, "2026-04") == ()
    assert _settled(close.db) == _fresh(close.db, FEBRUARY, MARCH)


def test_what_is_corrected_forth_and_back_is_settled_forth_and_back(close: Close) -> None:
    _close(close, FEBRUARY)
    close.clock.at = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
    close.record(0, Outcome.REFUSED)
    _close(close, MARCH)
    close.clock.at = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
    close.record(0, Outcome.HANDED_OVER)
    _close(close, "2026-04")
    numbers = close.db.execute(
        select(AdjustmentLine.number, AdjustmentLine.amount_fen).order_by(AdjustmentLine.id)
    ).all()
    assert sorted(numbers) == [(1, -500), (1, -300), (2, 300), (2, 500)]
    assert _settled(close.db) == _fresh(close.db, FEBRUARY, MARCH, "2026-04")


def test_two_months_do_not_settle_the_same_correction(close: Close) -> None:
    _close(close, FEBRUARY)
    close.clock.at = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
    close.record(0, Outcome.REFUSED)
    four, db = close.four, close.db
    for month in (MARCH, "2026-04"):
        service.prepare(db, PAYER, month, by=four.preparer, clock=close.clock)
        clear_holds(db, month, by=four.preparer, clock=close.clock)
        service.sign(
            db, PAYER, month, list(overview(db, PAYER, month, scope=ALL).parts), by=four.checker, clock=close.clock
        )
    service.approve(db, PAYER, MARCH, by=four.approver, clock=close.clock)
    with pytest.raises(Conflict, match="corrections-stale"):
        service.approve(db, PAYER, "2026-04", by=four.approver, clock=close.clock)
    db.expire_all()


def test_nothing_can_be_added_to_a_closed_month(close: Close) -> None:
    _close(close, FEBRUARY)
    close.clock.at = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
    close.record(0, Outcome.REFUSED)
    _close(close, MARCH)
    close.db.commit()
    for model in (AdjustmentLine,):
        row = close.db.scalars(select(model)).first()
        assert row is not None
        row.amount_fen = 0
        with pytest.raises(ValueError, match="append-only"):
            close.db.flush()
        close.db.rollback()
    with pytest.raises(Exception, match="immutable"):
        close.db.execute(
            text(
                "insert into adjustment_line select id + 100, period_id, line_no + 100, number + 9, kind, reason, claim_line_id, account_id, by_name, at, "
                "natural_key, payee, month, rule_id, rule_version, document_no, beneficiary, amount_fen, shares, copay_fen, book_line_id, proof_id, "
                "resident_code, day, slot, street_code, vendor_code, line from adjustment_line"
            )
        )
    close.db.rollback()


Blocked = Callable[[Close, int], int]


@pytest.fixture
def blocked() -> Blocked:
    """Put an open block on a line, as the checks do, and clear it again: returns the finding."""

    def put(close: Close, number: int) -> int:
        from mealroute.checks.models import CheckFinding, CheckFindingLine

        row = CheckFinding(
            natural_key=f"test/{number}", month=FEBRUARY, code="complained", severity="block", state="open", subject=f"line/{number}",
            params={}, evidence=[], digest="d", first_found_at=close.clock.at, last_found_at=close.clock.at,
        )  # fmt: skip
        close.db.add(row)
        close.db.flush()
        close.db.add(CheckFindingLine(finding_id=row.id, book_line_id=close.lines[number]))
        close.db.flush()
        return row.id

    return put


def test_a_blocked_line_is_kept_out_and_comes_once_a_person_has_cleared_it(close: Close, blocked: Blocked) -> None:
    from mealroute.checks import service as checks

    service.prepare(close.db, PAYER, FEBRUARY, by=close.four.preparer, clock=close.clock)
    finding = blocked(close, 0)
    _close(close, FEBRUARY)
    figures = money.period(close.db, PAYER, FEBRUARY).totals["figures"]  # type: ignore[union-attr]
    assert (figures["claimed_lines"], figures["claimed_fen"], figures["explained"]) == (7, 2700, 1)
    assert figures["delivered"] == figures["subsidised"] + figures["self_paid"] + figures["explained"]
    assert close.db.scalar(select(func.count()).select_from(HeldLine)) == 2
    found = overview(close.db, PAYER, FEBRUARY, scope=ALL)
    assert [(each.released, each.settled, each.line.amount_fen) for each in found.held] == [
        (False, False, 500),
        (False, False, 300),
    ]
    assert correcting.proposals(close.db, PAYER, MARCH) == ()
    checks.clear(close.db, finding, reason="电话核实，本人收到", by=close.four.preparer, clock=close.clock)
    _close(close, MARCH)
    assert _corrections(close) == [("released", 300, FEBRUARY), ("released", 500, FEBRUARY)]
    assert all(each.settled for each in overview(close.db, PAYER, FEBRUARY, scope=ALL).held)
    assert _settled(close.db) == _fresh(close.db, FEBRUARY, MARCH)


def test_a_finding_that_is_merely_gone_releases_nothing_but_a_persons_word_does(close: Close, blocked: Blocked) -> None:
    blocked(close, 0)
    _close(close, FEBRUARY)
    close.db.execute(text("update check_finding set state = 'gone'"))
    assert correcting.proposals(close.db, PAYER, MARCH) == ()
    key = close.db.scalars(select(HeldLine.natural_key).order_by(HeldLine.id)).first()
    assert key is not None
    with pytest.raises(MealrouteError, match="reason-needed"):
        service.release(close.db, PAYER, FEBRUARY, key, reason=" ", by=close.four.preparer, clock=close.clock)
    with pytest.raises(NotFound, match="line-unknown"):
        service.release(close.db, PAYER, FEBRUARY, "x", reason="核实", by=close.four.preparer, clock=close.clock)
    assert service.release(close.db, PAYER, FEBRUARY, key, reason="核实", by=close.four.preparer, clock=close.clock)
    assert not service.release(close.db, PAYER, FEBRUARY, key, reason="核实", by=close.four.preparer, clock=close.clock)
    (only,) = correcting.proposals(close.db, PAYER, MARCH)
    assert (only.kind, only.line.natural_key) == ("released", key)


def test_a_line_taken_back_by_a_person_comes_back_and_may_be_paid_again(close: Close) -> None:
    _close(close, FEBRUARY)
    row = close.db.scalars(select(ClaimLine).where(ClaimLine.amount_fen == 500)).first()
    assert row is not None
    service.take_back(
        close.db, PAYER, FEBRUARY, row.natural_key, reason="查实虚报", by=close.four.preparer, clock=close.clock
    )
    _close(close, MARCH)
    assert _corrections(close) == [("taken-back", -500, FEBRUARY)]
    assert correcting.proposals(close.db, PAYER, "2026-04") == ()
    service.release(
        close.db, PAYER, FEBRUARY, row.natural_key, reason="复核有误", by=close.four.preparer, clock=close.clock
    )
    close.clock.at = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
    _close(close, "2026-04")
    assert [amount for _kind, amount, _month in _corrections(close, "2026-04")] == [500]
    assert _settled(close.db) == _fresh(close.db, FEBRUARY)


def test_what_waits_for_a_word_keeps_the_month_from_its_approval(close: Close, blocked: Blocked) -> None:
    blocked(close, 0)
    close.db.execute(text("update check_finding set severity = 'hold'"))
    four, db = close.four, close.db
    service.prepare(db, PAYER, FEBRUARY, by=four.preparer, clock=close.clock)
    service.sign(
        db, PAYER, FEBRUARY, list(overview(db, PAYER, FEBRUARY, scope=ALL).parts), by=four.checker, clock=close.clock
    )
    with pytest.raises(Conflict, match="findings-wait"):
        service.approve(db, PAYER, FEBRUARY, by=four.approver, clock=close.clock)
    clear_holds(db, FEBRUARY, by=four.preparer, clock=close.clock)
    service.approve(db, PAYER, FEBRUARY, by=four.approver, clock=close.clock)
