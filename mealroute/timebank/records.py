"""The words of the time bank and of a courier's service record. Minutes are whole; time has no value in money."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

EntryId = NewType("EntryId", int)
FIELDS = (
    "entry",
    "volunteer",
    "name",
    "phone",
    "day",
    "street",
    "kind",
    "minutes",
    "hours",
    "service",
    "reason",
    "written-by",
    "written-at",
)
"""What a column of the export may hold."""


class EntryKind(StrEnum):
    """Why minutes were added or taken."""

    CREDIT = "credit"
    REVERSAL = "reversal"
    DEBIT = "debit"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRule:
    """What a delivery is worth, in minutes (``data/rules/time-bank.yaml``)."""

    minutes_per_stop: int
    minutes_per_further_person: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file for 京彩时光."""

    field: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One meal that a volunteer brought to a door: what a credit rests on."""

    book_line_id: int
    visit_id: int
    driver_code: str
    day: date


@dataclass(frozen=True, slots=True)
class Credit:
    """What one delivery is worth and to whom."""

    driver_code: str
    minutes: int
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRecord:
    """One line of the ledger; ``minutes`` are signed. ``book_line_id`` None: no delivery stands behind it."""

    id: EntryId
    driver_code: str
    kind: EntryKind
    minutes: int
    day: date
    book_line_id: int | None
    reason: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One volunteer's sums in minutes: ``balance`` = ``credit`` + ``reversed`` + ``spent`` + ``corrected`` (all but credit mostly negative)."""

    driver_code: str
    name: str
    credit: int
    reversed: int
    spent: int
    corrected: int
    deliveries: int

    @property
    def balance(self) -> int:
        return self.credit + self.reversed + self.spent + self.corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfWork:
    """A month of somebody who drives. ``portions`` = ``seen`` + ``left`` + ``back``."""

    month: str
    days: int
    runs: int
    stops: int
    portions: int
    seen: int
    left: int
    back: int
    minutes: int
