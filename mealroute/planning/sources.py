"""What a routing problem is built from, and which kitchen can cook and carry what. Pure, like build.py which uses it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from mealroute.core.slots import MealSlot
from mealroute.experience.records import DoorMemory, DoorUse
from mealroute.menus.records import Compartment
from mealroute.orders.records import BookLineRecord
from mealroute.planning import rules
from mealroute.planning.face_records import UsualRoute
from mealroute.planning.records import Batch, PlanVersionId
from mealroute.planning.rules import FacePrice, Policy
from mealroute.planning.work_records import Workload
from mealroute.residents.records import Diet
from mealroute.vendors.records import FleetUnit, KitchenRecord

Known = Mapping[int, DoorMemory]
"""Resident id → whom they know and when they are used to their meal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanParts:
    """What a problem is built from. ``owners`` names who answers for a line without a place, by street code.

    ``held``: order → number of the stop that it belongs to already; its lines stay together and apart from others.
    ``workload``: who has worked how much in the past weeks. ``streets``: street code → the price that the street set itself; the others have the one of the policy.
    ``doors``: resident → how their door opens, by measured visits.
    """

    slot: MealSlot
    lines: tuple[BookLineRecord, ...]
    units: tuple[FleetUnit, ...]
    kitchens: tuple[KitchenRecord, ...]
    compartments: Mapping[str, Compartment]
    known: Known
    owners: Mapping[str, str]
    policy: Policy
    held: Mapping[int, int] = field(default_factory=dict)
    streets: Mapping[str, FacePrice] = field(default_factory=dict)
    workload: Workload = field(default_factory=Workload)
    doors: Mapping[int, DoorUse] = field(default_factory=dict)

    def price_of(self, street_code: str) -> FacePrice:
        """What the resident's street pays for faces and hours."""
        prices = self.policy.prices
        return self.streets.get(street_code) or FacePrice(prices.known_face, prices.usual_hour)

    def faces_of(self, line: BookLineRecord) -> Mapping[str, int]:
        """Driver → seconds credited if that driver comes; known faces only."""
        price, memory = self.price_of(line.street_code), self.known.get(line.resident_id)
        return {driver: rules.face_credit(price, how) for driver, how in memory.faces.items()} if memory else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A day's closed book and everything else that a search needs, before travel times: what is read in one short transaction."""

    day: date
    parts: PlanParts
    book_digest: str
    parent_id: PlanVersionId | None
    numbers: Mapping[str, int]
    before: tuple[UsualRoute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CookingKitchen:
    """A kitchen that cooks in this slot and has vehicles; what decides which meals it may take."""

    record: KitchenRecord
    batches: tuple[Batch, ...]
    units: tuple[FleetUnit, ...]
    ride_limit_s: int
    diets: frozenset[str] = field(init=False)
    halal_vehicles: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "diets", self.record.diets | {str(Diet.NORMAL)})
        object.__setattr__(self, "halal_vehicles", any(unit.vehicle.halal_marked for unit in self.units))

    @property
    def code(self) -> str:
        return self.record.code

    def takes(self, line: BookLineRecord) -> bool:
        return rules.needed_diets(line) <= self.diets and (self.halal_vehicles or not rules.is_halal(line))


@dataclass(frozen=True, slots=True)
class Sizes:
    """Compartments as amounts: (hot,), or (hot, cold, both) on days with cold dishes, so that totals bind as well."""

    cold: bool

    def of(self, hot: int, cold: int) -> tuple[int, ...]:
        return (hot, cold, hot + cold) if self.cold else (hot + cold,)

    def capacity(self, unit: FleetUnit) -> tuple[int, ...]:
        vehicle = unit.vehicle
        return self.of(vehicle.hot_boxes, vehicle.cold_boxes) if self.cold else (vehicle.hot_boxes,)

    def demand(self, lines: Sequence[BookLineRecord], compartments: Mapping[str, Compartment]) -> tuple[int, ...]:
        cold = sum(line.quantity for line in lines if compartments.get(line.dish_code or "") is Compartment.COLD)
        return self.of(sum(line.quantity for line in lines) - cold, cold)

    def depot(self, capacity: int) -> tuple[int, ...]:
        return (capacity,) * (3 if self.cold else 1)


def cooking_kitchens(parts: PlanParts) -> tuple[CookingKitchen, ...]:
    """Kitchens with a batch in this slot and a vehicle whose shift reaches it, by code."""
    found = []
    for kitchen in sorted(parts.kitchens, key=lambda each: each.code):
        batches = tuple(
            Batch(cooked_s=b.cooked_at_s, ready_s=b.ready_at_s, eat_by_s=b.eat_by_s)
            for b in kitchen.batches_for(parts.slot)
        )
        units = tuple(
            unit
            for unit in sorted(parts.units, key=lambda each: each.vehicle.code)
            if unit.vehicle.kitchen_code == kitchen.code and batches and unit.shift_end_s > batches[0].ready_s
        )
        if units:
            slowest = max(unit.vehicle.load_duration_s for unit in units)
            limit = rules.ride_limit_s(batches, slowest, parts.policy.times)
            found.append(CookingKitchen(record=kitchen, batches=batches, units=units, ride_limit_s=limit))
    return tuple(found)
