"""What the checks of patterns remember while a month goes by: prices, records keyed late, and each driver's days. Bounded by the month."""

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from mealroute.checks.facts import BY_HAND, Meal

DAYS_KEPT = 31
"""Earlier days of a driver that a day is compared with: all of a month."""
LEAST_SAME = 5
"""Fewer doors at the same second on two days are chance."""
LEAST_SHIFTED, WITHIN_S, SHARE_PERMILLE = 9, 20, 900
"""A copy with every time moved alike: so many doors, this share of those of both days, moved by the same time but for a few seconds."""
FEW_SHIFTED, WITHIN_FEW_S = 12, 15
"""Below so many doors chance comes nearer to that; then it takes so few seconds."""
LEAST_OF_OTHER, DAYS_OF_OTHER = 8, 5
"""So many doors that another driver brought to before; so many of that one's last days are compared."""
LEAST_ROUND, HOARDED_S, TOGETHER_S = 6, 3600, 900
"""Doors of a round that is judged; how long after its last door all records came in, and within how many seconds of each other."""
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
    in_full: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    """Vendor → (resident, line) of subsidised meals whose whole price stands as paid."""
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
    rounds: Counter[str] = field(default_factory=Counter)
    """Driver → rounds of so many doors recorded by phone that they can be judged."""
    hoarded: dict[str, list[tuple[date, tuple[int, ...]]]] = field(default_factory=lambda: defaultdict(list))
    """Driver → day and lines of rounds of which every record came in together, long after the last door."""
    fed_by: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    """Meal → resident → the driver who last recorded them."""
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
        seconds = list(today.values())
        for earlier, before in (*self.recent[driver, slot], *self._of_others(driver, slot, day, today)):
            then = list(map(before.get, today))
            moved = [now - was for now, was in zip(seconds, then, strict=True) if was is not None]
            shift, within = (0, 0) if moved.count(0) >= LEAST_SAME else _shifted(moved)
            if shift is not None:
                lines = tuple(
                    line
                    for resident, second, line in doors
                    if resident in before and shift <= today[resident] - before[resident] <= shift + within
                )
                self.copied.append(Copied(driver, day, earlier, slot, lines, vendor, street, shift))
        self.recent[driver, slot].append((day, today))
        self.fed_by[slot].update(dict.fromkeys(today, driver))

    def _of_others(
        self, driver: str, slot: str, day: date, today: Mapping[int, int]
    ) -> list[tuple[date, dict[int, int]]]:
        """Rounds that may have been copied too: the day's other meal, and the last days of whoever brought to most of these doors before."""
        found = [
            rounds[-1]
            for other in self.fed_by
            if other != slot and (rounds := self.recent.get((driver, other))) and rounds[-1][0] == day
        ]
        before = Counter(map(self.fed_by[slot].get, today))
        others = [
            (many, other) for other, many in before.items() if other and other != driver and many >= LEAST_OF_OTHER
        ]
        for _many, other in sorted(others, reverse=True)[:1]:
            found += list(self.recent[other, slot])[-DAYS_OF_OTHER:]
        return found

    def sent(self, driver: str, day: date, meals: Sequence[Meal]) -> None:
        """When the records of one driver's round by phone reached us; ``meals`` in the order of time, keyed ones left out."""
        if len(meals) < LEAST_ROUND:
            return
        self.rounds[driver] += 1
        last = meals[-1].made_s or 0
        if last - (meals[0].made_s or 0) + HOARDED_S > (meals[0].delay_s or 0):
            return
        came = [(meal.made_s or 0) + (meal.delay_s or 0) for meal in meals]
        if min(came) >= last + HOARDED_S and max(came) - min(came) <= TOGETHER_S:
            self.hoarded[driver].append((day, tuple(meal.line for meal in meals)))

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


def _shifted(moved: list[int]) -> tuple[int | None, int]:
    """The shift that most doors share, and within how many seconds; None where they are few or go as rounds go. Sorts ``moved``."""
    many = len(moved)
    if many < LEAST_SHIFTED:
        return None, 0
    moved.sort()
    enough = max(LEAST_SHIFTED, -(-many * SHARE_PERMILLE // 1000))
    within = WITHIN_S if many >= FEW_SHIFTED else WITHIN_FEW_S
    # Whatever share of them is alike holds those in the middle.
    if moved[enough - 1] - moved[many - enough] <= within:
        for first, last in zip(moved, moved[enough - 1 :], strict=False):
            if last - first <= within:
                return first, within
    return None, 0
