"""The words for stops that change hands on the road. Times are seconds since local midnight."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TransferKind(StrEnum):
    """Who has the stop now: another run, a person by name, or a station."""

    RUN = "run"
    PERSON = "person"
    STATION = "station"


class FoodWay(StrEnum):
    """How the meal gets to whoever brings it. Food does not change vehicles by itself.

    ``meet``: the two meet and hand it over. ``again``: the kitchen gives out a fresh portion, the first one comes back.
    ``loaded``: it had not left the kitchen yet and is loaded on the other trip. ``drop``: the driver leaves it at the station or with the person.
    ``stays``: the change was taken back before anything changed hands.
    """

    MEET = "meet"
    AGAIN = "again"
    LOADED = "loaded"
    DROP = "drop"
    STAYS = "stays"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRecord:
    """One change of hands; see ``transfer_models.StopTransfer``."""

    id: int
    visit_id: int
    number: int
    from_run_id: int
    kind: TransferKind
    to_run_id: int | None
    after_visit_id: int | None
    to_name: str
    station_code: str
    food: FoodWay
    place: str
    meet_s: int | None
    arrive_s: int
    deadline_s: int | None
    portions: int
    made_again: int
    cooked_by: str
    reason: str
    by_name: str
    at: datetime

    @property
    def run_id(self) -> int:
        """The run to which the stop's records belong now: the taking one, else the one that had it."""
        return self.to_run_id or self.from_run_id

    @property
    def on_sheet(self) -> bool:
        """Whether a driver still has it on a sheet; what a person has taken over is on none."""
        return self.kind is not TransferKind.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPlace:
    """Where a station is, for the sheet of whoever leaves a box there."""

    code: str
    lon: float
    lat: float
