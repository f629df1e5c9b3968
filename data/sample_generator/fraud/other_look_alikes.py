"""Further innocent cases: what looks like one of the other kinds and is none."""

from __future__ import annotations

from collections.abc import Mapping

from data.sample_generator.fraud.kinds import a_run, someone
from data.sample_generator.fraud.look_alikes import LookAlike
from data.sample_generator.fraud.month import Meal, Month, Vendor
from data.sample_generator.fraud.volume_kinds import counter_run


def a_coach_party(month: Month, vendor: Vendor) -> list[Meal]:
    """Forty people come to the counter together and are served in eleven minutes."""
    run = counter_run(month, vendor, month.days[7])
    run.received = run.closed_with = sum(meal.quantity for meal in run.meals if meal.delivered)
    for n, meal in enumerate(run.meals):
        meal.made_s = 42_000 + n * 17 + month.chance.randrange(9)
    return list(run.meals)


def keyed_the_next_day(month: Month, vendor: Vendor) -> list[Meal]:
    """A sheet of Friday evening is keyed on Saturday."""
    run = a_run(month, vendor)
    for meal in run.meals:
        meal.source, meal.made_s, meal.lon, meal.lat, meal.device, meal.delay_s = "paper", None, None, None, "", 86_400
    return list(run.meals)


def a_dearer_diet(month: Month, vendor: Vendor) -> list[Meal]:
    """Three diabetics with a subsidy eat the dearer dish that is made for them."""
    found = []
    for _n in range(3):
        _number, meals = someone(month, vendor, basic=True)
        for meal in meals:
            meal.dish, meal.price, meal.own, meal.payments = "D-C", 2300, 1800, [("payment", 1800, f"txn-{meal.id}")]
        found += meals
    return found


def neighbour_for_two(month: Month, vendor: Vendor) -> list[Meal]:
    """A neighbour with a name takes the meals of two people for a few days."""
    found = []
    for _n in range(2):
        _number, meals = someone(month, vendor, basic=False)
        for meal in meals[:3]:
            meal.outcome, meal.seen, meal.left_with = "left-with-contact", False, "孙建民"
        found += meals[:3]
    return found


def one_house_floor_by_floor(month: Month, vendor: Vendor) -> list[Meal]:
    """Twelve flats of one house, about a minute and a half each: regular, but as people are."""
    run = a_run(month, vendor, 12)
    at = run.meals[0].made_s or 0
    for meal in run.meals:
        meal.resident.lon, meal.resident.lat = run.meals[0].resident.lon, run.meals[0].resident.lat
        meal.made_s, meal.planned_s = at, at - month.chance.randrange(90)
        at += month.chance.randrange(65, 125)
    tenants = {meal.resident.id for meal in run.meals}
    for meal in month.of(vendor):
        if meal.resident.id in tenants:
            meal.lon = meal.lat = None
    return list(run.meals)


OTHER_LOOK_ALIKES: Mapping[str, LookAlike] = {
    case.__name__: case
    for case in (a_coach_party, keyed_the_next_day, a_dearer_diet, neighbour_for_two, one_house_floor_by_floor)
}
