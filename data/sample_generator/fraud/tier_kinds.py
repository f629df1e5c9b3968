"""Counts that are pushed over a tier at the end of the month, and the innocent cases that end there as well."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from data.sample_generator.fraud.kinds import Kind
from data.sample_generator.fraud.look_alikes import LookAlike
from data.sample_generator.fraud.month import STREETS, Meal, Month, Planted, Site, Vendor, fill

TIER, VOLUME = 80, 900
"""Signed persons and portions a month from which ``tiers.yaml`` pays more."""
LONG_AGO = date(2025, 6, 1)


def station(month: Month, vendor: Vendor, name: str, *joined: tuple[int, date]) -> Site:
    """A rural station with so many people signed on each of some days."""
    site = Site(f"T-{name}", STREETS[month.vendors.index(vendor) % 3], [])
    for many, day in joined:
        site.signed += [(month.person(vendor, weekdays=0), day) for _n in range(many)]
    month.sites.append(site)
    return site


def signed_up_to_the_tier(month: Month, vendor: Vendor) -> Planted:
    """76 people for a year, and six more in the last three days of the month."""
    site = station(month, vendor, "PUSHED", (76, LONG_AGO), (6, month.days[-2]))
    return Planted("signed-up-to-the-tier", ("tier-just-reached",), [], (f"site/{site.code}",))


def meals_up_to_the_tier(month: Month, vendor: Vendor) -> Planted:
    """Twenty-odd invented guests a day in the last week carry the month over the number that earns a bonus."""
    people = [one for one in month.residents if one.vendor == vendor.code and one.weekdays][:40]
    for back in (1, 2):
        first = (month.first - timedelta(days=28 * back)).replace(day=3)
        for n in range(5):
            for driver in vendor.drivers:
                fill(month, month.run(vendor, driver, first + timedelta(days=n)), people[:13])
    for driver in vendor.drivers:
        driver.boxes = 90
    runs = [run for run in month.runs_of(vendor) if run.day in month.days[-5:]]
    have = sum(meal.quantity for meal in month.of(vendor) if meal.delivered and meal.day >= month.first)
    made = [month.meal(month.person(vendor, weekdays=0), runs[n % len(runs)]) for n in range(VOLUME + 8 - have)]
    return Planted(
        "meals-up-to-the-tier", ("tier-just-reached",), made, (f"vendor/{vendor.code}", f"operator/{vendor.code}")
    )


TIER_KINDS: Mapping[str, Kind] = {kind.__name__: kind for kind in (signed_up_to_the_tier, meals_up_to_the_tier)}


def always_over_the_tier(month: Month, vendor: Vendor) -> list[Meal]:
    """82 people signed long ago, one more this month."""
    station(month, vendor, "ALWAYS", (82, LONG_AGO), (1, month.days[-1]))
    return month.of(vendor)


def one_more_person(month: Month, vendor: Vendor) -> list[Meal]:
    """79 people, and one who moved into the village."""
    station(month, vendor, "ONE-MORE", (79, LONG_AGO), (1, month.days[10]))
    return month.of(vendor)


def grows_month_by_month(month: Month, vendor: Vendor) -> list[Meal]:
    """Some people more each month since the station was opened."""
    before = [month.first - timedelta(days=n) for n in (70, 45, 15)]
    station(month, vendor, "GROWS", (56, LONG_AGO), *((7, day) for day in before), (4, month.days[4]))
    return month.of(vendor)


def a_new_station(month: Month, vendor: Vendor) -> list[Meal]:
    """Opened this month; everybody signed at once."""
    station(month, vendor, "NEW", (81, month.days[-3]))
    return month.of(vendor)


TIER_LOOK_ALIKES: Mapping[str, LookAlike] = {
    case.__name__: case for case in (always_over_the_tier, one_more_person, grows_month_by_month, a_new_station)
}
