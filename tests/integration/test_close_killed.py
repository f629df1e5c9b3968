"""A process killed in the middle of the close leaves the month wholly open; the next one closes it wholly."""

from __future__ import annotations

import os
import signal

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
from tests.conftest import FIELD_KEY
from tests.forked import Forked
from tests.integration.close_process import approve
from tests.integration.close_world import FEBRUARY, PAYER, Close, make_close
from tests.integration.settlement_world import STREET


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
    died = approval(close, at)
    with pytest.raises(EOFError):
        died.heard()
    assert died.ended() == -signal.SIGKILL
    assert _content(any_engine) == before
    done = approval(close, 9999)
    assert (done.heard(), done.ended()) == ("closed", 0)
    with Session(any_engine) as db:
        found = overview(db, PAYER, FEBRUARY, scope=close.four.approver.scope)
        assert (found.standing.stage, found.history[-1].act) == (Stage.TO_PAY, Act.APPROVED)
    again = approval(close, 9999)
    assert (again.heard(), again.ended()) == ("period-closed", 0)


def approval(close: Close, kill_after: int) -> Forked:
    """The approver closes the month in a process that dies at the write after so many."""
    environment = {
        **os.environ, "MEALROUTE_DATABASE_URL": database.engine().url.render_as_string(hide_password=False), "MEALROUTE_FIELD_KEYS": FIELD_KEY,
    }  # fmt: skip
    return Forked(approve, environment, PAYER, FEBRUARY, close.four.approver.account_id, kill_after)
