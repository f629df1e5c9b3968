"""The gate before work is handed out: vendors in a working state, their papers, and drivers' certificates, on the service day."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import Conflict
from mealroute.core.i18n import _
from mealroute.planning.records import RouteRecord
from mealroute.vendors import queries as vendors
from mealroute.vendors import rules
from mealroute.vendors.records import ValidityWarning


def against(db: Session, day: date, routes: Iterable[RouteRecord]) -> tuple[ValidityWarning, ...]:
    """Why these routes may not go out on ``day``: who cooks, who drives and whose vehicle it is, each reason once."""
    register = {vendor.code: vendor for vendor in vendors.vendors(db, on=day)}
    kitchens = {kitchen.code: kitchen for kitchen in vendors.kitchens(db)}
    drivers = {driver.code: driver for driver in vendors.drivers(db, scope=Scope.everything())}
    vehicles = {vehicle.code: vehicle for vehicle in vendors.vehicles(db)}
    found: dict[tuple[str, str], ValidityWarning] = {}
    for route in routes:
        kitchen, driver = kitchens.get(route.kitchen_code), drivers.get(route.driver_code)
        vehicle = vehicles.get(route.vehicle_code)
        codes = {each.vendor_code for each in (kitchen, driver, vehicle) if each is not None}
        reasons = [reason for code in codes if code in register for reason in rules.may_work(register[code], day)]
        if driver is not None:
            reasons += [reason for reason in rules.driver_warnings(driver, day) if reason.blocks]
        found |= {(reason.subject, reason.code): reason for reason in reasons}
    return tuple(found[key] for key in sorted(found))


def refuse_without(db: Session, day: date, routes: Iterable[RouteRecord]) -> None:
    """Raises Conflict ``papers-over`` where a vendor or driver of these routes may not be given work on ``day``. No reason overrides it."""
    reasons = against(db, day, routes)
    if reasons:
        raise Conflict(
            "papers-over",
            _("These may not be given work on this day: %(codes)s.", codes=", ".join(dict.fromkeys(each.subject for each in reasons))),
            _("Plan again without them; %(why)s", why=" ".join(dict.fromkeys(each.sentence for each in reasons))),
            reasons=reasons,
        )  # fmt: skip
