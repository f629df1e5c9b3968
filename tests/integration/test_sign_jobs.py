"""A big month is signed by a job: what the checker saw and nothing else, permission asked twice, dropped, killed, begun again, never twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from mealroute.accounts.models import Account
from mealroute.adapters.job_worker import JobContext
from mealroute.areas.models import Street
from mealroute.core import audit
from mealroute.core import db as database
from mealroute.core import jobs as table
from mealroute.core.actor import Actor, Role
from mealroute.core.errors import Conflict, Forbidden, MealrouteError, NotFound
from mealroute.core.jobs import Job, JobId, JobState, StaleAttempt
from mealroute.delivery.records import Outcome
from mealroute.orders.models import Payment
from mealroute.settlement import jobs, service, signing_jobs, view_jobs, view_keeping
from mealroute.settlement.models import SettlementStep
from mealroute.settlement.month import month_now
from mealroute.settlement.records import Act, Step
from tests.conftest import FIELD_KEY
from tests.integration.close_world import FEBRUARY, PAYER, Close, make_close, person
from tests.integration.month_view_world import row
from tests.integration.settlement_world import STREET

ROOT = Path(__file__).resolve().parents[2]
OTHER = "110101001"


@pytest.fixture
def close(any_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Close:
    """Everybody has eaten, the month is prepared and its pages are reckoned."""
    monkeypatch.setattr(view_keeping, "AT_ONCE", 4)
    with Session(any_engine, expire_on_commit=False) as db:
        made = make_close(db)
        made.doors()
        db.commit()
    prepared(made)
    return made


def prepared(close: Close) -> None:
    with database.unit_of_work() as db:
        number, _new = jobs.ask(db, PAYER, FEBRUARY, Step.PREPARE, by=close.four.preparer, clock=close.clock)
    jobs.carry_out(begun(close, number), matrix_of=None)
    reckoned(close)


def reckoned(close: Close) -> None:
    with database.unit_of_work() as db:
        number, _new = view_jobs.ask(db, PAYER, FEBRUARY, by=close.four.preparer, clock=close.clock)
    view_jobs.run(begun(close, number))


def begun(close: Close, number: JobId) -> JobContext:
    with database.unit_of_work() as db:
        found = table.claim(db, number, clock=close.clock)
    assert found is not None
    return JobContext(found, close.clock)


def ask(close: Close, by: Actor | None = None, seen: dict[str, str] | None = None, street: str = STREET) -> tuple[JobId, bool]:  # fmt: skip
    by = by or close.four.checker
    with database.unit_of_work(read_only=True) as db:
        wanted = signing_jobs.wish(db, PAYER, FEBRUARY, [street], seen or {}, by=by)
    with database.unit_of_work() as db:
        return signing_jobs.ask(db, wanted, by=by, clock=close.clock)


def late(close: Close, number: int = 1) -> None:
    """A door is corrected: the figures that were reckoned are no longer of this moment."""
    with database.unit_of_work() as db:
        close.db = db
        close.record(number, Outcome.REFUSED)


def acts() -> list[tuple[str, str, str]]:
    with database.unit_of_work(read_only=True) as db:
        query = select(SettlementStep.act, SettlementStep.street_code, SettlementStep.by_name)
        return [tuple(row) for row in db.execute(query.order_by(SettlementStep.number))]


def signatures() -> int:
    return [act for act, _street, _name in acts()].count(Act.SIGNED)


def test_it_is_signed_in_the_name_of_who_asked_for_what_stands_there(close: Close) -> None:
    number, new = ask(close)
    assert (new, signatures()) == (True, 0)
    signing_jobs.run(begun(close, number))
    assert acts()[-1] == (Act.SIGNED, STREET, close.four.checker.name)
    with database.unit_of_work(read_only=True) as db:
        assert table.job(db, number).state is JobState.DONE
        entry = db.scalars(select(SettlementStep).where(SettlementStep.act == Act.SIGNED)).one()
        assert entry.digest == month_now(db, PAYER, FEBRUARY).parts[STREET].digest
        (event, *_before) = audit.events(db, action="settlement.asked")
        assert (event.actor, event.detail["streets"]) == (close.four.checker.name, [STREET])


def test_what_is_not_of_this_moment_or_not_what_was_seen_is_not_asked_for(close: Close) -> None:
    with pytest.raises(Conflict, match="part-changed"):
        ask(close, seen={STREET: "another"})
    late(close)
    with pytest.raises(Conflict, match="figures-dated"):
        ask(close)
    with database.unit_of_work() as db:  # the general resident's money is given back: their meal is to be explained
        paid = db.scalars(select(Payment).order_by(Payment.amount_fen.desc())).first()
        assert paid is not None
        db.add(
            Payment(natural_key="back", order_id=paid.order_id, kind="refund", amount_fen=paid.amount_fen, means="card", at=close.clock.at, by_name="x")
        )  # fmt: skip
    reckoned(close)
    with pytest.raises(Conflict, match="street-open-differences"):
        ask(close)
    with pytest.raises(NotFound, match="street-not-yours"):
        ask(close, street=OTHER)


def test_a_part_that_changes_before_it_is_signed_is_not_signed(close: Close) -> None:
    context = begun(close, ask(close)[0])
    late(close)
    with pytest.raises(Conflict, match="part-changed"):
        signing_jobs.run(context)
    assert signatures() == 0


def test_prepared_anew_or_sent_back_in_between_it_is_not_signed(close: Close) -> None:
    context = begun(close, ask(close)[0])
    prepared(close)
    with pytest.raises(Conflict, match="month-moved-on"):
        signing_jobs.run(context)
    with database.unit_of_work() as db:
        table.fail(db, context.job.id, 1, "x", "x", clock=close.clock)
    context = begun(close, ask(close)[0])
    with database.unit_of_work() as db:
        service.send_back(
            db, PAYER, FEBRUARY, acting=Step.APPROVE, to=Step.CHECK, reason="再核", by=close.four.approver, clock=close.clock
        )  # fmt: skip
    with pytest.raises(Conflict, match="month-moved-on"):
        signing_jobs.run(context)
    assert signatures() == 0


def test_asked_twice_it_is_one_job_and_people_do_not_wait_for_each_other(close: Close) -> None:
    with database.unit_of_work() as db:
        second = person(db, close.clock, "second", Role.STREET_CHECKER, STREET)
    first, _new = ask(close)
    assert ask(close) == (first, False)
    with database.unit_of_work() as db:
        other = update(Job).where(Job.id == first).values(payload={**table.job(db, first).payload, "seen": {"x": "y"}})
        db.execute(other)
    with pytest.raises(Conflict, match="signing-under-way"):
        ask(close)
    with database.unit_of_work() as db:
        assert signing_jobs.drop(db, PAYER, FEBRUARY, by=close.four.checker, clock=close.clock)
    mine, theirs = begun(close, ask(close)[0]), begun(close, ask(close, by=second)[0])
    signing_jobs.run(theirs)
    signing_jobs.run(mine)
    assert [entry for entry in acts() if entry[0] == Act.SIGNED] == [(Act.SIGNED, STREET, second.name)]


@pytest.mark.parametrize(
    ("values", "code"),
    [({"active": False}, "account-off"), ({"role": "auditor"}, "not-permitted"), ({"street_code": OTHER}, "street-not-yours")],
)  # fmt: skip
def test_whoever_may_no_longer_when_it_is_carried_out_is_refused_then(
    close: Close, values: dict[str, object], code: str
) -> None:
    context = begun(close, ask(close)[0])
    with database.unit_of_work() as db:
        row(db, Street, code=OTHER, district_code="110101")
        db.execute(update(Account).where(Account.id == close.four.checker.account_id).values(**values))
    with pytest.raises(MealrouteError, match=code):
        signing_jobs.run(context)
    assert signatures() == 0


def test_who_may_not_is_refused_when_asking(close: Close) -> None:
    with pytest.raises(Forbidden, match="not-permitted"):
        ask(close, by=close.four.approver)
    with database.unit_of_work() as db:
        db.execute(update(Account).where(Account.id == close.four.preparer.account_id).values(role="street-checker"))
    again = Actor(
        account_id=close.four.preparer.account_id,
        name="又是我",
        role=Role.STREET_CHECKER,
        scope=close.four.checker.scope,
    )
    with pytest.raises(Forbidden, match="step-same-person"):
        ask(close, by=again)


def test_dropped_nothing_is_signed(close: Close) -> None:
    context = begun(close, ask(close)[0])
    with database.unit_of_work() as db:
        assert not signing_jobs.drop(db, PAYER, FEBRUARY, by=close.four.approver, clock=close.clock)
        assert signing_jobs.drop(db, PAYER, FEBRUARY, by=close.four.checker, clock=close.clock)
    context._cancel.set()
    signing_jobs.run(context)
    assert signatures() == 0


def test_whoever_comes_late_after_its_worker_was_given_up_signs_nothing(close: Close) -> None:
    number, _new = ask(close)
    slow = begun(close, number)
    with database.unit_of_work() as db:
        table.orphan(db, number, 1, stop=False, clock=close.clock)
    signing_jobs.run(begun(close, number))
    with pytest.raises(StaleAttempt):
        signing_jobs.run(slow)
    assert signatures() == 1


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from sqlalchemy import event
from mealroute import models
from mealroute.adapters.job_worker import JobContext
from mealroute.core import crypto, db as database, jobs as table
from mealroute.core.clock import FixedClock
from mealroute.settlement import signing_jobs

crypto.configure_keys([sys.argv[4]])
engine = database.configure(sys.argv[1])
clock = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
with database.unit_of_work() as db:
    job = table.claim(db, int(sys.argv[2]), clock=clock)
written = 0

@event.listens_for(engine, "before_cursor_execute")
def count(connection, cursor, statement, parameters, context, many):
    global written
    if statement.split(None, 1)[0].lower() in {"insert", "update", "delete"}:
        written += 1
        if written > int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)

signing_jobs.run(JobContext(job, clock))
print("done", written)
"""


def test_killed_anywhere_nothing_is_signed_and_begun_again_it_is_signed_once(any_engine: Engine, close: Close) -> None:
    number, _new = ask(close)
    for at in (0, 2):
        died = _process(any_engine, number, at)
        assert died.returncode == -signal.SIGKILL, died.stderr[-800:]
        assert signatures() == 0
        with database.unit_of_work() as db:
            table.orphan(db, number, table.job(db, number).attempt, stop=False, clock=close.clock)
    done = _process(any_engine, number, 9999)
    assert done.stdout.startswith("done"), done.stderr[-800:]
    assert signatures() == 1


def _process(engine: Engine, job: JobId, at: int) -> subprocess.CompletedProcess[str]:
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", KILLED, url, str(job), str(at), FIELD_KEY]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
