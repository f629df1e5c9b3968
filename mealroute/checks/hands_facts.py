"""What passes through people's hands beside the meal: cash, portions that come back, calls about meals. Facts of the checks; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from mealroute.core.money import Fen

if TYPE_CHECKING:
    from mealroute.checks.facts import Meal


class HandedIn(NamedTuple):
    """One entry about a purse: cash that somebody received (``handed``) or words for a difference (``explained``).

    ``day``: the local day of the entry. ``own``: the person who took the cash is also the one who says it was received.
    """

    kind: str
    fen: Fen
    day: date
    own: bool = False


class Called(NamedTuple):
    """The calls about one vendor's sample: how many were tried, how many of them reached nobody, and the same of all other vendors."""

    draw: int
    asked: int
    missed: int
    lines: tuple[int, ...]
    others_asked: int
    others_missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What is written down outside the doors. ``today``: until when cash may have been handed in. ``handed`` by (run, station)."""

    today: date = date.max
    handed: Mapping[tuple[int, str], Sequence[HandedIn]] = field(default_factory=dict)
    called: Mapping[str, Called] = field(default_factory=dict)

    def of(self, serves: Callable[[str], bool]) -> Hands:
        """The calls of some vendors alone; purses go by their runs and need no narrowing."""
        return replace(self, called={vendor: called for vendor, called in self.called.items() if serves(vendor)})


@dataclass(slots=True)
class Purse:
    """The cash of one run's driver, or (``station``) of one counter on it."""

    run: int
    station: str
    day: date
    driver: str
    vendor: str
    fen: Fen = 0
    lines: list[int] = field(default_factory=list)
    streets: set[str] = field(default_factory=set)

    @property
    def holder(self) -> str:
        return f"station/{self.station}" if self.station else f"driver/{self.driver}"

    @property
    def key(self) -> str:
        """As the cashier's pages name it."""
        return f"{self.run}/{self.station}" if self.station else str(self.run)


@dataclass(slots=True)
class Taken:
    """The month's running figures of what was taken at doors."""

    purses: dict[tuple[int, str], Purse] = field(default_factory=dict)

    def cash(self, meal: Meal) -> None:
        """A meal that was paid in cash where it was handed over."""
        key = meal.run, meal.station
        purse = self.purses.get(key)
        if purse is None:
            purse = self.purses[key] = Purse(meal.run, meal.station, meal.day, meal.driver, meal.brought or meal.vendor)
        purse.fen += meal.cash_fen
        purse.lines.append(meal.line)
        purse.streets.add(meal.street)

    def by_holder(self) -> dict[str, list[Purse]]:
        """The purses of each driver and counter, in the order of days."""
        found: dict[str, list[Purse]] = defaultdict(list)
        for purse in sorted(self.purses.values(), key=lambda one: (one.day, one.run, one.station)):
            found[purse.holder].append(purse)
        return found
