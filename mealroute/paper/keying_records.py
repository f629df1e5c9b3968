"""The words of keying a sheet back in: what a clerk types, row by row, and what the program makes of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mealroute.core.money import Fen
from mealroute.delivery.records import Outcome, Source


class SheetStand(StrEnum):
    """How a sheet stands to the plan in force."""

    IN_FORCE = "in-force"
    REPLACED = "replaced"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class RowText:
    """One row as it was typed or scanned; nothing is read into it yet."""

    stop: str = ""
    digit: str = ""
    portions: str = ""
    cash: str = ""

    @property
    def blank(self) -> bool:
        return not (self.stop or self.digit or self.portions or self.cash)


@dataclass(frozen=True, slots=True, kw_only=True)
class FootText:
    """The totals that the driver wrote at the foot, as they were typed."""

    seen: str = ""
    left: str = ""
    back: str = ""
    cash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One meal of the sheet; ``person`` counts those at one stop from 1. ``run_id`` is the run on which it is recorded, 0: on none.

    ``mine``: its stop is in a street of whoever keys; another's meal is only counted, it has no name here.
    """

    book_line_id: int
    run_id: int
    visit_id: int
    stop: int
    person: int
    name: str
    quantity: int
    cash_due_fen: Fen
    station_code: str = ""
    mine: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySheet:
    """A printed sheet as it stands in the program; ``in_force`` is the number of the version that is published now, 0: none."""

    version_id: int
    version_number: int
    number: int
    code: str
    day: date
    slot: str
    driver_name: str
    stand: SheetStand
    in_force: int
    lines: tuple[SheetLine, ...]

    @property
    def portions(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def stops(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(line.stop for line in self.lines))

    @property
    def own(self) -> tuple[SheetLine, ...]:
        """The meals that whoever keys may key."""
        return tuple(line for line in self.lines if line.mine)

    @property
    def foreign(self) -> tuple[int, ...]:
        """Stops in streets of other clerks."""
        return tuple(dict.fromkeys(line.stop for line in self.lines if not line.mine))


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row cannot be taken; ``row`` counts from 0, ``field`` is the one to look at."""

    row: int
    field: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the sheet says about one meal."""

    line: SheetLine
    outcome: Outcome
    quantity: int
    cash_fen: Fen


@dataclass(frozen=True, slots=True)
class Sums:
    """Portions and fen: ``seen`` + ``left`` + ``back`` = those of the stops that were keyed."""

    seen: int = 0
    left: int = 0
    back: int = 0
    cash_fen: Fen = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A total that does not agree; ``written`` None: the sheet says nothing, or nothing that can be read."""

    field: str
    written: int | None
    keyed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is recorded about a meal already, from elsewhere or from an earlier keying."""

    outcome: Outcome
    quantity: int
    cash_fen: Fen
    by_name: str
    source: Source
    at: datetime


@dataclass(frozen=True, slots=True)
class Clash:
    """The sheet says something else than what is recorded: a person decides which holds."""

    entry: Entry
    stands: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A keyed sheet before it is saved; ``entries``, ``missing``, ``clashes`` and ``same`` (meals that are recorded so already) are of the
    clerk's own stops, ``sums`` of the whole sheet as far as it is keyed. ``waiting``: stops of other clerks' streets without a row yet.
    """

    entries: tuple[Entry, ...]
    faults: tuple[RowFault, ...]
    missing: tuple[int, ...]
    missing_portions: int
    sums: Sums
    differences: tuple[Difference, ...]
    clashes: tuple[Clash, ...]
    same: int
    waiting: tuple[int, ...] = ()
    waiting_portions: int = 0

    @property
    def agrees(self) -> bool:
        """Nothing is missing and every total is the sheet's."""
        return not self.missing and not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRecord:
    """One keying of a sheet: who, when, what came of it; figures in portions and fen."""

    version_id: int
    number: int
    revision: int
    sums: Sums
    missing: int
    reason: str
    by_name: str
    at: datetime
    waiting: int = 0
    """Stops that clerks of other streets had still to key."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did: meals written, meals recorded so already; ``again`` True: the very same sheet was keyed before, nothing changed."""

    written: int
    same: int
    again: bool = False
