"""The words for what differs between two versions of one day's plan. Times are seconds since local midnight."""

from dataclasses import dataclass
from enum import StrEnum

from mealroute.planning.records import PlanVersionSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Meal:
    """What a comparison knows of a book line. An amended order has a new line but stays the same order."""

    order_id: int
    portions: int
    diets: tuple[str, ...] = ()
    dish_code: str = ""
    size: str = ""

    @property
    def kind(self) -> tuple[tuple[str, ...], str, str]:
        """What is in the box: portions of one kind are counted together."""
        return self.diets, self.dish_code, self.size


class MealChangeKind(StrEnum):
    """What became of one order between two versions; the first that applies."""

    ADDED = "added"
    CANCELLED = "cancelled"
    PLACED = "placed"
    LEFT_OUT = "left-out"
    MOVED = "moved"
    CHANGED = "changed"
    RETIMED = "retimed"
    REORDERED = "reordered"


class StopChangeKind(StrEnum):
    """What became of one stop of a route; the first that applies."""

    ADDED = "added"
    GONE = "gone"
    CHANGED = "changed"
    REORDERED = "reordered"
    RETIMED = "retimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where a meal rides in one version; ``stop`` counts through the route, as on the driver's sheet."""

    route: int
    vehicle_code: str
    driver_code: str
    kitchen_code: str
    trip: int
    stop: int
    visit_id: int
    begin_s: int
    station_code: str
    new_face: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MealChange:
    """One order that is not as it was. ``before`` or ``after`` None: not on any route of that version."""

    order_id: int
    kind: MealChangeKind
    old_line: int | None
    new_line: int | None
    old_portions: int
    new_portions: int
    before: Seat | None
    after: Seat | None

    @property
    def shift_s(self) -> int | None:
        """How much later the visit begins; negative is earlier."""
        if self.before is None or self.after is None:
            return None
        return self.after.begin_s - self.before.begin_s


@dataclass(frozen=True, slots=True, kw_only=True)
class StopChange:
    """One stop of a route that is not as it was; ``lines`` are those of the new stop, of the old one where it is gone."""

    kind: StopChangeKind
    old_stop: int | None
    new_stop: int | None
    old_begin_s: int | None
    new_begin_s: int | None
    old_portions: int
    new_portions: int
    trip: int
    visit_id: int
    lines: tuple[int, ...]
    station_code: str = ""


@dataclass(frozen=True, slots=True)
class LoadChange:
    """Portions of one kind of box before and after."""

    diets: tuple[str, ...]
    dish_code: str
    size: str
    old: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteLook:
    """One route of one version in figures; ``loads`` gives (loading begins, leaves, portions) of each trip."""

    id: int
    number: int
    vehicle_code: str
    driver_code: str
    kitchen_code: str
    portions: int
    stops: int
    distance_m: int
    travel_s: int
    starts_s: int
    ends_s: int
    new_faces: int
    loads: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChange:
    """A route before and after; one that begins or ends has one side only. ``new.portions = old.portions + joined − left``."""

    old: RouteLook | None
    new: RouteLook | None
    stops: tuple[StopChange, ...]
    loads: tuple[LoadChange, ...]
    joined: int
    left: int
    loading_moved: bool

    @property
    def driver_changed(self) -> bool:
        return self.old is None or self.new is None or self.old.driver_code != self.new.driver_code

    @property
    def vehicle_changed(self) -> bool:
        return self.old is None or self.new is None or self.old.vehicle_code != self.new.vehicle_code

    @property
    def renumbered(self) -> bool:
        return self.old is not None and self.new is not None and self.old.number != self.new.number

    @property
    def touched(self) -> bool:
        """Whether the driver's sheet says something else than before."""
        return bool(
            self.stops or self.loads or self.loading_moved or self.driver_changed or self.vehicle_changed or self.renumbered
        )  # fmt: skip

    @property
    def drivers(self) -> frozenset[str]:
        """Who drove it, who drives it."""
        return frozenset(look.driver_code for look in (self.old, self.new) if look is not None and look.driver_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class TripChange:
    """What a kitchen packs for one trip of one route, before and after; a trip that begins or ends has one side only."""

    route: int
    trip: int
    old_portions: int
    new_portions: int
    old_load_s: int | None
    new_load_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KitchenChange:
    """What a kitchen cooks and packs differently; ``relabel`` are portions whose label says something else."""

    kitchen_code: str
    old_portions: int
    new_portions: int
    loads: tuple[LoadChange, ...]
    trips: tuple[TripChange, ...]
    relabel: int

    @property
    def touched(self) -> bool:
        return bool(self.loads or self.trips or self.relabel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Two versions of one day and slot side by side.

    ``new.ordered = old.ordered + added − cancelled`` in portions; no order stands in ``meals`` twice, an order that is
    as it was stands in none.
    """

    old: PlanVersionSummary
    new: PlanVersionSummary
    meals: tuple[MealChange, ...]
    routes: tuple[RouteChange, ...]
    kitchens: tuple[KitchenChange, ...]
    added: int
    cancelled: int
    old_new_faces: int
    new_new_faces: int

    @property
    def touched(self) -> tuple[RouteChange, ...]:
        """Routes whose sheet says something else than before."""
        return tuple(route for route in self.routes if route.touched)

    @property
    def holds(self) -> bool:
        """The equation of the orders."""
        return self.new.ordered == self.old.ordered + self.added - self.cancelled
