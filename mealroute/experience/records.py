"""What deliveries have taught, as records: who knows which door, and how long a door takes to open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Familiarity:
    """How often one driver has stood at one resident's door, and when last."""

    resident_id: int
    driver_code: str
    visits: int
    last_day: date


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """How long a resident usually takes to open: the median of the last visits, in whole seconds."""

    resident_id: int
    seconds: int
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRecord:
    """One handover in person. ``met_s``: seconds since local midnight, None where nobody's clock saw it (a paper sheet)."""

    resident_id: int
    driver_code: str
    day: date
    book_line_id: int
    met_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorMemory:
    """Whom a resident knows and when they are used to their meal, from the handovers of some weeks.

    ``faces``: driver → how familiar, from 0 to 1; the most familiar is 1. ``usual_s`` is the usual hour (the median, seconds since
    midnight), None below three meetings with a time. ``days`` on which anybody came.
    """

    faces: Mapping[str, float] = field(default_factory=dict)
    usual_s: int | None = None
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorVisit:
    """One measured visit: how long the door took, how long the stairs took (None: not measured), and at what time of the day."""

    seconds: int
    stairs_s: int | None = None
    met_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorMeasure(DoorVisit):
    """A visit to be remembered."""

    resident_id: int
    book_line_id: int
    day: date
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorProfile:
    """How one door opens, from its last visits: usual (the median) and slow (the slowest of them), in whole seconds.

    ``stairs_s``: one way between the building's entrance and the door, None where too few visits measured it.
    """

    usual_s: int
    slow_s: int
    samples: int
    stairs_s: int | None = None


class DoorSource(StrEnum):
    """Whose figures a plan reckons with at a door."""

    OWN = "own"
    CLASS = "class"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorUse:
    """What a plan adds at a door for waiting, and what it takes in place of the usual stairs (None: the usual ones).

    ``visits``: how many measured visits of this door there are.
    """

    extra_s: int
    stairs_s: int | None
    source: DoorSource
    visits: int
