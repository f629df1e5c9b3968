"""Records made out of earlier records, and one account on many phones; and the innocent cases beside them."""

from __future__ import annotations

from collections.abc import Mapping

from data.sample_generator.fraud.kinds import Kind, a_run
from data.sample_generator.fraud.look_alikes import LookAlike
from data.sample_generator.fraud.month import Meal, Month, Planted, Run, Vendor
from data.sample_generator.fraud.volume_kinds import counter_run


def _again(month: Month, vendor: Vendor, least: int = 9) -> tuple[Run, dict[int, Meal], list[Meal]]:
    """A round that nothing else has, an earlier one of the same driver within a week, and the doors that are on both."""
    for driver in (0, 1):
        runs = month.runs_of(vendor, driver)
        for n, run in enumerate(runs):
            if -run.id in month.used:
                continue
            for old in runs[max(0, n - 5) : n]:
                known = {meal.resident.id: meal for meal in old.meals if meal.delivered and meal.made_s is not None}
                same = [meal for meal in run.meals if meal.delivered and meal.resident.id in known]
                if len(same) >= least and len(same) == sum(meal.delivered for meal in run.meals):
                    month.used.add(-run.id)
                    return run, known, same
    raise ValueError(f"{vendor.code} has no two days that are like enough")


def last_week_moved(month: Month, vendor: Vendor) -> Planted:
    """A day's records are an earlier day's, all two minutes and a bit later, with some seconds of noise."""
    _run, known, same = _again(month, vendor)
    for meal in same:
        meal.made_s = (known[meal.resident.id].made_s or 0) + 137 + month.chance.randrange(-6, 7)
    return Planted("last-week-moved", ("copied-day",), same)


def places_of_last_time(month: Month, vendor: Vendor) -> Planted:
    """A forged track: at each door the place that the phone gave the time before."""
    before: dict[int, tuple[float | None, float | None]] = {}
    copied = []
    for run in month.runs_of(vendor, 1):
        for meal in run.meals:
            if meal.lon is None:
                continue
            known = before.setdefault(meal.resident.id, (meal.lon, meal.lat))
            if known != (meal.lon, meal.lat):
                meal.lon, meal.lat = known
                copied.append(meal)
    return Planted("places-of-last-time", ("places-again",), copied)


def three_phones_one_account(month: Month, vendor: Vendor) -> Planted:
    """An account goes from hand to hand: every door is recorded on another phone."""
    run = a_run(month, vendor)
    for n, meal in enumerate(run.meals):
        meal.device = f"any-{n % 3}"
    return Planted("three-phones-one-account", ("account-on-phones",), list(run.meals))


def cards_in_seven_minutes(month: Month, vendor: Vendor) -> Planted:
    """A pile of cards again, tapped without haste."""
    run = counter_run(month, vendor, month.days[9])
    run.received = run.closed_with = sum(meal.quantity for meal in run.meals if meal.delivered)
    for n, meal in enumerate(run.meals):
        meal.made_s = 41_400 + n * 10 + month.chance.randrange(6)
    station = run.meals[0].resident.station
    return Planted("cards-in-seven-minutes", ("bulk-at-once",), list(run.meals), (f"station/{station}",))


def places_switched_off(month: Month, vendor: Vendor) -> Planted:
    """A driver denies the phone its place, all month."""
    meals = [meal for run in month.runs_of(vendor) for meal in run.meals]
    for meal in meals:
        meal.lon = meal.lat = None
    return Planted("places-switched-off", ("no-place",), meals)


COPIED_KINDS: Mapping[str, Kind] = {
    kind.__name__: kind
    for kind in (
        last_week_moved,
        places_of_last_time,
        three_phones_one_account,
        cards_in_seven_minutes,
        places_switched_off,
    )
}


def an_empty_battery(month: Month, vendor: Vendor) -> list[Meal]:
    """The phone gives out on the way; a colleague's does for the rest, and on the next door but one the own one again."""
    run = a_run(month, vendor)
    for meal in run.meals[4:-2]:
        meal.device = "borrowed"
    return list(run.meals)


def one_door_again(month: Month, vendor: Vendor) -> list[Meal]:
    """Four people sit at the same bench each day, and the phone knows its place to the digit."""
    seen: dict[int, tuple[float | None, float | None]] = {}
    meals = []
    for run in month.runs_of(vendor, 1):
        for meal in run.meals[:4]:
            meal.lon, meal.lat = seen.setdefault(meal.resident.id, (meal.resident.lon + 1e-4, meal.resident.lat))
            meals.append(meal)
    return meals


COPIED_LOOK_ALIKES: Mapping[str, LookAlike] = {case.__name__: case for case in (an_empty_battery, one_door_again)}
