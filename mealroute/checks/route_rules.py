"""Checks of the route: could this driver, with this vehicle, on these roads, have done it?"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from mealroute.checks.door_rules import leg_s, of_driver, place_of
from mealroute.checks.facts import BY_HAND, Day, Meal, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.sieve import by_phone, tight_pairs
from mealroute.core.geo import haversine_m

Leg = tuple[float, float, float, float]


def no_route_stop(day: Day, _world: World, _limits: Limits) -> Iterator[Found]:
    """17. Delivered and claimed, but no stop of that run carries the line, or the run had been withdrawn before."""
    for meal in day.delivered:
        if meal.claims and (not meal.on_route or meal.taken_back_s is not None):
            yield _of_run(meal, "stop", route=meal.route)


def off_shift(day: Day, world: World, limits: Limits) -> Iterator[Found]:
    """17. Handed over by a driver who does not work that day, or well after the shift's and the route's end."""
    for meal in day.delivered:
        driver = world.drivers.get(meal.driver)
        if driver is None or meal.station:
            continue
        works = driver.weekdays >> meal.day.weekday() & 1
        end = max(driver.shift_to_s if meal.slot == "lunch" else 0, meal.route_to_s) + limits["after_s"]
        late = meal.made_s is not None and meal.made_s > end and meal.source not in BY_HAND
        if not works or late:
            yield _of_run(meal, "shift", end=_clock(end), route=meal.route)


def unfit_driver(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """17. The driver's health certificate had run out: whoever carries food must hold one."""
    for meal in day.delivered:
        driver = world.drivers.get(meal.driver)
        if (
            driver is not None
            and driver.certificate_to is not None
            and driver.certificate_to < meal.day
            and not meal.station
        ):
            yield Found(
                subject=f"driver/{driver.code}", lines=(meal.line,), evidence=(("driver", driver.code), ("run", str(meal.run))),
                params={"driver": driver.code, "until": driver.certificate_to.isoformat()}, day=meal.day, vendor=meal.brought,
            )  # fmt: skip


def driver_in_two_places(day: Day, world: World, limits: Limits) -> Iterator[Found]:
    """18. Two records of one driver lie further apart than the fastest road allows in the time between them."""
    for (driver, slot), made in by_phone(day).items():
        pairs = tight_pairs(made, world.legs, kmh=limits["fastest_kmh"], slack_s=limits["slack_s"])
        short = [(before, after) for before, after in pairs if _short_s(before, after, world, limits) > 0]
        worst = max((_short_s(before, after, world, limits) for before, after in short), default=0)
        if len(short) >= limits["legs"] or worst > limits["at_once_s"]:
            lines = list({meal.line: meal for pair in short for meal in pair}.values())
            yield of_driver(lines, f"driver/{driver}/{day.day}/{slot}", legs=len(short), minutes=-(-worst // 60))


def doubtful_legs(day: Day, limits: Limits) -> tuple[Leg, ...]:
    """The legs worth asking the roads about: a straight line at the highest speed leaves little or no time."""
    found: dict[Leg, None] = {}
    for made in by_phone(day).values():
        for before, after in tight_pairs(made, {}, kmh=limits["slowest_kmh"], slack_s=limits["slack_s"]):
            a, b = place_of(before), place_of(after)
            if a is None or b is None or (a.lon, a.lat) == (b.lon, b.lat):
                continue
            gap = (after.made_s or 0) - (before.made_s or 0)
            if haversine_m(a, b) * 3.6 / limits["slowest_kmh"] > gap + limits["slack_s"]:
                found[a.lon, a.lat, b.lon, b.lat] = None
    return tuple(found)


def _short_s(before: Meal, after: Meal, world: World, limits: Limits) -> int:
    """Seconds that are missing, the phone's slack taken off."""
    gap = (after.made_s or 0) - (before.made_s or 0)
    return leg_s(before, after, world, limits) - gap - limits["slack_s"]


def one_phone_for_drivers(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """18. One phone records for several drivers at the same time: it cannot be with each of them."""
    of: dict[tuple[str, str], dict[str, list[Meal]]] = defaultdict(lambda: defaultdict(list))
    for (driver, slot), made in by_phone(day).items():
        for meal in made:
            if meal.device:
                of[meal.device, slot][driver].append(meal)
    for (_device, slot), drivers in of.items():
        busy = sorted(
            (meals for meals in drivers.values() if len(meals) >= limits["doors"]),
            key=lambda meals: meals[0].made_s or 0,
        )
        for before, after in pairwise(busy):
            if (after[0].made_s or 0) + limits["slack_s"] < (before[-1].made_s or 0):
                lines = [*before, *after]
                names = sorted({meal.driver for meal in lines})
                yield of_driver(
                    lines, f"device/{'-'.join(names)}/{day.day}/{slot}", drivers=", ".join(names), doors=len(lines)
                )
                break


def account_on_phones(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """18. One driver's account records in turn on several phones: more than one person uses it, or nobody at the doors.

    A phone that gives out is changed once, and changed back.
    """
    for (driver, slot), made in by_phone(day).items():
        known = [meal for meal in made if meal.device]
        turns = sum(before.device != after.device for before, after in pairwise(known))
        if turns >= limits["turns"]:
            phones = len({meal.device for meal in known})
            yield of_driver(
                known, f"driver/{driver}/{day.day}/{slot}/phones", phones=phones, turns=turns, doors=len(known)
            )


def run_too_fast(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """18. A whole round in a fraction of the time that the plan needs for it, or more handovers than the seconds allow."""
    of: dict[int, list[Meal]] = defaultdict(list)
    for made in by_phone(day).values():
        for meal in made:
            of[meal.run].append(meal)
    for run, meals in of.items():
        stops = {meal.visit: meal for meal in meals}
        if len(stops) < limits["stops"]:
            continue
        took = (meals[-1].made_s or 0) - (meals[0].made_s or 0)
        planned = max(meal.planned_s for meal in stops.values()) - min(meal.planned_s for meal in stops.values())
        if (
            took < (len(stops) - 1) * limits["least_s"]
            or (took + limits["slack_s"]) * 1000 < planned * limits["share_permille"]
        ):
            found = of_driver(meals, f"run/{run}", doors=len(stops), minutes=took // 60, planned=planned // 60)
            yield found


def over_capacity_trip(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """18. More portions handed over from one trip than its vehicle can carry."""
    of: dict[tuple[int, int], list[Meal]] = defaultdict(list)
    for meal in day.delivered:
        of[meal.run, meal.trip].append(meal)
    for (run, trip), meals in of.items():
        room = day.boxes.get(meals[0].vehicle)
        given = sum(meal.quantity for meal in meals)
        if room and given > room * limits["per_box"]:
            yield of_driver(meals, f"run/{run}/{trip}", portions=given, room=room * limits["per_box"])


def _of_run(meal: Meal, what: str, **params: object) -> Found:
    return Found(
        subject=f"{what}/run/{meal.run}", lines=(meal.line,), day=meal.day, vendor=meal.brought or meal.vendor, street=meal.street,
        evidence=(("run", str(meal.run)), ("driver", meal.driver), ("proof", str(meal.proof))), params={"driver": meal.driver, **params},
    )  # fmt: skip


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
