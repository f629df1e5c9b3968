"""What the checks of patterns remember while a month goes by: prices, records keyed late, and the last days of each driver. Bounded."""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

DAYS_KEPT = 8
"""Earlier days of a driver that a day is compared with: last week's same weekday is among them."""
LEAST_SAME = 5
"""Fewer doors at the same second on two days are chance."""


class Copied(NamedTuple):
    """Doors of a driver whose records of two days agree to the second."""

    driver: str
    day: date
    earlier: date
    slot: str
    lines: tuple[int, ...]
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
    recent: dict[tuple[str, str], deque[tuple[date, dict[int, int]]]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=DAYS_KEPT))
    )

    def price(self, vendor: str, dish: str, subsidised: bool, fen: int, line: int) -> None:
        """A meal as far as its price goes."""
        self.prices[vendor, dish, subsidised][fen] += 1
        if subsidised:
            self.dear[vendor, dish, fen].append(line)

    def driven(
        self, driver: str, slot: str, day: date, doors: Sequence[tuple[int, int, int]], vendor: str, street: str
    ) -> None:
        """One driver's records by phone of one meal: (resident, second of the day, line)."""
        today = {resident: second for resident, second, _line in doors}
        for earlier, before in self.recent[driver, slot]:
            same = {resident for resident, second in today.items() if before.get(resident) == second}
            if len(same) >= LEAST_SAME:
                lines = tuple(line for resident, _second, line in doors if resident in same)
                self.copied.append(Copied(driver, day, earlier, slot, lines, vendor, street))
        self.recent[driver, slot].append((day, today))
