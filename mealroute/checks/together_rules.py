"""A check of phones that travel together: two drivers' accounts, one round."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from mealroute.checks.door_rules import of_driver, spread_m
from mealroute.checks.facts import Day, Meal, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.sieve import DEGREE_M, placed
from mealroute.core.geo import LonLat, haversine_m

EVERY_S = 900
"""How often two rounds are compared by their places before their records are."""


class _Track:
    """One driver's records by phone of one meal that say a place, in the order of time."""

    def __init__(self, driver: str, meals: Sequence[Meal]) -> None:
        self.driver, self.meals = driver, meals
        self.seconds = [meal.made_s or 0 for meal in meals]

    def nearest(self, second: int) -> Meal:
        seconds = self.seconds
        after = bisect_left(seconds, second)
        if after == len(seconds) or (after and second - seconds[after - 1] <= seconds[after] - second):
            after -= 1
        return self.meals[after]


def phones_together(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """18. Two drivers of a vendor, each with a phone, record doors side by side all the way: one round under two accounts.

    Two who meet in one house, or in the yard of the kitchen, part again.
    """
    of: dict[tuple[str, str], list[_Track]] = defaultdict(list)
    for (driver, slot), meals in placed(day).items():
        if len(meals) >= limits["doors"]:
            of[meals[0].brought or meals[0].vendor, slot].append(_Track(driver, meals))
    for (_vendor, slot), tracks in of.items():
        for one, other in _near(tracks, limits):
            with_other = [meal for meal in one.meals if _beside(meal, other, limits)]
            with_one = [meal for meal in other.meals if _beside(meal, one, limits)]
            if (
                all(
                    len(beside) >= limits["doors"] and len(beside) * 1000 >= len(track.meals) * limits["share_permille"]
                    for beside, track in ((with_other, one), (with_one, other))
                )
                and spread_m(with_other) > limits["spread_m"]
            ):
                names = sorted((one.driver, other.driver))
                yield of_driver(
                    [*with_other, *with_one], f"driver/{names[0]}/{names[1]}/{day.day}/{slot}", drivers=", ".join(names),
                    doors=len(with_other) + len(with_one),
                )  # fmt: skip


def _near(tracks: Sequence[_Track], limits: Limits) -> list[tuple[_Track, _Track]]:
    """Pairs that are at one place at one of the times at which that is looked at: others have not gone together."""
    at: dict[int, list[tuple[float, float, int]]] = defaultdict(list)
    for n, track in enumerate(tracks):
        for second in range(-(-track.seconds[0] // EVERY_S) * EVERY_S, track.seconds[-1] + 1, EVERY_S):
            meal = track.nearest(second)
            at[second].append((meal.lat or 0.0, meal.lon or 0.0, n))
    degrees, pairs = 1.01 * limits["near_m"] / DEGREE_M, set()
    for places in at.values():
        places.sort()
        for k, (lat, lon, n) in enumerate(places):
            for lat_then, lon_then, m in places[k + 1 :]:
                if lat_then - lat > degrees:
                    break
                if abs(lon_then - lon) <= 2 * degrees:
                    pairs.add((min(n, m), max(n, m)))
    return [(tracks[n], tracks[m]) for n, m in sorted(pairs)]


def _beside(meal: Meal, track: _Track, limits: Limits) -> bool:
    """Whether the other phone recorded something near there at about that time."""
    other = track.nearest(meal.made_s or 0)
    if abs((other.made_s or 0) - (meal.made_s or 0)) > limits["within_s"]:
        return False
    x, y, x0, y0 = meal.lon, meal.lat, other.lon, other.lat
    if x is None or y is None or x0 is None or y0 is None or abs(y - y0) * DEGREE_M > 1.01 * limits["near_m"]:
        return False
    return haversine_m(LonLat(x, y), LonLat(x0, y0)) <= limits["near_m"]
