"""The words of the kitchen: what to cook, how to pack, what to write on a box."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class DishCount:
    """How many portions of one dish in one size."""

    dish_code: str
    dish_name: str
    size: str
    portions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DietGroup:
    """All portions of one set of diets; an empty ``diets`` is the ordinary meal. The subtotal stands above its rows."""

    diets: tuple[str, ...]
    strict: bool
    subtotal: int
    rows: tuple[DishCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Portions that must be ready to load at one time (seconds since local midnight), with the routes that take them."""

    load_at_s: int
    portions: int
    routes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSheet:
    """One cooking of a kitchen: what the trips take that load while it is the newest one ready."""

    cooked_at_s: int
    ready_at_s: int
    eat_by_s: int
    portions: int
    dishes: tuple[DishCount, ...]
    groups: tuple[DietGroup, ...]
    departures: tuple[Departure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KitchenSheet:
    """One kitchen's count for a meal. Times are seconds since local midnight, those of the first batch.

    ``batches`` split the same portions by cooking; a batch that no trip takes is left out.
    """

    kitchen_code: str
    kitchen_name: str
    capacity: int
    cooked_at_s: int
    ready_at_s: int
    eat_by_s: int
    portions: int
    dishes: tuple[DishCount, ...]
    groups: tuple[DietGroup, ...]
    departures: tuple[Departure, ...]
    batches: tuple[BatchSheet, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How long packing takes: seconds for a trip, and for each portion of it (data/rules/kitchen.yaml)."""

    base_s: int = 0
    portion_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingTrip:
    """What goes into the boxes of one trip of one route.

    It has to be packed by ``load_at_s``, so packing begins at ``pack_from_s``. ``cold`` of the ``portions`` travel in the cold
    boxes. ``content`` is a digest of all that is in the boxes: another content is another thing to pack.
    """

    route: int
    trip: int
    kitchen_code: str
    driver_name: str
    vehicle: str
    vehicle_code: str
    pack_from_s: int
    load_at_s: int
    leave_s: int
    cooked_at_s: int
    eat_by_s: int
    portions: int
    cold: int
    stops: int
    content: str
    rows: tuple[DietGroup, ...]

    @property
    def hot(self) -> int:
        return self.portions - self.cold

    @property
    def too_tight(self) -> bool:
        """Packing would have to begin before the food is cooked: the trip will load late unless more hands pack."""
        return self.pack_from_s < self.cooked_at_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The sticker of one box. ``dish_name`` is empty where no dish on the menu suits: the kitchen writes it by hand."""

    kitchen_code: str
    route: int
    position: int
    resident_name: str
    dish_name: str
    diets: tuple[str, ...]
    strict: bool
    size: str
    part: int
    parts: int
    made_at_s: int
    eat_by_s: int

    @property
    def special(self) -> bool:
        return bool(self.diets) or not self.dish_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionSheet:
    """Everything the kitchens need for one plan version; ``portions`` equals what the plan carries."""

    day: date
    slot: str
    version: int
    portions: int
    kitchens: tuple[KitchenSheet, ...]
    packing: tuple[PackingTrip, ...]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPortion:
    """One book line on its route: the row from which every count is made.

    ``cooked_at_s``, ``ready_at_s`` and ``eat_by_s`` are those of the batch that its trip loads.
    """

    book_line_id: int
    kitchen_code: str
    route: int
    trip: int
    position: int
    load_at_s: int
    leave_s: int
    resident_name: str
    dish_code: str
    dish_name: str
    diets: tuple[str, ...]
    strict: bool
    size: str
    quantity: int
    driver_name: str = ""
    vehicle: str = ""
    vehicle_code: str = ""
    cold: bool = False
    cooked_at_s: int = 0
    ready_at_s: int = 0
    eat_by_s: int = 0
    order_id: int = 0


class TripState(StrEnum):
    """Where a trip stands at the packing bench, the most urgent first."""

    CHANGED = "changed"
    LATE = "late"
    NOW = "now"
    AHEAD = "ahead"
    PACKED = "packed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Somebody ticked a trip as packed, or took the tick back; ``content`` is what was in the boxes then."""

    number: int
    content: str
    portions: int
    packed: bool
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchTrip:
    """A trip at the packing bench with its tick, if it has one."""

    trip: PackingTrip
    state: TripState
    tick: Tick | None
