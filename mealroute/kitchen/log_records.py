"""The words of the kitchen's log: samples kept, temperatures read, what was done about them, what is due."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ReadingKind(StrEnum):
    """What was measured. Closed list; each kind has its limits (data/rules/food-safety.yaml)."""

    COOKED_CORE = "cooked-core"
    HOT_HOLDING = "hot-holding"
    COLD_HOLDING = "cold-holding"
    BOX_HOT = "box-hot"
    BOX_COLD = "box-cold"
    STATION = "station"
    SAMPLE_FRIDGE = "sample-fridge"


class Action(StrEnum):
    """What was done with food that was out of range. Closed list; ``other`` needs a note."""

    DISCARDED = "discarded"
    REHEATED = "reheated"
    CHILLED = "chilled"
    RETURNED = "returned"
    OTHER = "other"


class DueKind(StrEnum):
    """What a kitchen is reminded of."""

    SAMPLE = "sample"
    CORE = "core"
    COLD = "cold"
    BOX_HOT = "box-hot"
    BOX_COLD = "box-cold"
    DISCARD = "discard"
    HOLDING = "holding"
    BOXES = "boxes"


class DueState(StrEnum):
    """How urgent a reminder is, the most urgent first."""

    OVERDUE = "overdue"
    DUE = "due"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Limits:
    """Inclusive, in tenths of a degree Celsius; None = no limit on that side."""

    least: int | None = None
    most: int | None = None

    def hold(self, tenths: int) -> bool:
        return (self.least is None or tenths >= self.least) and (self.most is None or tenths <= self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingInput:
    """One temperature as it is written down, in tenths of a degree. ``client_id``: written twice it counts once.

    ``corrects_id`` names the row that this one replaces, ``correction`` says why.
    """

    client_id: str
    day: date
    slot: str
    kind: ReadingKind
    kitchen_code: str
    tenths: int
    at: datetime
    station_code: str = ""
    dish_code: str = ""
    vehicle_code: str = ""
    trip: int = 0
    action: Action | None = None
    again_tenths: int | None = None
    note: str = ""
    by_name: str = ""
    corrects_id: int | None = None
    correction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleInput:
    """One sample as it is put away. ``client_id``: written twice it counts once."""

    client_id: str
    day: date
    slot: str
    kitchen_code: str
    dish_code: str
    grams: int
    taken_at: datetime
    place: str = ""
    by_name: str = ""
    corrects_id: int | None = None
    correction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRecord:
    """One row of the log; ``corrected`` once a later row replaces it."""

    id: int
    day: date
    slot: str
    kind: ReadingKind
    kitchen_code: str
    station_code: str
    dish_code: str
    dish_name: str
    vehicle_code: str
    trip: int
    tenths: int
    limits: Limits
    in_range: bool
    action: Action | None
    again_tenths: int | None
    note: str
    at: datetime
    by_name: str
    corrects_id: int | None
    correction: str
    corrected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRecord:
    """One sample with the end of its life; ``discarded_at`` None = still in the fridge."""

    id: int
    day: date
    slot: str
    kitchen_code: str
    dish_code: str
    dish_name: str
    grams: int
    place: str
    taken_at: datetime
    keep_until: datetime
    by_name: str
    corrects_id: int | None
    correction: str
    corrected: bool
    discarded_at: datetime | None
    discarded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRecord:
    """Food that was out of range, until a named person says that it is safe or gone."""

    id: int
    reading: ReadingRecord
    owner: str
    open: bool
    closed_by: str
    closed_how: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing to do: which dish's sample, which trip's box, which old sample, whose boxes (``count``) are missing."""

    kind: DueKind
    state: DueState
    kitchen_code: str
    due_at: datetime
    dish_code: str = ""
    dish_name: str = ""
    vehicle_code: str = ""
    vehicle: str = ""
    route: int = 0
    trip: int = 0
    sample_id: int = 0
    count: int = 0
