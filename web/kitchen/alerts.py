"""What of the kitchens' day is overdue, for boards that are about more than kitchens."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mealroute.accounts import rules
from mealroute.core.slots import MealSlot
from mealroute.kitchen.overview import KitchenDay, overview
from web import here

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def kitchen_alerts(db: Session, day: date, slot: MealSlot) -> KitchenDay | None:
    """The kitchens' day for somebody who may look into kitchens, else None."""
    if not rules.may(here.actor(), "kitchen.view"):
        return None
    return overview(db, day, slot, scope=here.actor().scope, clock=here.clock())
