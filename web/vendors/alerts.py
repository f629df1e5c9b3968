"""What today's board says about vendors: papers that block or soon will on the day, and runs that must be handed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mealroute.accounts import rules
from mealroute.accounts.records import Permission
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.text import mask_name
from mealroute.dispatch import vendor_stop
from mealroute.dispatch.vendor_stop import StoppedRun
from mealroute.vendors import queries
from mealroute.vendors.records import ValidityWarning

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class VendorAlerts:
    """``warnings`` with the name of whom each is about and, for a vendor, the number of its page."""

    warnings: tuple[tuple[str, int | None, ValidityWarning], ...]
    stopped: tuple[StoppedRun, ...]

    @property
    def blocking(self) -> int:
        return sum(warning.blocks for _name, _page, warning in self.warnings)


def vendor_alerts(db: Session, day: date, *, actor: Actor, clock: Clock) -> VendorAlerts:
    """Papers for those who may see vendors; runs to hand on for everybody, within their scope."""
    stopped = vendor_stop.stopped_runs(db, clock=clock, scope=actor.scope)
    if not rules.may(actor, Permission.VENDORS_VIEW):
        return VendorAlerts((), stopped)
    vendors = {vendor.code: vendor for vendor in queries.vendors(db, scope=actor.scope, on=day)}
    drivers = {driver.code: driver for driver in queries.drivers(db, scope=actor.scope)}
    found: list[tuple[str, int | None, ValidityWarning]] = []
    for warning in queries.warnings(db, day, scope=actor.scope):
        vendor = vendors.get(warning.subject)
        if vendor is not None:
            found.append((vendor.name, vendor.id, warning))
        elif warning.subject in drivers:
            found.append((mask_name(drivers[warning.subject].name), None, warning))
    return VendorAlerts(tuple(found), stopped)
