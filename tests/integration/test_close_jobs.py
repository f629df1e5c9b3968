"""Preparing and approving as jobs: permission asked twice, one at a time, dropped, killed, begun again, never twice."""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from mealroute.accounts.models import Account
from mealroute.adapters.job_worker import JobContext
from mealroute.core import audit
from mealroute.core import db as database
from mealroute.core import jobs as table
from mealroute.core.actor import Actor, Role
from mealroute.core.errors import Conflict, Forbidden, MealrouteError
from mealroute.core.jobs import JobId, JobState, StaleAttempt
from mealroute.settlement import jobs, service
from mealroute.settlement.models import SettlementStep
from mealroute.settlement.records import Act, Step
from mealroute.settlement.simulate import clear_holds
from mealroute.subsidy import queries as money
from mealroute.subsidy.models import ClaimLine, Period
from tests.conftest import FIELD_KEY
from tests.forked import Forked
from tests.integration import close_process
from tests.integration.close_world import FEBRUARY, PAYER, Close, make_close, person
from tests.integration.settlement_world import STREET


@pytest.fixture
def close(any_engine: Engine) -> Close:
    with Session(any_engine, expire_on_commit=False) as db:
        made = make_close(db)
        made.doors()
        db.commit()
    return made


def ask(close: Close, step: Step, by: Actor) -> tuple[JobId, bool]:
    with database.unit_of_work() as db:
        return jobs.ask(db, PAYER, FEBRUARY, step, by=by, clock=close.clock)


def begun(close: Close, job: JobId) -> JobContext:
    with database.unit_of_work() as db:
        found = table.claim(db, job, clock=close.clock)
    assert found is not None
    return JobContext(found, close.clock)


def carry_out(close: Close, step: Step, by: Actor) -> JobContext:
    context = begun(close, ask(close, step, by)[0])
    jobs.carry_out(context, matrix_of=None)
    return context


def signed(close: Close) -> None:
    carry_out(close, Step.PREPARE, close.four.preparer)
    with database.unit_of_work() as db:
        clear_holds(db, FEBRUARY, by=close.four.preparer, clock=close.clock)
        service.sign(db, PAYER, FEBRUARY, [STREET], by=close.four.checker, clock=close.clock)


def acts() -> list[tuple[str, str]]:
    with database.unit_of_work(read_only=True) as db:
        query = select(SettlementStep.act, SettlementStep.by_name).order_by(SettlementStep.number)
        return [(act, name) for act, name in db.execute(query)]


def test_two_jobs_close_a_month_in_the_names_of_those_who_asked(close: Close) -> None:
    signed(close)
    context = carry_out(close, Step.APPROVE, close.four.approver)
    with database.unit_of_work(read_only=True) as db:
        assert table.job(db, context.job.id).state is JobState.DONE
        period = money.period(db, PAYER, FEBRUARY)
        assert period is not None
        assert (period.state, period.closed_by) == ("closed", close.four.approver.name)
        asked = [event.actor for event in reversed(audit.events(db, action="settlement.asked"))]
    assert asked == [close.four.preparer.name, close.four.approver.name]
    assert [act for act, _name in acts()] == [Act.PREPARED, Act.SIGNED, Act.APPROVED]


def test_asked_twice_it_is_one_job_and_the_other_step_has_to_wait(close: Close) -> None:
    signed(close)
    first, new = ask(close, Step.PREPARE, close.four.preparer)
    assert (new, ask(close, Step.PREPARE, close.four.preparer)) == (True, (first, False))
    with pytest.raises(Conflict, match="month-under-way"):
        ask(close, Step.APPROVE, close.four.approver)


def test_who_may_not_is_refused_when_asking(close: Close) -> None:
    for step, by, code in (
        (Step.PREPARE, close.four.approver, "not-permitted"), (Step.APPROVE, close.four.cashier, "not-permitted"),
        (Step.APPROVE, close.four.approver, "not-prepared"),
    ):  # fmt: skip
        with pytest.raises(MealrouteError, match=code):
            ask(close, step, by)
    with database.unit_of_work() as db:
        elsewhere = person(db, close.clock, "elsewhere", Role.FINANCE, STREET)
    with pytest.raises(Forbidden, match="close-needs-district"):
        ask(close, Step.PREPARE, elsewhere)
    carry_out(close, Step.PREPARE, close.four.preparer)
    with database.unit_of_work() as db:
        db.execute(update(Account).where(Account.id == close.four.preparer.account_id).values(role="district-approver"))
    again = Actor(account_id=close.four.preparer.account_id, name="又是我", role=Role.DISTRICT_APPROVER, scope=close.four.approver.scope)  # fmt: skip
    with pytest.raises(Forbidden, match="step-same-person"):
        ask(close, Step.APPROVE, again)


@pytest.mark.parametrize(
    ("values", "code"),
    [({"active": False}, "account-off"), ({"role": "auditor"}, "not-permitted"), ({"street_code": STREET}, "close-needs-district")],
)  # fmt: skip
def test_whoever_may_no_longer_when_it_is_carried_out_is_refused_then(
    close: Close, values: dict[str, object], code: str
) -> None:
    context = begun(close, ask(close, Step.PREPARE, close.four.preparer)[0])
    with database.unit_of_work() as db:
        db.execute(update(Account).where(Account.id == close.four.preparer.account_id).values(**values))
    with pytest.raises(Forbidden, match=code):
        jobs.carry_out(context, matrix_of=None)
    assert acts() == []


def test_whoever_took_another_step_in_between_is_refused_then(close: Close) -> None:
    signed(close)
    busy = close.four.approver
    context = begun(close, ask(close, Step.APPROVE, busy)[0])
    with database.unit_of_work() as db:
        service.sign(db, PAYER, FEBRUARY, [STREET], by=close.four.checker, clock=close.clock)
        db.execute(
            update(Account).where(Account.id == busy.account_id).values(role="district-approver", display_name="改名")
        )
    with database.unit_of_work() as db:
        close.db = db
        service.send_back(db, PAYER, FEBRUARY, acting=Step.APPROVE, to=Step.CHECK, reason="再核", by=busy, clock=close.clock)  # fmt: skip
    with pytest.raises(Conflict, match="streets-unsigned"):
        jobs.carry_out(context, matrix_of=None)
    assert acts()[-1] == (Act.SENT_BACK, busy.name)


def test_a_dropped_job_takes_no_step_and_another_can_begin(close: Close) -> None:
    context = begun(close, ask(close, Step.PREPARE, close.four.preparer)[0])
    with database.unit_of_work() as db:
        assert not jobs.drop(db, PAYER, FEBRUARY, Step.APPROVE, by=close.four.approver, clock=close.clock)
        assert jobs.drop(db, PAYER, FEBRUARY, Step.PREPARE, by=close.four.preparer, clock=close.clock)
    context._cancel.set()
    jobs.carry_out(context, matrix_of=None)
    assert acts() == []
    with database.unit_of_work() as db:
        table.cancelled(db, context.job.id, 1, clock=close.clock)
    carry_out(close, Step.PREPARE, close.four.preparer)
    assert [act for act, _name in acts()] == [Act.PREPARED]


def test_whoever_comes_late_after_its_worker_was_given_up_writes_nothing(close: Close) -> None:
    signed(close)
    job, _new = ask(close, Step.APPROVE, close.four.approver)
    late = begun(close, job)
    with database.unit_of_work() as db:
        table.orphan(db, job, 1, stop=False, clock=close.clock)
    jobs.carry_out(begun(close, job), matrix_of=None)
    with pytest.raises((StaleAttempt, Conflict)):
        jobs.carry_out(late, matrix_of=None)
    assert [act for act, _name in acts()].count(Act.APPROVED) == 1


def in_a_process(engine: Engine, job: JobId, kill_after: int) -> Forked:
    """The job carried out in a process that dies at the write after so many."""
    environment = {
        **os.environ, "MEALROUTE_DATABASE_URL": engine.url.render_as_string(hide_password=False), "MEALROUTE_FIELD_KEYS": FIELD_KEY,
    }  # fmt: skip
    return Forked(close_process.carry_out, environment, job, kill_after)


@pytest.mark.parametrize("step", [Step.PREPARE, Step.APPROVE])
def test_killed_anywhere_the_step_is_not_done_and_begun_again_it_is_done_once(
    any_engine: Engine, close: Close, step: Step
) -> None:
    if step is Step.APPROVE:
        signed(close)
    before = acts()
    job, _new = ask(close, step, close.four.preparer if step is Step.PREPARE else close.four.approver)
    for attempt, at in enumerate((0, 5, 11), 1):
        died = in_a_process(any_engine, job, at)
        with pytest.raises(EOFError):
            died.heard()
        assert died.ended() == -signal.SIGKILL
        assert acts() == before
        with database.unit_of_work() as db:
            assert db.scalar(select(Period.state).where(Period.state == "closed")) is None
            table.orphan(db, job, attempt, stop=False, clock=close.clock)
            again = update(table.Job).where(table.Job.id == job)
            db.execute(again.values(state=JobState.QUEUED, open_key=jobs.key(PAYER, FEBRUARY)))
    done = in_a_process(any_engine, job, 9999)
    assert (done.heard(), done.ended()) == ("done", 0)
    with database.unit_of_work(read_only=True) as db:
        assert table.job(db, job).state is JobState.DONE
        assert db.scalar(select(func.count()).select_from(ClaimLine)) == 9
    assert acts()[: len(before)] == before
    assert [act for act, _name in acts()[len(before) :]] == [Act.PREPARED if step is Step.PREPARE else Act.APPROVED]
