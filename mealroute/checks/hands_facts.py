"""What passes through people's hands beside the meal: cash, portions that come back, calls about meals. Facts of the checks; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from mealroute.checks.records import Reference
from mealroute.core.money import Fen

if TYPE_CHECKING:
    from mealroute.checks.facts import Day, Meal


class HandedIn(NamedTuple):
    """One entry about a purse: cash that somebody received (``handed``) or words for a difference (``explained``).

    ``day``: the local day of the entry. ``own``: the person who took the cash is also the one who says it was received.
    """

    kind: str
    fen: Fen
    day: date
    own: bool = False


class Called(NamedTuple):
    """The calls about one vendor's sample: how many were tried, how many of them reached nobody, and the same of all other vendors.

    ``heard``: could say whether the meal came; ``denied``: the lines of those who said that it did not.
    """

    draw: int
    asked: int
    missed: int
    lines: tuple[int, ...]
    others_asked: int
    others_missed: int
    heard: int = 0
    denied: tuple[int, ...] = ()
    others_heard: int = 0
    others_denied: int = 0


class Changed(NamedTuple):
    """A door that was first recorded as not handed over and stands as handed over now.

    ``gap_s``: between the times that the two records state; ``by_hand``: a phone said the first, somebody at a desk the second.
    """

    line: int
    proof: int
    gap_s: int
    by_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What is written down outside the doors. ``today``: until when cash may have been handed in. ``handed`` by (run, station).

    ``changed`` by vendor; ``heard``: residents whom somebody saw or spoke to in the month, apart from whoever brings the meal.
    """

    today: date = date.max
    handed: Mapping[tuple[int, str], Sequence[HandedIn]] = field(default_factory=dict)
    called: Mapping[str, Called] = field(default_factory=dict)
    changed: Mapping[str, Sequence[Changed]] = field(default_factory=dict)
    heard: frozenset[int] = frozenset()

    def of(self, serves: Callable[[str], bool]) -> Hands:
        """The calls and changes of some vendors alone; purses go by their runs and need no narrowing."""
        called = {vendor: called for vendor, called in self.called.items() if serves(vendor)}
        return replace(
            self, called=called, changed={vendor: rows for vendor, rows in self.changed.items() if serves(vendor)}
        )


class Returned(NamedTuple):
    """Portions that came back with a run, by somebody's count: the kitchen's, or (``by_driver``) the foot of the driver's sheet.

    ``trips``: those that were counted. ``moved``: portions that others took over from this run.
    """

    portions: int
    trips: frozenset[int]
    reference: Reference
    moved: int = 0
    by_driver: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One run whose return was counted. ``aboard``: portions by the counts at loading; None: not every trip was counted.

    ``given`` stayed at doors, ``bulk`` is for stations, ``failed`` stayed in the vehicle by the records; ``lines`` and ``failed_lines``
    are those of the doors.
    """

    run: int
    day: date
    driver: str
    vendor: str
    street: str
    returned: Returned
    aboard: int | None
    given: int
    bulk: int
    failed: int
    all_counted: bool
    lines: tuple[int, ...]
    failed_lines: tuple[int, ...]

    @property
    def can_come_back(self) -> int:
        """By the records, as kindly as the counts allow."""
        left = 0 if self.aboard is None else self.aboard - self.given - self.bulk
        return max(self.failed, left) + self.returned.moved

    @property
    def must_come_back(self) -> int:
        """What was aboard and not handed over."""
        return self.failed if self.aboard is None else max(min(self.failed, self.aboard - self.given - self.bulk), 0)


def rounds_of(day: Day) -> list[Round]:
    """The runs of a day whose return somebody counted."""
    of: dict[int, list[Meal]] = defaultdict(list)
    for meal in day.meals:
        if meal.run in day.returned:
            of[meal.run].append(meal)
    return [_round(day, run, meals) for run, meals in of.items()]


def _round(day: Day, run: int, meals: Sequence[Meal]) -> Round:
    first, returned = meals[0], day.returned[run]
    trips = {meal.trip for meal in meals if meal.trip}
    counts = [day.packed.get((run, trip)) for trip in trips]
    known = [max((one.by_kitchen or 0), (one.by_driver or 0)) for one in counts if one is not None]
    doors = [meal for meal in meals if not meal.station]
    failed = [
        meal for meal in doors if meal.ordered > _stayed(meal) and meal.outcome != "short" and meal.source != "closing"
    ]
    streets = {meal.street for meal in meals}
    return Round(
        run=run, day=day.day, driver=first.driver, vendor=first.brought or first.vendor, street=min(streets) if len(streets) == 1 else "",
        returned=returned, given=sum(map(_stayed, doors)), bulk=sum(meal.ordered for meal in meals if meal.station),
        # Stops that came from another run (trip 0) were in no count of this one.
        aboard=sum(known) + sum(meal.ordered for meal in meals if not meal.trip) if len(known) == len(trips) and all(known) else None,
        failed=sum(meal.ordered - _stayed(meal) for meal in failed), all_counted=trips <= returned.trips,
        lines=tuple(meal.line for meal in doors if meal.delivered), failed_lines=tuple(meal.line for meal in failed),
    )  # fmt: skip


def _stayed(meal: Meal) -> int:
    return meal.quantity if meal.delivered else 0


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
    rounds: dict[str, list[Round]] = field(default_factory=lambda: defaultdict(list))
    """Driver → rounds of which something must come back, and the kitchen counted what did."""

    def cash(self, meal: Meal) -> None:
        """A meal that was paid in cash where it was handed over."""
        key = meal.run, meal.station
        purse = self.purses.get(key)
        if purse is None:
            purse = self.purses[key] = Purse(meal.run, meal.station, meal.day, meal.driver, meal.brought or meal.vendor)
        purse.fen += meal.cash_fen
        purse.lines.append(meal.line)
        purse.streets.add(meal.street)

    def came_back(self, day: Day) -> None:
        """The rounds of a day that somebody else than the driver counted whole."""
        for one in rounds_of(day):
            if one.must_come_back and one.all_counted and not one.returned.by_driver and not one.returned.moved:
                self.rounds[one.driver].append(one)

    def by_holder(self) -> dict[str, list[Purse]]:
        """The purses of each driver and counter, in the order of days."""
        found: dict[str, list[Purse]] = defaultdict(list)
        for purse in sorted(self.purses.values(), key=lambda one: (one.day, one.run, one.station)):
            found[purse.holder].append(purse)
        return found
