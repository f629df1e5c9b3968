"""What a condition of a rule compares with: bands, lists of codes, windows, places. Frozen, hashable, without words."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mealroute.core.money import Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A range of whole numbers: ``least`` (≥) or ``over`` (>), ``most`` (≤) or ``under`` (<); None = open.

    For prices ``over_amount``/``least_amount`` stand for "more than / at least what the rule itself pays". For ages ``since`` says from
    when a birthday counts.
    """

    least: int | None = None
    over: int | None = None
    most: int | None = None
    under: int | None = None
    over_amount: bool = False
    least_amount: bool = False
    since: "Since | None" = None

    def holds(self, value: int, amount: Fen = 0) -> bool:
        """Whether ``value`` lies in the band; ``amount`` is the rule's own where the band speaks of it."""
        return not (
            (self.least is not None and value < self.least)
            or (self.over is not None and value <= self.over)
            or (self.most is not None and value > self.most)
            or (self.under is not None and value >= self.under)
            or (self.over_amount and value <= amount)
            or (self.least_amount and value < amount)
        )

    @property
    def smallest(self) -> int | None:
        """The smallest number in the band, the rule's own amount left aside."""
        found = [n for n in (self.least, None if self.over is None else self.over + 1) if n is not None]
        return max(found, default=None)

    @property
    def greatest(self) -> int | None:
        """The greatest number in the band."""
        found = [n for n in (self.most, None if self.under is None else self.under - 1) if n is not None]
        return min(found, default=None)


class Since(StrEnum):
    """From when a birthday counts for an age: the first of its month, the first of the month after it, or the whole year in which it falls."""

    MONTH = "month"
    NEXT_MONTH = "next-month"
    YEAR = "year"

    def age(self, born: date, day: date) -> int:
        """The age that counts on a day."""
        match self:
            case Since.MONTH:
                return day.year - born.year - (day.month < born.month)
            case Since.NEXT_MONTH:
                return day.year - born.year - (day.month <= born.month)
            case Since.YEAR:
                return day.year - born.year


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """Days from ``first`` to ``last``, both inclusive; None = open."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Season:
    """A part of every year, both ends inclusive, as (month, day); one that ends before it begins goes over the turn of the year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, day: date) -> bool:
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """At least one of ``any``, every one of ``all``, not one of ``none``; an empty set asks for nothing."""

    any: frozenset[str] = frozenset()
    all: frozenset[str] = frozenset()
    none: frozenset[str] = frozenset()

    def holds(self, found: frozenset[str]) -> bool:
        return (not self.any or not self.any.isdisjoint(found)) and self.all <= found and self.none.isdisjoint(found)


class Reach(StrEnum):
    """How far two places count as the same: official codes name the city by 4 digits, the district by 6, the street by 9."""

    STREET = "street"
    DISTRICT = "district"
    CITY = "city"

    @property
    def digits(self) -> int:
        return {"street": 9, "district": 6, "city": 4}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place by official code: inside one of ``within`` and none of ``outside``; ``same`` compares with the place of the meal.

    A code covers every code that begins with it: ``110101`` is the whole district. Where a code is too short to tell (only the district is
    known, and streets are compared) neither ``same`` nor ``other`` holds.
    """

    within: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    same: Reach | None = None
    other: Reach | None = None

    def holds(self, code: str, meal_place: str) -> bool:
        if self.within and not code.startswith(tuple(self.within)):
            return False
        if self.outside and code.startswith(tuple(self.outside)):
            return False
        if self.same is not None and _equal(code, meal_place, self.same) is not True:
            return False
        return self.other is None or _equal(code, meal_place, self.other) is False


def _equal(one: str, two: str, reach: Reach) -> bool | None:
    """Whether two places are the same so far; None where a code is too short to tell."""
    digits = min(reach.digits, len(one), len(two))
    if one[:digits] != two[:digits]:
        return False
    return True if digits == reach.digits else None


@dataclass(frozen=True, slots=True)
class Window:
    """When a meal may be confirmed: minutes since midnight, both inclusive."""

    earliest: int
    latest: int

    def holds(self, minute: int) -> bool:
        return self.earliest <= minute <= self.latest


@dataclass(frozen=True, slots=True)
class Windows:
    """The meals of the day that a rule covers, each with its window or none."""

    slots: tuple[tuple[str, Window | None], ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(slot for slot, _window in self.slots)

    @property
    def timed(self) -> bool:
        return any(window is not None for _slot, window in self.slots)

    def window(self, slot: str) -> Window | None:
        return dict(self.slots).get(slot)


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of a period or an application by name, each in its band."""

    bands: tuple[tuple[str, Band], ...]
