"""The words of meals that come back to a kitchen."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnInput:
    """Full portions left in the boxes of one trip. Written twice it counts once."""

    client_id: str
    day: date
    slot: str
    kitchen_code: str
    vehicle_code: str
    trip: int
    portions: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRow:
    """The count of one trip that holds; ``counts`` says how often it was counted."""

    vehicle_code: str
    trip: int
    portions: int
    note: str
    by_name: str
    at: datetime
    counts: int
