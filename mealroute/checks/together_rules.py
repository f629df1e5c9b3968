"""A check of phones that travel together: two drivers' accounts, one round."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from mealroute.checks.door_rules import of_driver, spread_m
from mealroute.checks.facts import Day, Meal, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.sieve import DEGREE_M, placed
from mealroute.core.geo import LonLat, haversine_m

MIDDLE_S, MIDDLE_DEGREES = 900, 0.002
"""How far apart the middles of two rounds may lie that are one: some doors at a rider's pace."""
SAMPLE = 7
"""Every so many records that are looked at before all are."""


class _Track:
    """One driver's records by phone of one meal that say a place, in the order of time."""

    def __init__(self, driver: str, meals: Sequence[Meal]) -> None:
        self.driver, self.meals = driver, meals
        middle = meals[len(meals) // 2]
        self.at, self.lon, self.lat = middle.made_s or 0, middle.lon or 0.0, middle.lat or 0.0
        self._seconds: list[int] = []

    def nearest(self, second: int) -> Meal:
        seconds = self._seconds = self._seconds or [meal.made_s or 0 for meal in self.meals]
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
        for one, other in _near(tracks):
            some = one.meals[:: max(1, len(one.meals) // SAMPLE)]
            if not any(_beside(meal, other, limits) for meal in some[2:5:2]):
                continue
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


def _near(tracks: list[_Track]) -> Iterator[tuple[_Track, _Track]]:
    """Pairs that are half-way at about the same time and place: others have not gone together."""
    tracks.sort(key=lambda track: track.lat)
    for n, one in enumerate(tracks):
        for other in tracks[n + 1 :]:
            if other.lat - one.lat > MIDDLE_DEGREES:
                break
            if abs(one.at - other.at) <= MIDDLE_S and abs(one.lon - other.lon) <= 3 * MIDDLE_DEGREES:
                yield one, other


def _beside(meal: Meal, track: _Track, limits: Limits) -> bool:
    """Whether the other phone recorded something near there at about that time."""
    other = track.nearest(meal.made_s or 0)
    if abs((other.made_s or 0) - (meal.made_s or 0)) > limits["within_s"]:
        return False
    x, y, x0, y0 = meal.lon, meal.lat, other.lon, other.lat
    if x is None or y is None or x0 is None or y0 is None or abs(y - y0) * DEGREE_M > 1.01 * limits["near_m"]:
        return False
    return haversine_m(LonLat(x, y), LonLat(x0, y0)) <= limits["near_m"]
