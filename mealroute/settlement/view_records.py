"""What pages show of an open month: as it was reckoned last, when that was, and what has arrived since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mealroute.settlement.chain_records import Cell, Chain, ChainLine, CountDifference, MonthChain, Place
from mealroute.settlement.records import HeldRecord, StreetPart
from mealroute.subsidy.statements import MonthStatement

Stamp = Mapping[str, tuple[int, str]]
"""Kind of record → how many there are (0: they are not counted) and what is another where one of them is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How some order lines fared alike: where, with which figures, on which route, with which outcome at the door."""

    place: Place
    chain: Chain
    outcome: str
    route: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """An open month as its records gave it. ``statements`` by language, for whoever sees everything; ``lines``: the order lines of each way.

    ``held`` lines are without names: these are as the register has them when they are shown.
    """

    statements: Mapping[str, MonthStatement]
    parts: Mapping[str, StreetPart]
    held: tuple[HeldRecord, ...]
    cells: tuple[Cell, ...]
    differences: tuple[CountDifference, ...]


Lines = Mapping[Way, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Arrived:
    """Something that the records have and the kept figures have not; ``count`` 0: it can't be counted (something was edited)."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """What a page of a big month says of its figures. ``read_at`` None: none have been reckoned yet.

    ``arrived`` empty: they are those of this moment.
    """

    read_at: datetime | None
    arrived: tuple[Arrived, ...] = ()
    meals: int = 0

    @property
    def exact(self) -> bool:
        return self.read_at is not None and not self.arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLines:
    """The first lines behind a figure; ``count`` and ``total`` (of the figure, in portions) are of all of them."""

    lines: tuple[ChainLine, ...]
    count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChain:
    """The chain within a scope, and how old it is (None: of this moment, as in a small or closed month)."""

    chain: MonthChain
    dated: Dated | None


def arrived(before: Stamp, now: Stamp) -> tuple[Arrived, ...]:
    """What differs between two stamps, in the order of the newer one's kinds."""
    kinds = [*now, *(kind for kind in before if kind not in now)]
    return tuple(
        Arrived(kind, max(now.get(kind, (0, ""))[0] - before.get(kind, (0, ""))[0], 0))
        for kind in kinds
        if now.get(kind) != before.get(kind)
    )
