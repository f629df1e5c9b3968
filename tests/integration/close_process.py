"""The approval of a month in a process of its own, which can be killed after so many writes."""

import os
import signal
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event

from mealroute import models  # noqa: F401 -- registers every table
from mealroute.core import crypto
from mealroute.core import db as database
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError
from mealroute.settlement import service
from tests.forked import Said


def approve(said: Said, payer: str, month: str, account: int, kill_after: int) -> None:
    """Says ``closed`` or the code of the refusal. The process kills itself at the write after ``kill_after`` of them."""
    crypto.configure_keys([os.environ["MEALROUTE_FIELD_KEYS"]])
    engine = database.configure(os.environ["MEALROUTE_DATABASE_URL"])
    written = 0

    @event.listens_for(engine, "before_cursor_execute")
    def _count(_connection: Any, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool) -> None:
        nonlocal written
        if statement.split(None, 1)[0].lower() in {"insert", "update", "delete"}:
            written += 1
            if written > kill_after:
                os.kill(os.getpid(), signal.SIGKILL)

    by = Actor(account_id=account, name="approver", role=Role.DISTRICT_APPROVER, scope=Scope.everything())
    try:
        with database.unit_of_work() as db:
            service.approve(db, payer, month, by=by, clock=FixedClock(datetime(2026, 3, 2, 2, tzinfo=UTC)))
    except MealrouteError as refused:
        said(refused.code)
    else:
        said("closed")
