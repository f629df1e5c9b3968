"""What the checks of patterns remember while a month goes by: prices, records keyed late, and the last days of each driver. Bounded."""

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from mealroute.checks.facts import BY_HAND, Meal

DAYS_KEPT = 8
"""Earlier days of a driver that a day is compared with: last week's same weekday is among them."""
LEAST_SAME = 5
"""Fewer doors at the same second on two days are chance."""
LEAST_SHIFTED, WITHIN_S, SHARE_PERMILLE = 8, 20, 800
"""A copy with every time moved alike: so many doors, this share of those of both days, moved by the same time but for a few seconds."""
Doors = Sequence[tuple[int, int, int]]
"""(resident, second of the day, line) of one driver's records by phone of one meal."""


class Copied(NamedTuple):
    """Doors of a driver whose records of two days agree to the second, or but for a shift (``shift_s``) that is the same for all."""

    driver: str
    day: date
    earlier: date
    slot: str
    lines: tuple[int, ...]
    vendor: str
    street: str
    shift_s: int = 0


class Stood(NamedTuple):
    """Doors of a driver at which the phone stood, to the last digit, where it had stood the time before."""

    driver: str
    day: date
    slot: str
    lines: tuple[int, ...]
    of: int
    vendor: str
    street: str


@dataclass(slots=True)
class Patterns:
    """Running figures of a month."""

    prices: dict[tuple[str, str, bool], Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    dear: dict[tuple[str, str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    """(vendor, dish, price) → lines of subsidised meals."""
    keyed: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    """Vendor → (days later, line) of records that somebody keyed after the day."""
    copied: list[Copied] = field(default_factory=list)
    stood: list[Stood] = field(default_factory=list)
    places: dict[tuple[str, str], dict[int, tuple[float, float]]] = field(default_factory=lambda: defaultdict(dict))
    """Driver and meal → resident → where the phone stood the last time."""
    unplaced: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Driver → lines of records by phone that say no place."""
    records: Counter[str] = field(default_factory=Counter)
    """Driver → records by phone at doors."""
    brought: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Driver → vendor and street of the first of them."""
    recent: dict[tuple[str, str], deque[tuple[date, dict[int, int]]]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=DAYS_KEPT))
    )

    def price(self, vendor: str, dish: str, subsidised: bool, fen: int, line: int) -> None:
        """A meal as far as its price goes."""
        self.prices[vendor, dish, subsidised][fen] += 1
        if subsidised:
            self.dear[vendor, dish, fen].append(line)

    def driven(self, driver: str, slot: str, day: date, doors: Doors, vendor: str, street: str) -> None:
        """One driver's records by phone of one meal."""
        today = {resident: second for resident, second, _line in doors}
        for earlier, before in self.recent[driver, slot]:
            moved = {resident: second - before[resident] for resident, second in today.items() if resident in before}
            same = {resident for resident, seconds in moved.items() if not seconds}
            shift = 0
            if len(same) < LEAST_SAME:
                shift, same = _shifted(moved)
            if same:
                lines = tuple(line for resident, _second, line in doors if resident in same)
                self.copied.append(Copied(driver, day, earlier, slot, lines, vendor, street, shift))
        self.recent[driver, slot].append((day, today))

    def stands(self, driver: str, slot: str, day: date, meals: Sequence[Meal]) -> None:
        """Where the phone stood at each door of one driver and meal, as far as it is known."""
        places, first = self.places[driver, slot], meals[0]
        self.brought.setdefault(driver, (first.brought or first.vendor, first.street))
        again, of = [], 0
        for meal in meals:
            if meal.source in BY_HAND:
                continue
            self.records[driver] += 1
            if meal.lon is None or meal.lat is None:
                self.unplaced[driver].append(meal.line)
                continue
            here = meal.lon, meal.lat
            before = places.get(meal.resident)
            if before is not None:
                of += 1
                if before == here:
                    again.append(meal.line)
            places[meal.resident] = here
        if again:
            self.stood.append(Stood(driver, day, slot, tuple(again), of, first.brought or first.vendor, first.street))


def _shifted(moved: Mapping[int, int]) -> tuple[int, set[int]]:
    """The shift that most doors share, and which; nobody where they are few."""
    if len(moved) < LEAST_SHIFTED:
        return 0, set()
    seconds = sorted(moved.values())
    enough = max(LEAST_SHIFTED, -(-len(seconds) * SHARE_PERMILLE // 1000))
    for first, last in zip(seconds, seconds[enough - 1 :], strict=False):
        if last - first <= WITHIN_S:
            return first, {resident for resident, one in moved.items() if first <= one <= first + WITHIN_S}
    return 0, set()
