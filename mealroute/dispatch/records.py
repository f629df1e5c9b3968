"""The words of dispatch: a published run, and the sheet that goes with it. Times are seconds since local midnight."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

RunId = NewType("RunId", int)


class RunState(StrEnum):
    """A run is published with its plan; withdrawing the plan withdraws it; closing the day ends it."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One route handed to a driver. ``accepted_at`` None: no vendor has promised it; ``driver_code`` empty: none is named yet."""

    id: RunId
    version_id: int
    route_id: int
    number: int
    day: date
    slot: str
    kitchen_code: str
    vendor_code: str
    driver_code: str
    vehicle_code: str
    state: RunState
    published_at: datetime
    withdrawn_at: datetime | None = None
    replaces_run_id: RunId | None = None
    accepted_at: datetime | None = None
    begun_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTotal:
    """One kind of box to be counted before leaving. ``label`` is in the reader's language; ``sealed`` travels in its own box."""

    label: str
    diets: tuple[str, ...]
    dish_name: str
    size: str
    portions: int
    sealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverBrief:
    """For a new face: who comes otherwise (a colleague's name), at what hour, how slowly the door opens; or that nobody came lately."""

    usual_driver: str = ""
    usual_s: int | None = None
    opens_s: int | None = None
    first_ever: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestItem:
    """One book line at a stop: a person, with the full name for the driver of the day."""

    book_line_id: int
    resident_id: int
    name: str
    phone: str
    door: str
    door_note: str
    diets: tuple[str, ...]
    strict: bool
    dish_name: str
    size: str
    quantity: int
    cash_due_fen: int
    handover: str
    new_face: bool
    contact_name: str
    contact_phone: str
    brief: HandoverBrief | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestStop:
    """A door or building; ``position`` counts stops through the whole route. ``margin_s`` is the heat left at the last door."""

    position: int
    visit_id: int
    trip: int
    arrival_s: int
    window_from_s: int | None
    window_to_s: int | None
    address: str
    margin_s: int | None
    station_bulk: bool
    station_code: str
    lon: float | None
    lat: float | None
    portions: int
    items: tuple[ManifestItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestTrip:
    """What happens between two loadings."""

    number: int
    load_at_s: int
    leave_s: int
    portions: int
    stops: tuple[ManifestStop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The whole sheet of one run. ``portions`` = sum of the load totals = sum over the stops."""

    run_id: int
    day: date
    slot: str
    number: int
    version_number: int
    kitchen_code: str
    kitchen_name: str
    driver_code: str
    driver_name: str
    vehicle_code: str
    vehicle_kind: str
    plate: str
    packed_at_s: int
    depart_s: int
    last_stop_s: int
    back_s: int
    eat_by_s: int
    portions: int
    stops: int
    cash_total_fen: int
    load_totals: tuple[LoadTotal, ...]
    trips: tuple[ManifestTrip, ...]
    link_url: str = ""
    sheet_code: str = ""
    """By which the sheet is keyed back in (``sheet_codes``); empty for one that is not."""
    note: str = ""
    banner: str = ""
    """In large type over everything: the sheet is no published one, or only a part."""
    marks: Mapping[int, str] = field(default_factory=dict)
    """Visit → a word beside the stop's number, where the sheet replaces an earlier one and says something else."""
