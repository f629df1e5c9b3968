"""Checks of who does business: a barred vendor under another name, a kitchen that has closed, one man under two drivers' codes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from mealroute.checks.business_facts import VendorFacts
from mealroute.checks.door_rules import of_driver, place_of
from mealroute.checks.facts import Day, Meal, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.sieve import by_phone
from mealroute.core.geo import haversine_m


def vendor_again(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """26. A vendor that has begun since another was suspended has that one's licence, credit code or telephone: the same people go on.

    Sites of a chain that were there before go on as well, and are not meant.
    """
    again = _again(world.vendors, day.day)
    for meal in day.delivered if again else ():
        if meal.claims and (other := again.get(meal.vendor)):
            yield Found(
                subject=f"vendor/{meal.vendor}/again", lines=(meal.line,), evidence=(("vendor", meal.vendor), ("vendor", other)), day=meal.day,
                params={"vendor": meal.vendor, "other": other}, vendor=meal.vendor,
            )  # fmt: skip


def _again(vendors: Mapping[str, VendorFacts], day: date) -> dict[str, str]:
    """Vendor → the barred one whose papers it has."""
    barred: dict[str, tuple[date, str]] = {}
    for one in vendors.values():
        since = one.barred_on(day)
        if since is not None:
            barred |= dict.fromkeys(one.papers, (since, one.code))
    found = {}
    for one in vendors.values() if barred else ():
        begun = one.begun
        for paper in sorted(one.papers & barred.keys()):
            since, other = barred[paper]
            if other != one.code and begun is not None and begun >= since and one.barred_on(day) is None:
                found[one.code] = other
    return found


def closed_kitchen(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """21. Meals are claimed from a kitchen that was closed by then."""
    closed = {kitchen for kitchen, since in world.kitchens_closed.items() if since <= day.day}
    for meal in day.delivered if closed else ():
        if meal.kitchen in closed and meal.claims:
            yield Found(
                subject=f"kitchen/{meal.kitchen}/closed", lines=(meal.line,), evidence=(("kitchen", meal.kitchen),), day=meal.day,
                params={"kitchen": meal.kitchen, "since": world.kitchens_closed[meal.kitchen].isoformat()}, vendor=meal.vendor, street=meal.street,
            )  # fmt: skip


def driver_under_two_codes(day: Day, world: World, limits: Limits) -> Iterator[Found]:
    """18. Two drivers of the register have one telephone, and their doors are so far apart that one man cannot have been at both.

    Who carries the meals of two vendors in one round, or rides for one after the other, has a way that can be ridden.
    """
    codes = _codes_of_one(world, limits)
    for slot in sorted({slot for _driver, slot in by_phone(day)}) if codes else ():
        for several in codes:
            tracks = [made for code in several if len(made := by_phone(day).get((code, slot), [])) >= limits["doors"]]
            for one, other in pairwise(sorted(tracks, key=lambda made: made[0].made_s or 0)):
                begin, end = other[0].made_s or 0, min(one[-1].made_s or 0, other[-1].made_s or 0)
                both = sorted(
                    (meal for meal in (*one, *other) if begin <= (meal.made_s or 0) <= end),
                    key=lambda meal: (meal.made_s or 0, meal.line),
                )
                metres = _way_m(both)
                enough = all(sum(meal in made for meal in both) >= limits["doors"] for made in (one, other))
                if enough and metres * 36 > (end - begin + limits["slack_s"]) * limits["fastest_kmh"] * 10:
                    names = ", ".join(sorted({meal.driver for meal in both}))
                    yield of_driver(
                        both, f"driver/{names.replace(', ', '/')}/{day.day}/{slot}/codes", drivers=names, doors=len(both),
                        km=round(metres / 1000), minutes=max(1, (end - begin) // 60),
                    )  # fmt: skip


def _codes_of_one(world: World, limits: Limits) -> list[list[str]]:
    """Drivers who share a telephone that is nobody's office: of more than a few it is."""
    of: dict[str, list[str]] = defaultdict(list)
    for driver in world.drivers.values():
        if driver.phone:
            of[driver.phone].append(driver.code)
    twice = {phone: sorted(codes) for phone, codes in of.items() if 1 < len(codes) <= limits["codes"]}
    offices = {phone for vendor in world.vendors.values() for phone in vendor.phones} if twice else set()
    return [codes for phone, codes in sorted(twice.items()) if phone not in offices]


def _way_m(meals: Sequence[Meal]) -> float:
    """Metres from door to door in a straight line."""
    places = [place for meal in meals if (place := place_of(meal)) is not None]
    return sum(haversine_m(one, other) for one, other in pairwise(places))
