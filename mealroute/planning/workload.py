"""How much each driver has driven lately, against the others: what fairness is measured by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from statistics import mean

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.slots import MealSlot
from mealroute.planning.models import PlanRoute, PlanVersion
from mealroute.planning.records import PlanState

Work = tuple[date, str, str, int]
"""Day, kitchen, driver, seconds from the first loading to the end."""


def above_mean(db: Session, day: date, slot: MealSlot, *, weeks: int) -> dict[str, int]:
    """Driver → seconds above (negative: below) the mean of the same kitchen, on the days driven in the ``weeks`` before ``day``.

    Only days on which somebody drove count for them, so that who works three days a week owes nothing. From published plans.
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


def balance(work: Iterable[Work]) -> dict[str, int]:
    """The sum over days of each driver's work less the mean of all who drove for the same kitchen that day."""
    days: Mapping[tuple[date, str], dict[str, int]] = defaultdict(dict)
    for day, kitchen, driver, seconds in work:
        days[day, kitchen][driver] = days[day, kitchen].get(driver, 0) + seconds
    found: dict[str, float] = defaultdict(float)
    for drivers in days.values():
        usual = mean(drivers.values())
        for driver, seconds in drivers.items():
            found[driver] += seconds - usual
    return {driver: round(above) for driver, above in sorted(found.items()) if driver}
