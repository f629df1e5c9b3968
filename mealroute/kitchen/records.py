"""The words of the kitchen: what to cook, how to pack, what to write on a box."""

from dataclasses import dataclass
from datetime import date


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
class KitchenSheet:
    """One kitchen's count for a meal. Times are seconds since local midnight."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingTrip:
    """What goes into the boxes of one trip of one route."""

    route: int
    trip: int
    kitchen_code: str
    driver_name: str
    vehicle: str
    load_at_s: int
    leave_s: int
    portions: int
    stops: int
    rows: tuple[DietGroup, ...]


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
    """One book line on its route: the row from which every count is made."""

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
