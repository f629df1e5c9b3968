"""How much each driver has driven lately, read from published plans."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.slots import MealSlot
from mealroute.planning.models import PlanRoute, PlanVersion
from mealroute.planning.records import PlanState
from mealroute.planning.work_records import Workload, balance


def recent(db: Session, day: date, slot: MealSlot, *, weeks: int) -> Workload:
    """What was driven on the days in the ``weeks`` before ``day``, from published plans.

    Only days on which somebody drove count for them, so that who works three days a week owes nothing.
    """
    query = (
        select(PlanVersion.day, PlanRoute.kitchen_code, PlanRoute.driver_code, PlanRoute.ends_s - PlanRoute.starts_s)
        .join(PlanVersion, PlanVersion.id == PlanRoute.version_id)
        .where(
            PlanVersion.state == str(PlanState.PUBLISHED), PlanVersion.slot == str(slot), PlanVersion.day < day,
            PlanVersion.day >= day - timedelta(weeks=weeks),
        )
    )  # fmt: skip
    return balance(db.execute(query).tuples())
