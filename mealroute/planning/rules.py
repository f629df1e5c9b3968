"""How long a door takes, what a vehicle costs, how long a meal may ride: pure sums over policy figures.

Cost units. The solver adds up whole numbers; one unit is **one second of a reference driver**, so that familiarity
(seconds) and cost can be set against each other. Money becomes seconds through ``driver-hour``: at 3,000 fen an hour
one yuan is 120 units. docs/planning.md says the same to people.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from mealroute.experience.records import DoorUse
from mealroute.menus.records import DoorTimes, SlotTimes
from mealroute.orders.records import BookLineRecord, Delivery
from mealroute.planning.records import Batch
from mealroute.residents.records import Diet
from mealroute.vendors.records import VehicleRecord
from solver.problem import Costs

HALAL_SKILL = 1
"""Vehicles with a sealed halal box have it, stops with a halal meal ask for it."""
DIET_SKILLS = {str(diet): 100 + n for n, diet in enumerate(Diet)}
"""Depot skills: what a kitchen must be able to cook."""
HIGHEST_PRIORITY = 100
NO_USES: Mapping[int, DoorUse] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The figures of data/rules/planning.yaml that hold on a day: portions, seconds, fen. Field names are its keys."""

    stop_portions: int
    bulk_portions: int
    known_face: int
    usual_hour: int
    hour_tolerance: int
    memory_weeks: int
    memory_half_life: int
    moved_stop: int
    moved_minute: int
    moved_tolerance: int
    cook_again: int
    call_within: int
    overwork: int
    fairness_weeks: int
    driver_hour: int


@dataclass(frozen=True, slots=True)
class FacePrice:
    """What a street pays for its residents: seconds of travel for a known face, and for each minute nearer to the usual hour."""

    known_face: int
    usual_hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All figures that a day is planned with: the slot's clock and door times (service-times.yaml), and planning's own."""

    times: SlotTimes
    doors: DoorTimes
    prices: Prices


def setup_s(lines: Sequence[BookLineRecord], doors: DoorTimes) -> int:
    """Once on arriving: parking and the way to the building, or to the station's counter."""
    return doors.station_setup_s if lines[0].delivery is Delivery.STATION else doors.setup_s


def service_s(lines: Sequence[BookLineRecord], doors: DoorTimes, uses: Mapping[int, DoorUse] = NO_USES) -> int:
    """Time at a stop after setup: one handover a resident, with the way up and down; a station counts and signs once."""
    if lines[0].delivery is Delivery.STATION:
        return doors.sign_off_s + doors.station_box_s * sum(line.quantity for line in lines)
    return sum(door_s(line, doors, uses.get(line.resident_id)) for line in lines)


def door_s(line: BookLineRecord, doors: DoorTimes, use: DoorUse | None = None) -> int:
    """One resident: climb, knock, wait as long as this door does, hand over, come down."""
    way = 2 * use.stairs_s if use and use.stairs_s is not None else doors.way_s(line.floor, has_lift=line.has_lift)
    extra = use.extra_s if use else 0
    return doors.handover_s + extra + way + doors.further_portion_s * (line.quantity - 1)


def costs_of(vehicle: VehicleRecord, prices: Prices) -> Costs:
    """A vehicle's fen as cost units; one without an hourly cost has the reference driver's. ``overwork`` is priced in seconds a minute."""

    def units(fen: int) -> int:
        return round(fen * 3600 / prices.driver_hour)

    return Costs(
        fixed=units(vehicle.fixed_fen),
        per_hour=units(vehicle.per_hour_fen) if vehicle.per_hour_fen else 3600,
        per_km=units(vehicle.per_km_fen),
        overwork=60 * prices.overwork,
    )


def ride_limit_s(batches: tuple[Batch, ...], load_duration_s: int, times: SlotTimes) -> int:
    """The longest ride that keeps every portion of a kitchen within its own batch's eat-by.

    A trip takes the newest batch that is ready when it loads. Just before the next one is ready it still takes the old, so
    the ride may not exceed what is then left of the old one. The last eat-by is a moment, not a ride: it ends the windows.
    """
    changes = (old.eat_by_s - new.ready_s - load_duration_s for old, new in pairwise(batches))
    return max(0, min((times.ride_limit_s, *changes)))


def batch_at(batches: tuple[Batch, ...], loading_s: int) -> Batch:
    """The newest batch that is ready when a trip begins to load; the first where none is."""
    ready = [batch for batch in batches if batch.ready_s <= loading_s]
    return ready[-1] if ready else batches[0]


def needed_diets(line: BookLineRecord) -> frozenset[str]:
    """What the kitchen must be able to cook for a line; an ordinary meal asks for nothing."""
    return frozenset(line.diets) - {str(Diet.NORMAL)}


def is_halal(line: BookLineRecord) -> bool:
    return str(Diet.HALAL) in line.diets


def priority_of(lines: Iterable[BookLineRecord]) -> int:
    """People add up: leaving out a stop with two residents is worse than one; VROOM's scale ends at 100."""
    return min(HIGHEST_PRIORITY, sum(line.priority for line in lines))


def handover_end_s(begin_s: int, setup_s: int, service_s: int) -> int:
    """When the last resident of a stop has the meal."""
    return begin_s + setup_s + service_s


def food_margin_s(*, loaded_s: int, handed_over_s: int, ride_limit_s: int | None, eat_by_s: int | None) -> int | None:
    """Heat left at the door, as the resident sees it: until the ride limit or the eat-by, whichever comes first."""
    limits = [loaded_s + ride_limit_s] if ride_limit_s is not None else []
    if eat_by_s is not None:
        limits.append(eat_by_s)
    return min(limits) - handed_over_s if limits else None


def face_credit(price: FacePrice, familiar: float) -> int:
    """Seconds credited for a driver who is so familiar (0 to 1, the most familiar face is 1); a known one never counts as nobody."""
    return round(price.known_face * familiar)
