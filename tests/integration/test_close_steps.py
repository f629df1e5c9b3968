"""A month is closed by four people: prepare, sign, approve, pay; nobody does two of them; nothing changes afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Role, Scope
from mealroute.core.errors import Conflict, Forbidden, MealrouteError, NotFound
from mealroute.delivery.models import Proof
from mealroute.delivery.records import Outcome
from mealroute.settlement import queries, service
from mealroute.settlement.models import SettlementPayment, SettlementStep
from mealroute.settlement.overview import overview
from mealroute.settlement.records import Act, Stage, Step
from mealroute.settlement.simulate import clear_holds, close_month, pay_month
from mealroute.subsidy import queries as money
from mealroute.subsidy.models import Period
from tests.integration.close_world import FEBRUARY, PAYER, Close, make_close, person
from tests.integration.settlement_world import STREET

ALL = Scope.everything()


@pytest.fixture
def close(db: Session) -> Close:
    made = make_close(db)
    made.doors()
    return made


def _prepare(close: Close) -> None:
    service.prepare(close.db, PAYER, FEBRUARY, by=close.four.preparer, clock=close.clock)


def _sign(close: Close) -> None:
    service.sign(close.db, PAYER, FEBRUARY, [STREET], by=close.four.checker, clock=close.clock)


def _approve(close: Close) -> None:
    clear_holds(close.db, FEBRUARY, by=close.four.preparer, clock=close.clock)
    service.approve(close.db, PAYER, FEBRUARY, by=close.four.approver, clock=close.clock)


def _pay(close: Close, amounts: dict[str, int], voucher: str = "V-1", note: str = "") -> bool:
    return service.pay(
        close.db, PAYER, FEBRUARY, "V01", amounts, voucher=voucher, paid_on=close.clock.today(), note=note, by=close.four.cashier,
        clock=close.clock,
    )  # fmt: skip


def _stage(close: Close) -> Stage:
    return overview(close.db, PAYER, FEBRUARY, scope=ALL).standing.stage


def test_a_month_goes_through_four_hands(close: Close) -> None:
    stages = [_stage(close)]
    for step in (_prepare, _sign, _approve):
        step(close)
        stages.append(_stage(close))
    _pay(close, {"city": 1750, "district": 1750})
    assert [*stages, _stage(close)] == [Stage.TO_PREPARE, Stage.TO_CHECK, Stage.TO_APPROVE, Stage.TO_PAY, Stage.DONE]
    entries = overview(close.db, PAYER, FEBRUARY, scope=ALL).history
    assert [entry.act for entry in entries] == [Act.PREPARED, Act.SIGNED, Act.APPROVED, Act.PAID]
    assert len({entry.account_id for entry in entries}) == 4
    actions = {event.action for event in audit.events(close.db, action="settlement.")}
    assert actions == {f"settlement.{entry.act}" for entry in entries}


@pytest.mark.parametrize("step", ["sign", "approve"])
def test_who_prepared_does_not_check_or_approve_in_whatever_role(close: Close, step: str) -> None:
    _prepare(close)
    roles = {"sign": Role.STREET_CHECKER, "approve": Role.DISTRICT_APPROVER}
    again = replace(close.four.preparer, role=roles[step], scope=ALL)
    if step == "approve":
        _sign(close)
    close.four = replace(close.four, checker=again, approver=again)
    with pytest.raises(Forbidden, match="step-same-person"):
        {"sign": _sign, "approve": _approve}[step](close)


def test_who_approved_does_not_pay_and_who_explained_does_not_check(close: Close) -> None:
    _prepare(close)
    _sign(close)
    _approve(close)
    for had in (close.four.preparer, close.four.checker, close.four.approver):
        with pytest.raises(Forbidden, match="step-same-person"):
            service.pay(
                close.db, PAYER, FEBRUARY, "V01", {"city": 1750}, voucher="V", paid_on=close.clock.today(),
                by=replace(had, role=Role.FINANCE), clock=close.clock,
            )  # fmt: skip


def test_the_program_itself_signs_nothing(close: Close) -> None:
    with pytest.raises(Forbidden, match="step-needs-account"):
        service.prepare(close.db, PAYER, FEBRUARY, by=SYSTEM, clock=close.clock)


def test_who_recorded_at_the_doors_does_not_check(db: Session, close: Close) -> None:
    busy = person(db, close.clock, "busy", Role.DISPATCHER)
    audit.record(
        db, by=busy, clock=close.clock, action="delivery.recorded", subject=f"runs/{close.runs[0]}-{close.runs[1]}"
    )
    _prepare(close)
    with pytest.raises(Forbidden, match="step-counted-itself"):
        service.sign(db, PAYER, FEBRUARY, [STREET], by=replace(busy, role=Role.STREET_CHECKER), clock=close.clock)


@pytest.mark.parametrize("action", ["delivery.reopened", "delivery.stop-given"])
def test_who_took_a_record_back_or_gave_a_stop_away_does_not_check(db: Session, close: Close, action: str) -> None:
    proof = db.scalars(select(Proof)).first()
    assert proof is not None
    subjects = {"delivery.reopened": f"proof/{proof.id}", "delivery.stop-given": f"visit/{proof.visit_id}"}
    busy = person(db, close.clock, "busy", Role.DISPATCHER)
    audit.record(db, by=busy, clock=close.clock, action=action, subject=subjects[action])
    _prepare(close)
    with pytest.raises(Forbidden, match="step-counted-itself"):
        service.sign(db, PAYER, FEBRUARY, [STREET], by=replace(busy, role=Role.STREET_CHECKER), clock=close.clock)
    elsewhere = person(db, close.clock, "elsewhere", Role.DISPATCHER)
    audit.record(db, by=elsewhere, clock=close.clock, action=action, subject=subjects[action] + "999")
    service.sign(db, PAYER, FEBRUARY, [STREET], by=replace(elsewhere, role=Role.STREET_CHECKER), clock=close.clock)


def test_a_street_signs_its_own_part_only(db: Session, close: Close) -> None:
    _prepare(close)
    elsewhere = person(db, close.clock, "elsewhere", Role.STREET_CHECKER, STREET)
    for scope, street in ((Scope(streets=frozenset({"110101001"})), STREET), (ALL, "110101001")):
        with pytest.raises(NotFound, match="street-not-yours"):
            service.sign(db, PAYER, FEBRUARY, [street], by=replace(elsewhere, scope=scope), clock=close.clock)


def test_a_part_that_changes_after_its_signature_is_signed_again(close: Close) -> None:
    _prepare(close)
    _sign(close)
    close.clock.at = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    close.record(0, Outcome.REFUSED)
    found = overview(close.db, PAYER, FEBRUARY, scope=ALL)
    assert (found.standing.stage, found.standing.stale) == (Stage.TO_CHECK, (STREET,))
    (change,) = found.changes
    assert (change.kind, change.by_name, change.book_line_id) == ("record", "刘建国", close.lines[0])
    with pytest.raises(Conflict, match="streets-unsigned"):
        _approve(close)
    _sign(close)
    _approve(close)
    assert money.period(close.db, PAYER, FEBRUARY).totals["figures"]["delivered"] == 4  # type: ignore[union-attr]


def test_sent_back_with_a_reason_the_month_begins_again_at_that_step(close: Close) -> None:
    _prepare(close)
    _sign(close)
    with pytest.raises(MealrouteError, match="reason-needed"):
        service.send_back(close.db, PAYER, FEBRUARY, acting=Step.APPROVE, to=Step.CHECK, reason=" ", by=close.four.approver, clock=close.clock)  # fmt: skip
    for to, stage in ((Step.CHECK, Stage.TO_CHECK), (Step.PREPARE, Stage.TO_PREPARE)):
        service.send_back(
            close.db, PAYER, FEBRUARY, acting=Step.APPROVE, to=to, reason="5 日少 2 份", by=close.four.approver, clock=close.clock
        )  # fmt: skip
        assert _stage(close) is stage
    found = overview(close.db, PAYER, FEBRUARY, scope=ALL)
    assert found.standing.sent_back is not None
    assert found.blocks[0].endswith("5 日少 2 份")
    with pytest.raises(Conflict, match="not-prepared"):
        _sign(close)
    with pytest.raises(MealrouteError, match="not-an-earlier-step"):
        service.send_back(close.db, PAYER, FEBRUARY, acting=Step.CHECK, to=Step.APPROVE, reason="x", by=close.four.checker, clock=close.clock)  # fmt: skip


def test_a_difference_keeps_the_street_and_the_district_from_signing(db: Session) -> None:
    close = make_close(db)
    world = close.world
    book = world.book(datetime(2026, 2, 4, tzinfo=UTC).date())
    owing = world.line(book, world.order(world.resident(), datetime(2026, 2, 4, tzinfo=UTC).date(), pay_means="cash-at-door"))  # fmt: skip
    close.runs.append(world.publish(datetime(2026, 2, 4, tzinfo=UTC).date(), [owing]))
    close.doors()
    close.lines.append(owing)
    close.runs[1] = close.runs[2]
    close.record(len(close.lines) - 1)
    _prepare(close)
    with pytest.raises(Conflict, match="street-open-differences"):
        _sign(close)
    service.explain(
        db, PAYER, FEBRUARY, owing, sentence="老人未带现金，下次补收。", by=close.four.preparer, clock=close.clock
    )
    _sign(close)
    _approve(close)


def test_closing_twice_is_refused_and_nothing_changes_afterwards(close: Close) -> None:
    close_month(close.db, PAYER, FEBRUARY, close.four, clock=close.clock)
    for again in (_prepare, _sign, _approve):
        with pytest.raises(Conflict, match="period-closed"):
            again(close)
    with pytest.raises(Conflict, match="period-closed"):
        service.send_back(close.db, PAYER, FEBRUARY, acting=Step.APPROVE, to=Step.PREPARE, reason="x", by=close.four.approver, clock=close.clock)  # fmt: skip
    close.db.commit()
    for model in (SettlementStep, Period):
        row = close.db.scalars(select(model)).first()
        setattr(row, "month" if model is Period else "reason", "x")
        with pytest.raises(ValueError, match=r"immutable|append-only"):
            close.db.flush()
        close.db.rollback()
    with pytest.raises(DatabaseError, match="immutable"):
        close.db.connection().execute(update(Period).values(state="open"))


def test_a_payment_has_its_voucher_counts_once_and_never_exceeds_what_is_due(close: Close) -> None:
    with pytest.raises(Conflict, match="period-not-closed"):
        _pay(close, {"city": 100})
    close_month(close.db, PAYER, FEBRUARY, close.four, clock=close.clock)
    for amounts, voucher, code in (
        ({"city": 1751}, "V-1", "paid-more-than-due"), ({"village": 1}, "V-1", "payee-unknown"), ({"city": 1}, " ", "voucher-missing"),
        ({"city": -1}, "V-1", "paid-more-than-due"), ({}, "V-1", "voucher-missing"),
    ):  # fmt: skip
        with pytest.raises(MealrouteError, match=code):
            _pay(close, amounts, voucher)
    assert _pay(close, {"city": 1000})
    assert not _pay(close, {"city": 1000})
    with pytest.raises(Conflict, match="voucher-used"):
        _pay(close, {"city": 750})
    assert _pay(close, {"city": 750, "district": 1750}, "V-2")
    assert _stage(close) is Stage.DONE
    with pytest.raises(MealrouteError, match="reason-needed"):
        _pay(close, {"city": -750}, "V-3")
    with pytest.raises(MealrouteError, match=r"这里已付 17[.]50 元，退回不能超过此数。"):
        _pay(close, {"city": -1751}, "V-3", note="账号错，银行退回")
    with pytest.raises(MealrouteError, match=r"这里只剩 0[.]00 元未付。"):
        _pay(close, {"city": 1}, "V-3")
    assert _pay(close, {"city": -750}, "V-3", note="账号错，银行退回")
    assert [due.left_fen for due in overview(close.db, PAYER, FEBRUARY, scope=ALL).dues] == [750, 0]
    period = money.period(close.db, PAYER, FEBRUARY)
    assert period is not None
    assert [entry.voucher for entry in queries.payments(close.db, period.id)] == ["V-1", "V-2", "V-2", "V-3"]


def test_the_sample_people_pay_everybody_once(close: Close) -> None:
    close_month(close.db, PAYER, FEBRUARY, close.four, clock=close.clock)
    assert pay_month(close.db, PAYER, FEBRUARY, close.four, clock=close.clock) == 1
    assert pay_month(close.db, PAYER, FEBRUARY, close.four, clock=close.clock) == 0
    assert close.db.scalar(text("select sum(amount_fen) from settlement_payment")) == 3500


def test_finance_objects_in_writing_and_the_month_stays_closed(close: Close) -> None:
    close_month(close.db, PAYER, FEBRUARY, close.four, clock=close.clock)
    service.object_to(close.db, PAYER, FEBRUARY, reason="V01 账户已销户", by=close.four.cashier, clock=close.clock)
    assert overview(close.db, PAYER, FEBRUARY, scope=ALL).history[-1].act is Act.OBJECTED
    assert _stage(close) is Stage.TO_PAY
    assert close.db.scalars(select(SettlementPayment)).all() == []
