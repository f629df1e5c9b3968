"""The runs that a person must act on, for the pages that show them above everything else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mealroute.accounts import rules
from mealroute.core.slots import MealSlot
from mealroute.dispatch import offer_queries
from mealroute.dispatch.offer_records import BoardRun
from web import here

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def urgent_runs(db: Session, day: date, slot: MealSlot) -> tuple[BoardRun, ...]:
    """Those within reach of a desk of the day; a vendor has its own page for its own."""
    if not rules.may(here.actor(), "day.view"):
        return ()
    return offer_queries.urgent(db, day, slot, scope=here.actor().scope, clock=here.clock())
