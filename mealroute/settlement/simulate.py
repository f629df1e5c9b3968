"""The demo's month goes through all four steps by four sample people, by the same services that people use."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from mealroute.checks import service as checks
from mealroute.checks.queries import open_findings
from mealroute.checks.records import Severity
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.settlement import history, queries, service
from mealroute.settlement.month import month_now
from mealroute.settlement.paying import pay
from mealroute.subsidy import queries as money
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.payers import Who, code_of
from mealroute.subsidy.rows import month_days
from mealroute.subsidy.simulate import hand_in_cash, sentences
from mealroute.subsidy.statement import month_statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Four:
    """Four people with an account each."""

    preparer: Actor
    checker: Actor
    approver: Actor
    cashier: Actor


def close_month(db: Session, payer: Who, month: str, four: Four, *, clock: Clock) -> subsidy.Built:
    """Hand cash in, explain what is open, prepare, clear what waits for a word, sign each street's part, approve.

    One transaction: interrupted, nothing of it stands. What a check blocks stays held.
    """
    hand_in_cash(db, *month_days(month), clock=clock)
    open_ones = month_statement(db, month, scope=Scope.everything(), payer=payer).open_portions
    if open_ones:
        service.explain_all(db, payer, month, sentences(open_ones), by=four.preparer, clock=clock)
    service.prepare(db, payer, month, by=four.preparer, clock=clock)
    clear_holds(db, month, by=four.preparer, clock=clock)
    service.sign(db, payer, month, tuple(month_now(db, payer, month).parts), by=four.checker, clock=clock)
    return service.approve(db, payer, month, by=four.approver, clock=clock)


def clear_holds(db: Session, month: str, *, by: Actor, clock: Clock) -> int:
    """Give every finding that waits for a word the sample officer's; returns how many."""
    waiting = open_findings(db, month, scope=Scope.everything(), severity=Severity.HOLD)
    for finding in waiting:
        checks.clear(db, finding.id, reason="示例：已电话核实，情况属实。", by=by, clock=clock)
    return len(waiting)


def pay_month(db: Session, payer: Who, month: str, four: Four, *, clock: Clock) -> int:
    """Pay every payee of a closed month what is left, one voucher each. Returns how many transfers were written down."""
    period = money.period(db, code_of(payer), month)
    if period is None:
        return 0
    left: dict[str, dict[str, int]] = {}
    for due in queries.dues(db, period):
        if due.left_fen:
            left.setdefault(due.payee, {})[due.fund] = due.left_fen
    done = len(history.steps(db, period.id))
    for number, (payee, amounts) in enumerate(sorted(left.items()), 1):
        voucher = f"示例-{month}-{done + number:03d}"
        pay(db, payer, month, payee, amounts, voucher=voucher, paid_on=clock.today(), by=four.cashier, clock=clock)
    return len(left)
