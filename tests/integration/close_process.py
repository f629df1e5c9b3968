"""Steps of a month in a process of their own, which can be killed after so many writes."""

import os
import signal
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event

from mealroute import models  # noqa: F401 -- registers every table
from mealroute.adapters.job_worker import JobContext
from mealroute.core import crypto
from mealroute.core import db as database
from mealroute.core import jobs as table
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError
from mealroute.core.jobs import JobId
from mealroute.settlement import jobs, service
from tests.forked import Said


def approve(said: Said, payer: str, month: str, account: int, kill_after: int) -> None:
    """Says ``closed`` or the code of the refusal. The process kills itself at the write after ``kill_after`` of them."""
    database_of_environment()
    dies_after(kill_after)
    by = Actor(account_id=account, name="approver", role=Role.DISTRICT_APPROVER, scope=Scope.everything())
    try:
        with database.unit_of_work() as db:
            service.approve(db, payer, month, by=by, clock=FixedClock(datetime(2026, 3, 2, 2, tzinfo=UTC)))
    except MealrouteError as refused:
        said(refused.code)
    else:
        said("closed")


def carry_out(said: Said, number: JobId, kill_after: int) -> None:
    """The job of that number, from its claim on; says ``done``. Killed as ``approve`` is; the claim is not counted."""
    database_of_environment()
    clock = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    with database.unit_of_work() as db:
        job = table.claim(db, number, clock=clock)
    assert job is not None
    dies_after(kill_after)
    jobs.carry_out(JobContext(job, clock), matrix_of=None)
    said("done")


def database_of_environment() -> None:
    crypto.configure_keys([os.environ["MEALROUTE_FIELD_KEYS"]])
    database.configure(os.environ["MEALROUTE_DATABASE_URL"])


def dies_after(writes: int) -> None:
    written = 0

    @event.listens_for(database.engine(), "before_cursor_execute")
    def _count(_connection: Any, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool) -> None:
        nonlocal written
        if statement.split(None, 1)[0].lower() in {"insert", "update", "delete"}:
            written += 1
            if written > writes:
                os.kill(os.getpid(), signal.SIGKILL)
