"""The words of this feature: who cooks, hands over and drives, and with what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from mealroute.core.geo import LonLat
from mealroute.core.money import Fen
from mealroute.core.slots import MealSlot

EVERY_DAY = 0b1111111


class VendorType(StrEnum):
    """What kind of business a vendor is (policy M25)."""

    CATERING = "catering"
    INSTITUTION = "institution"
    CARE_CENTRE = "care-centre"
    STATION = "station"
    DELIVERY_COMPANY = "delivery-company"
    CANTEEN = "canteen"


class SupplyMode(StrEnum):
    """How a vendor's meals reach people, in the order of preference for dispatch (policy D35)."""

    HUB_MAIN = "hub-main"
    INSTITUTION_RADIATING = "institution-radiating"
    CATERING_DISPERSED = "catering-dispersed"
    GROUP_MEAL_CHAIN = "group-meal-chain"
    ELDER_TABLE = "elder-table"


class VendorState(StrEnum):
    """Where a vendor stands in admission and exit (policy D05)."""

    APPLIED = "applied"
    ADMITTED = "admitted"
    PROBATION = "probation"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXITED = "exited"


WORKING_STATES = frozenset({VendorState.ADMITTED, VendorState.PROBATION, VendorState.ACTIVE})
"""States in which a vendor may be given work."""


class SizeClass(StrEnum):
    """How large a business is, as its licence file says (特大型, 大型, 中型, 小型)."""

    EXTRA_LARGE = "extra-large"
    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"


class StationKind(StrEnum):
    """A street's hub (街道综合为老服务中心) or a community's station (驿站)."""

    HUB = "hub"
    STATION = "station"


class VehicleKind(StrEnum):
    """What is driven; its road profile has the same spelling without the dash."""

    E_BIKE = "e-bike"
    VAN = "van"


PROFILES = {VehicleKind.E_BIKE: "ebike", VehicleKind.VAN: "van"}
"""Road profile of each kind (data/roads/profiles.yaml)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorRecord:
    """A vendor of the register. Dates are inclusive; ``None`` = not on file. ``street_codes`` empty = the whole district.

    ``capacity_lunch`` and ``capacity_dinner`` are portions a day that it may deliver, ``None`` = not stated. ``diets`` are those
    that it may deliver; empty = whatever the kitchen that cooks can.
    """

    id: int
    code: str
    name: str
    uscc: str
    type: VendorType
    supply_mode: SupplyMode | None
    contact_name: str
    licence_no: str
    licence_kind: str
    licence_valid_to: date | None
    filing_no: str
    contract_no: str
    contract_from: date | None
    contract_to: date | None
    state: VendorState
    street_codes: tuple[str, ...]
    has_phone: bool = False
    capacity_lunch: int | None = None
    capacity_dinner: int | None = None
    diets: frozenset[str] = frozenset()
    star: int | None = None
    star_on: date | None = None
    size_class: SizeClass | None = None

    def capacity_for(self, slot: MealSlot) -> int | None:
        """Portions of one slot that it may deliver; ``None`` = not stated."""
        return self.capacity_lunch if slot is MealSlot.LUNCH else self.capacity_dinner

    def serves(self, street_code: str) -> bool:
        """Whether the street lies in its service area."""
        return not self.street_codes or street_code in self.street_codes

    def delivers(self, diets: Iterable[str]) -> bool:
        """Whether it may deliver meals of these diets; ordinary ones need no word."""
        return not self.diets or set(diets) - {"normal"} <= self.diets


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRecord:
    """One cooking of one kitchen. Seconds since local midnight: cooked, loading may start, the last moment to eat."""

    slot: MealSlot
    cooked_at_s: int
    ready_at_s: int
    eat_by_s: int

    def __post_init__(self) -> None:
        if not 0 <= self.cooked_at_s <= self.ready_at_s < self.eat_by_s:
            raise ValueError("a batch must satisfy 0 <= cooked <= ready < eat-by")


@dataclass(frozen=True, slots=True, kw_only=True)
class KitchenRecord:
    """A kitchen where trips load. ``diets`` are those that it can cook; ``daily_capacity`` counts portions of one slot."""

    code: str
    name: str
    vendor_code: str
    street_code: str | None
    address: str
    point: LonLat
    daily_capacity: int
    loading_places: int
    diets: frozenset[str]
    batches: tuple[BatchRecord, ...]
    closed_on: date | None = None

    def is_open(self, day: date) -> bool:
        """Whether it still cooks on ``day``; ``closed_on`` is the first day without it."""
        return self.closed_on is None or day < self.closed_on

    def batches_for(self, slot: MealSlot) -> tuple[BatchRecord, ...]:
        """The batches of one slot, the earliest first."""
        return tuple(sorted((b for b in self.batches if b.slot is slot), key=lambda b: (b.ready_at_s, b.cooked_at_s)))


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRecord:
    """A place where people collect their meals and whose counter signs for the bulk box."""

    code: str
    name: str
    kind: StationKind
    street_code: str
    address: str
    point: LonLat | None
    phone: str | None
    operator_vendor_code: str | None


def works_on(day: date, weekdays: int, *, active: bool) -> bool:
    """Whether somebody works on a day; bit 0 of ``weekdays`` is Monday."""
    return active and bool(weekdays >> day.weekday() & 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRecord:
    """Someone who drives. The shift is in seconds since local midnight; bit 0 of ``weekdays`` is Monday."""

    code: str
    name: str
    phone: str | None
    vendor_code: str | None
    kitchen_code: str
    shift_start_s: int
    shift_end_s: int
    volunteer: bool
    health_certificate_to: date | None
    weekdays: int
    active: bool
    training_to: date | None = None

    def works_on(self, day: date) -> bool:
        return works_on(day, self.weekdays, active=self.active)


@dataclass(frozen=True, slots=True)
class DriverShift:
    """A driver's name and usual shift, for boards that draw many: nothing sealed has to be opened for it."""

    name: str
    start_s: int
    end_s: int
    weekdays: int
    active: bool

    def works_on(self, day: date) -> bool:
        return works_on(day, self.weekdays, active=self.active)


@dataclass(frozen=True, slots=True)
class VehiclePlate:
    """What a vehicle is called, for boards that draw many."""

    code: str
    plate: str
    kind: VehicleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleRecord:
    """A vehicle with its compartments (in boxes) and costs. ``profile`` names its travel times.

    Without ``vendor_code`` it belongs to the vendor of its kitchen.
    """

    code: str
    plate: str
    kind: VehicleKind
    profile: str
    kitchen_code: str
    hot_boxes: int
    cold_boxes: int
    halal_marked: bool
    driver_code: str | None
    fixed_fen: Fen
    per_km_fen: Fen
    per_hour_fen: Fen
    max_trips: int
    load_duration_s: int
    active: bool
    vendor_code: str | None = None


@dataclass(frozen=True, slots=True)
class FleetUnit:
    """A vehicle and who drives it that day."""

    vehicle: VehicleRecord
    driver: DriverRecord

    @property
    def shift_start_s(self) -> int:
        return self.driver.shift_start_s

    @property
    def shift_end_s(self) -> int:
        return self.driver.shift_end_s


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetGap:
    """A vehicle or driver that can't go out that day, why, and a sentence for the dispatcher."""

    vehicle_code: str | None
    driver_code: str | None
    kitchen_code: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who drives what on a day (iterating gives these), and what stays behind with the reason."""

    day: date
    units: tuple[FleetUnit, ...] = ()
    gaps: tuple[FleetGap, ...] = ()

    def __iter__(self) -> Iterator[FleetUnit]:
        return iter(self.units)

    def __len__(self) -> int:
        return len(self.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityWarning:
    """A paper that has run out or soon will. ``blocks``: no work may be given until it is mended."""

    subject: str
    code: str
    sentence: str
    blocks: bool
    due: date | None = field(default=None)
