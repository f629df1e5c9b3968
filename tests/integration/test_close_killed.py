"""A process killed in the middle of the close leaves the month wholly open; the next one closes it wholly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from mealroute.core import db as database
from mealroute.settlement import service
from mealroute.settlement.models import SettlementStep
from mealroute.settlement.overview import overview
from mealroute.settlement.records import Act, Stage
from mealroute.settlement.simulate import clear_holds
from mealroute.subsidy.models import ClaimLine, Period
from tests.integration.close_world import FEBRUARY, PAYER, make_close
from tests.integration.settlement_world import STREET

ROOT = Path(__file__).resolve().parents[2]
KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from sqlalchemy import event
from mealroute import models
from mealroute.core import crypto, db as database
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.settlement import service

crypto.configure_keys(["c3ludGhldGljLXRlc3Qta2V5LW5vdC1mb3ItdXNlISE="])
url, account, at = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
engine = database.configure(url)
written = 0

@event.listens_for(engine, "before_cursor_execute")
def count(connection, cursor, statement, parameters, context, many):
    global written
    if statement.split(None, 1)[0].lower() in {"insert", "update", "delete"}:
        written += 1
        if written > at:
            os.kill(os.getpid(), signal.SIGKILL)

by = Actor(account_id=account, name="approver", role=Role.DISTRICT_APPROVER, scope=Scope.everything())
with database.unit_of_work() as db:
    service.approve(db, "dongcheng", "2026-02", by=by, clock=FixedClock(datetime(2026, 3, 2, 2, tzinfo=UTC)))
print("closed")
"""


def _content(engine: Engine) -> tuple[object, ...]:
    with Session(engine) as db:
        return (
            db.scalar(select(Period.state)), db.scalar(select(func.count()).select_from(ClaimLine)),
            db.scalar(select(func.count()).select_from(SettlementStep)),
        )  # fmt: skip


@pytest.mark.parametrize("at", [0, 3, 6])
def test_killed_in_the_middle_the_month_is_as_open_as_before(any_engine: Engine, at: int) -> None:
    with Session(any_engine, expire_on_commit=False) as db:
        close = make_close(db)
        close.doors()
        service.prepare(db, PAYER, FEBRUARY, by=close.four.preparer, clock=close.clock)
        clear_holds(db, FEBRUARY, by=close.four.preparer, clock=close.clock)
        service.sign(db, PAYER, FEBRUARY, [STREET], by=close.four.checker, clock=close.clock)
        db.commit()
    before = _content(any_engine)
    url = database.engine().url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", textwrap.dedent(KILLED), url, str(close.four.approver.account_id)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    died = subprocess.run([*command, str(at)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr[-800:]
    assert _content(any_engine) == before
    done = subprocess.run([*command, "9999"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "closed", done.stderr[-800:]
    with Session(any_engine) as db:
        found = overview(db, PAYER, FEBRUARY, scope=close.four.approver.scope)
        assert (found.standing.stage, found.history[-1].act) == (Stage.TO_PAY, Act.APPROVED)
    again = subprocess.run([*command, "9999"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "period-closed" in again.stderr
