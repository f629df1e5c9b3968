"""The check of orders that were taken out of the book before the food left, and are claimed as handed over."""

from collections.abc import Iterator

from mealroute.checks.facts import Day, World
from mealroute.checks.records import Found, Limits


def cancelled_and_claimed(day: Day, world: World, limits: Limits) -> Iterator[Found]:
    """28. The order was cancelled well before the round began, and its meal is claimed as handed over.

    A meal that was cancelled when it was already loaded may stay with the person.
    """
    cancelled = world.cancelled
    for meal in day.delivered if cancelled else ():
        moment = cancelled.get(meal.line)
        if moment is None or not meal.claims:
            continue
        before = meal.route_from_s - moment
        if before >= limits["before_s"]:
            yield Found(
                subject=f"resident/{meal.resident}", lines=(meal.line,), evidence=(("resident", str(meal.resident)), *meal.evidence), day=meal.day,
                params={"resident": person.code if (person := world.people.get(meal.resident)) else ""}, vendor=meal.vendor, street=meal.street,
            )  # fmt: skip
