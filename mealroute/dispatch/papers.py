"""The gate before work is handed out: vendors in a working state, their papers, and drivers' certificates, on the service day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import Conflict
from mealroute.core.i18n import _
from mealroute.vendors import queries as vendors
from mealroute.vendors import rules
from mealroute.vendors.records import DriverRecord, KitchenRecord, ValidityWarning, VehicleRecord, VendorRecord


class Parts(Protocol):
    """What of a route or run the gate looks at."""

    @property
    def kitchen_code(self) -> str: ...
    @property
    def driver_code(self) -> str: ...
    @property
    def vehicle_code(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Gate:
    """The register as of a day, to be asked about many routes."""

    day: date
    vendors: Mapping[str, VendorRecord]
    kitchens: Mapping[str, KitchenRecord]
    drivers: Mapping[str, DriverRecord]
    vehicles: Mapping[str, VehicleRecord]

    def vendors_of(self, route: Parts) -> frozenset[str]:
        """Codes of the vendors behind a route: who cooks, who employs the driver, whose vehicle it is."""
        held = (
            self.kitchens.get(route.kitchen_code),
            self.drivers.get(route.driver_code),
            self.vehicles.get(route.vehicle_code),
        )
        return frozenset(each.vendor_code for each in held if each is not None and each.vendor_code is not None)

    def against(self, route: Parts) -> tuple[ValidityWarning, ...]:
        """Why a route may not go out on the day, each reason once; empty = it may."""
        codes = sorted(self.vendors_of(route) & set(self.vendors))
        found = [reason for code in codes for reason in rules.may_work(self.vendors[code], self.day)]
        driver = self.drivers.get(route.driver_code)
        if driver is not None:
            found += [reason for reason in rules.driver_warnings(driver, self.day) if reason.blocks]
        return tuple({(reason.subject, reason.code): reason for reason in found}.values())


def gate(db: Session, day: date) -> Gate:
    """The register as of ``day``."""
    return Gate(
        day=day,
        vendors={vendor.code: vendor for vendor in vendors.vendors(db, on=day)},
        kitchens={kitchen.code: kitchen for kitchen in vendors.kitchens(db)},
        drivers={driver.code: driver for driver in vendors.drivers(db, scope=Scope.everything())},
        vehicles={vehicle.code: vehicle for vehicle in vendors.vehicles(db)},
    )


def refuse_without(db: Session, day: date, routes: Iterable[Parts]) -> None:
    """Raises Conflict ``papers-over`` where a vendor or driver of these routes may not be given work on ``day``. No reason overrides it."""
    asked = gate(db, day)
    reasons = tuple(dict.fromkeys(reason for route in routes for reason in asked.against(route)))
    if reasons:
        raise Conflict(
            "papers-over",
            _("These may not be given work on this day: %(codes)s.", codes=", ".join(dict.fromkeys(each.subject for each in reasons))),
            _("Plan again without them; %(why)s", why=" ".join(dict.fromkeys(each.sentence for each in reasons))),
            reasons=reasons,
        )  # fmt: skip
