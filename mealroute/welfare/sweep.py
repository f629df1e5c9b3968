"""The tick of no silent day: the list is made ahead, and what nobody has settled in time becomes a case."""

from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import DEFAULT_LANGUAGE, speaking
from mealroute.welfare import service


def tick(*, clock: Clock) -> None:
    """Cases first, so that nobody is put on the list whom somebody looks for already. Two processes at once are harmless."""
    with unit_of_work() as db, speaking(DEFAULT_LANGUAGE):
        service.overdue_calls(db, clock=clock)
    with unit_of_work(
        read_only=True
    ) as db:  # a second and more for a district, during which doors go on being recorded
        new = service.unplanned(db, clock=clock)
    if new:
        with unit_of_work() as db, speaking(DEFAULT_LANGUAGE):
            service.plan_calls(db, new, clock=clock)
