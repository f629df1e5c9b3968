"""The ticks that look after people nobody has seen, in a process of their own that can be killed."""

from datetime import datetime

from mealroute import models  # noqa: F401 -- registers every table
from mealroute.adapters import outbox_tick
from mealroute.core import crypto, db
from mealroute.core.clock import FixedClock
from mealroute.core.config import Settings
from mealroute.delivery import ladder
from tests.forked import Said
from tests.integration.close_process import dies_after


def tick(said: Said, moment: datetime, kill_after: int) -> None:
    """One tick of the ladder and forty of the outbox at ``moment``. Says ``done``; the process kills itself at the write after ``kill_after``."""
    settings = Settings.from_env()
    crypto.configure_keys(settings.field_keys)
    db.configure(settings.database_url)
    clock = FixedClock(moment)
    dies_after(kill_after)
    ladder.tick(clock=clock)
    for _turn in range(40):
        outbox_tick.tick(clock=clock, settings=settings)
    said("done")
