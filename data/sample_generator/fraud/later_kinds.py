"""Frauds that were thought of after the checks, to see what they make of them; and the innocent cases beside them."""

from __future__ import annotations

from collections.abc import Mapping

from data.sample_generator.fraud.kinds import Kind, a_run, someone
from data.sample_generator.fraud.look_alikes import LookAlike
from data.sample_generator.fraud.month import FirstSaid, Meal, Month, Planted, Vendor


def _turn_at_the_desk(month: Month, meals: list[Meal]) -> None:
    for meal in meals:
        month.first_said[meal.id] = FirstSaid()
        meal.source, meal.made_s, meal.lon, meal.lat, meal.device, meal.delay_s = "desk", None, None, None, "", 0


def turned_at_the_desk(month: Month, vendor: Vendor) -> Planted:
    """Doors that the driver's phone recorded as shut are made handovers in the office, a few a week; the meals came back."""
    meals = [meal for meal in month.of(vendor) if meal.delivered and meal.day >= month.first and not meal.cash][::45][
        :12
    ]
    _turn_at_the_desk(month, meals)
    for run in {meal.run.id: meal.run for meal in meals}.values():
        run.came_back = sum(not meal.delivered or meal.id in month.first_said for meal in run.meals)
    return Planted("turned-at-the-desk", ("changed-afterwards",), meals)


def an_empty_flat(month: Month, vendor: Vendor) -> Planted:
    """Somebody with papers and a telephone has moved to a daughter; the meal is hung on the door every day, says the phone."""
    _number, meals = someone(month, vendor, least=9)
    for meal in meals:
        meal.outcome, meal.seen, meal.left_with, meal.answer = "left-at-door", False, "", ""
    return Planted("an-empty-flat", ("never-seen",), meals)


LATER_KINDS: Mapping[str, Kind] = {kind.__name__: kind for kind in (turned_at_the_desk, an_empty_flat)}


def wrong_button(month: Month, vendor: Vendor) -> list[Meal]:
    """Three wrong taps of a month are mended by the dispatcher."""
    meals = [meal for meal in month.of(vendor) if meal.delivered and not meal.cash][::90][:3]
    _turn_at_the_desk(month, meals)
    return meals


def closed_then_keyed(month: Month, vendor: Vendor) -> list[Meal]:
    """The day was closed before the driver's sheet came in: what the close had put down is replaced by what the sheet says."""
    run = a_run(month, vendor)
    for meal in run.meals:
        if meal.delivered:
            month.first_said[meal.id] = FirstSaid("not-reached", None, "closing")
        meal.source, meal.made_s, meal.lon, meal.lat, meal.device, meal.delay_s = "paper", None, None, None, "", 0
    return list(run.meals)


def hangs_on_the_door(month: Month, vendor: Vendor) -> list[Meal]:
    """Somebody who sleeps at noon has the meal hung on the door; now and then they meet."""
    _number, meals = someone(month, vendor, least=9)
    for n, meal in enumerate(meals):
        if n % 5:
            meal.outcome, meal.seen, meal.left_with = "left-at-door", False, ""
    return meals


LATER_LOOK_ALIKES: Mapping[str, LookAlike] = {
    case.__name__: case for case in (wrong_button, closed_then_keyed, hangs_on_the_door)
}
