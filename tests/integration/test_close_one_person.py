"""One account never takes two steps of a month, whatever role it holds today, whatever it is called today."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mealroute.accounts import queries as accounts
from mealroute.accounts import service as desk
from mealroute.accounts.models import Account
from mealroute.core.actor import SYSTEM, Actor, Role
from mealroute.core.errors import Forbidden
from mealroute.settlement import jobs, service
from mealroute.settlement.models import SettlementStep
from mealroute.settlement.records import Act, Step
from mealroute.settlement.simulate import clear_holds
from tests.integration.close_world import FEBRUARY, PAYER, Close, make_close
from tests.integration.settlement_world import STREET

Do = Callable[[Close, Actor], object]
ROLES = {
    "prepare": Role.FINANCE, "explain": Role.FINANCE, "check": Role.STREET_CHECKER, "check-back": Role.STREET_CHECKER,
    "approve": Role.DISTRICT_APPROVER, "approve-back": Role.DISTRICT_APPROVER, "pay": Role.FINANCE, "object": Role.FINANCE,
}  # fmt: skip


def _back(close: Close, by: Actor, acting: Step) -> object:
    return service.send_back(
        close.db, PAYER, FEBRUARY, acting=acting, to=Step.PREPARE, reason="请再核", street=STREET if acting is Step.CHECK else "", by=by, clock=close.clock
    )  # fmt: skip


def _count(close: Close, by: Actor) -> object:
    return service.explain_count(close.db, PAYER, FEBRUARY, "x", sentence="已核对清点数", by=by, clock=close.clock)


def _pay(close: Close, by: Actor) -> object:
    return service.pay(
        close.db,
        PAYER,
        FEBRUARY,
        "V01",
        {"city": 1},
        voucher="V-1",
        paid_on=close.clock.today(),
        by=by,
        clock=close.clock,
    )


DO: dict[str, Do] = {
    "prepare": lambda close, by: service.prepare(close.db, PAYER, FEBRUARY, by=by, clock=close.clock),
    "explain": _count,
    "check": lambda close, by: service.sign(close.db, PAYER, FEBRUARY, [STREET], by=by, clock=close.clock),
    "check-back": lambda close, by: _back(close, by, Step.CHECK),
    "approve": lambda close, by: service.approve(close.db, PAYER, FEBRUARY, by=by, clock=close.clock),
    "approve-back": lambda close, by: _back(close, by, Step.APPROVE),
    "pay": _pay,
    "object": lambda close, by: service.object_to(
        close.db, PAYER, FEBRUARY, reason="账号不符", by=by, clock=close.clock
    ),
}
BEFORE = {
    "prepare": (), "explain": (), "check": ("prepare",), "check-back": ("prepare",), "approve": ("prepare", "check"),
    "approve-back": ("prepare", "check"), "pay": ("prepare", "check", "approve"), "object": ("prepare", "check", "approve"),
}  # fmt: skip
STEP_OF = {
    "prepare": "prepare", "explain": "prepare", "check": "check", "check-back": "check", "approve": "approve",
    "approve-back": "approve", "pay": "pay", "object": "pay",
}  # fmt: skip
PAIRS = [
    (first, second)
    for first in ("prepare", "check", "check-back", "approve", "approve-back")
    for second in DO
    if STEP_OF[first] != STEP_OF[second] and not (first == "approve" and STEP_OF[second] in {"prepare", "check"})
]


@pytest.fixture
def close(db: Session) -> Close:
    made = make_close(db)
    made.doors()
    return made


def _others(close: Close) -> dict[str, Actor]:
    four = close.four
    return {"prepare": four.preparer, "check": four.checker, "approve": four.approver, "pay": four.cashier}


def _person(close: Close, role: Role) -> Actor:
    made, _password = desk.create_account(
        close.db, login="allround", display_name="万事通", role=role, by=SYSTEM, clock=close.clock
    )
    return accounts.actor(close.db, made.id) or pytest.fail("no account")


def _becomes(close: Close, who: Actor, role: Role) -> Actor:
    """The same account under another role, login and name."""
    close.db.execute(
        update(Account)
        .where(Account.id == who.account_id)
        .values(role=str(role), login=f"now-{role}", display_name="另一个名字")
    )
    close.db.expire_all()
    found = accounts.actor(close.db, who.account_id or 0)
    assert found is not None
    assert found.name == "另一个名字"
    return found


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_whoever_took_one_step_is_refused_every_other(close: Close, first: str, second: str) -> None:
    who = _person(close, ROLES[first])
    others = _others(close)
    for needed in BEFORE[first]:
        DO[needed](close, others[STEP_OF[needed]])
    clear_holds(close.db, FEBRUARY, by=others["prepare"], clock=close.clock)
    DO[first](close, who)
    became = _becomes(close, who, ROLES[second])
    for needed in BEFORE[second] if first not in {"check-back", "approve-back"} else ():
        if STEP_OF[needed] != STEP_OF[first] and needed not in BEFORE[first]:
            clear_holds(close.db, FEBRUARY, by=others["prepare"], clock=close.clock)
            DO[needed](close, others[STEP_OF[needed]])
    if STEP_OF[second] == "pay" and first in {"check-back", "approve-back"}:
        for needed in BEFORE["pay"]:
            clear_holds(close.db, FEBRUARY, by=others["prepare"], clock=close.clock)
            DO[needed](close, others[needed])
    with pytest.raises(Forbidden, match="step-same-person") as refused:
        DO[second](close, became)
    assert refused.value.facts["earlier"].by_name == "万事通"


@pytest.mark.parametrize(
    ("first", "second"), [("prepare", Step.APPROVE), ("check", Step.PREPARE), ("check", Step.APPROVE)]
)
def test_as_a_job_it_is_refused_when_asked(close: Close, first: str, second: Step) -> None:
    who = _person(close, ROLES[first])
    others = _others(close)
    for needed in BEFORE[first]:
        DO[needed](close, others[STEP_OF[needed]])
    DO[first](close, who)
    became = _becomes(close, who, ROLES[str(second)])
    with pytest.raises(Forbidden, match="step-same-person"):
        jobs.ask(close.db, PAYER, FEBRUARY, second, by=became, clock=close.clock)


def test_the_history_keeps_the_names_and_roles_as_they_were(close: Close) -> None:
    who = _person(close, Role.FINANCE)
    DO["prepare"](close, who)
    _becomes(close, who, Role.AUDITOR)
    row = close.db.scalars(select(SettlementStep)).one()
    assert (row.act, row.by_name, row.by_role) == (Act.PREPARED, "万事通", "finance")
