"""What deliveries have taught, as records: who knows which door, and how long a door takes to open."""

from dataclasses import dataclass
from datetime import date


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
