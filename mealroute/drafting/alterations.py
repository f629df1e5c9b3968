"""How a draft's ground may differ from the registers: a vehicle put in, and what a what-if supposes. Pure.

Each alteration is a small mapping that is kept with the ground, so that it is made again whenever the ground is built anew, and
shown to people until they have made it true:

``{"kind": "unit", "vehicle": code, "driver": code}``            one more vehicle with its driver
``{"kind": "kitchen-earlier", "kitchen": code, "earlier_s": n}``  a further batch, ready so much before the first
``{"kind": "wider-window", "minutes": n, "street": code or ""}``  windows of deliveries home open earlier and close later
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.drafting import mishaps
from mealroute.orders.records import BookLineRecord, Delivery
from mealroute.planning.sources import PlanParts
from mealroute.vendors.records import BatchRecord, DriverRecord, FleetUnit, KitchenRecord, VehicleRecord

Alteration = Mapping[str, Any]

UNIT, KITCHEN_EARLIER, WIDER_WINDOW = "unit", "kitchen-earlier", "wider-window"
SUPPOSED = frozenset({KITCHEN_EARLIER, WIDER_WINDOW})
"""Alterations that people have to make true (tell the kitchen, ask the residents) before the plan can be driven."""


def of_what_if(asked: Mapping[str, Any]) -> tuple[Alteration, ...]:
    """What a what-if supposes of kitchens and windows; a vehicle fewer is a matter of the arrangement."""
    found: list[Alteration] = []
    if asked.get("kitchen_code"):
        found.append({"kind": KITCHEN_EARLIER, "kitchen": asked["kitchen_code"], "earlier_s": asked["earlier_s"]})
    if asked.get("wider_minutes"):
        found.append({"kind": WIDER_WINDOW, "minutes": asked["wider_minutes"], "street": asked.get("street_code", "")})
    return tuple(found)


def alter(
    alterations: Iterable[Alteration],
    *,
    held: Mapping[int, int],
    vehicles: Mapping[str, VehicleRecord],
    drivers: Mapping[str, DriverRecord],
) -> Callable[[PlanParts], PlanParts]:
    """A function for ``planning.service.prepare``: all alterations in turn, and stops that stay together."""

    def altered(parts: PlanParts) -> PlanParts:
        parts = replace(parts, held=held)
        for each in alterations:
            match each["kind"]:
                case "unit":
                    parts = replace(parts, units=_with_unit(parts.units, each, vehicles, drivers))
                case "kitchen-earlier":
                    kitchens = tuple(_earlier(k, each, parts.slot) for k in parts.kitchens)
                    parts = replace(parts, kitchens=kitchens)
                case "wider-window":
                    parts = replace(parts, lines=tuple(_wider(line, each) for line in parts.lines))
                case kind if kind in mishaps.KINDS:
                    continue  # of the routing problem, not of what it is built from
                case unknown:
                    raise ValueError(f"unknown alteration {unknown}")
        return parts

    return altered


def _with_unit(
    units: Sequence[FleetUnit],
    wanted: Alteration,
    vehicles: Mapping[str, VehicleRecord],
    drivers: Mapping[str, DriverRecord],
) -> tuple[FleetUnit, ...]:
    """The roster with one more pair; who drove that vehicle, or what that driver drove, gives way."""
    vehicle, driver = vehicles.get(wanted["vehicle"]), drivers.get(wanted["driver"])
    if vehicle is None or driver is None:
        raise MealrouteError(
            "unit-unknown", _("This vehicle or driver is not in the register."), _("Choose from the list.")
        )
    kept = [unit for unit in units if unit.vehicle.code != vehicle.code and unit.driver.code != driver.code]
    return (*kept, FleetUnit(vehicle, driver))


def _earlier(kitchen: KitchenRecord, wanted: Alteration, slot: MealSlot) -> KitchenRecord:
    """A further batch before the first, cooked, ready and to be eaten so much earlier; no meal gets older for it."""
    if kitchen.code != wanted["kitchen"]:
        return kitchen
    batches = kitchen.batches_for(slot)
    if not batches:
        return kitchen
    by, first = int(wanted["earlier_s"]), batches[0]
    extra = BatchRecord(
        slot=slot, cooked_at_s=max(0, first.cooked_at_s - by), ready_at_s=max(0, first.ready_at_s - by),
        eat_by_s=max(first.eat_by_s - by, first.ready_at_s),
    )  # fmt: skip
    return replace(kitchen, batches=(extra, *kitchen.batches))


def _wider(line: BookLineRecord, wanted: Alteration) -> BookLineRecord:
    if line.delivery is not Delivery.HOME or (wanted.get("street") and line.street_code != wanted["street"]):
        return line
    by = 60 * int(wanted["minutes"])
    return replace(line, window_from_s=max(0, line.window_from_s - by), window_to_s=line.window_to_s + by)
