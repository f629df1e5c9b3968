"""The words of the transport boxes: what went out with a trip, what came back, what is missing since when."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class BoxKind(StrEnum):
    """The boxes that travel. Closed list."""

    HOT = "hot"
    COLD = "cold"
    HALAL = "halal"
    BULK = "bulk"


class BoxWay(StrEnum):
    """What was counted: at loading, at return, or given up for lost (with a reason)."""

    OUT = "out"
    BACK = "back"
    WRITTEN_OFF = "written-off"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxInput:
    """One count of one kind. ``trip`` 0 = no trip of this meal (boxes of another day come back). Written twice it counts once."""

    client_id: str
    day: date
    slot: str
    kitchen_code: str
    vehicle_code: str
    kind: BoxKind
    way: BoxWay
    count: int
    route: int = 0
    trip: int = 0
    note: str = ""
    corrects_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxRow:
    """One count on record; ``corrected`` once a later row replaces it."""

    id: int
    day: date
    slot: str
    kitchen_code: str
    vehicle_code: str
    route: int
    trip: int
    kind: BoxKind
    way: BoxWay
    count: int
    note: str
    at: datetime
    by_name: str
    corrects_id: int | None
    corrected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxBalance:
    """One kind of box of one kitchen on one vehicle: ``out + unexplained = back + written_off + away``.

    ``away`` have not come back, ``missing`` of them for longer than they may stay, the oldest since ``since``. ``unexplained``
    came back although none was counted out: a count at loading was forgotten.
    """

    kitchen_code: str
    vehicle_code: str
    kind: BoxKind
    out: int
    back: int
    written_off: int
    away: int
    unexplained: int
    missing: int
    since: datetime | None

    def __post_init__(self) -> None:
        if self.out + self.unexplained != self.back + self.written_off + self.away:
            raise ValueError(f"boxes must add up, got {self}")
