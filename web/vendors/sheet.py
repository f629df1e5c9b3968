"""Everything that a vendor's page shows, gathered within the reader's scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.dispatch import vendor_exit, vendor_stop
from mealroute.dispatch.exit_records import ExitRecord
from mealroute.dispatch.vendor_stop import StoppedRun
from mealroute.vendors import life_queries, life_rules, queries, rules
from mealroute.vendors.area_records import BackupRecord, StreetContractRecord
from mealroute.vendors.life_records import ChecklistLine, IncidentRecord, StepRecord
from mealroute.vendors.records import (
    DriverRecord,
    KitchenRecord,
    StationRecord,
    ValidityWarning,
    VehicleRecord,
    VendorRecord,
    VendorState,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSheet:
    """One vendor with all that hangs on it. ``certificates``: what is wrong with drivers' papers, by driver."""

    vendor: VendorRecord
    warnings: tuple[ValidityWarning, ...]
    next_states: tuple[VendorState, ...]
    drivers: tuple[DriverRecord, ...]
    certificates: dict[str, ValidityWarning]
    vehicles: tuple[VehicleRecord, ...]
    kitchens: tuple[KitchenRecord, ...]
    stations: tuple[StationRecord, ...]
    contracts: tuple[StreetContractRecord, ...]
    backups: tuple[BackupRecord, ...]
    history: tuple[StepRecord, ...]
    checklist: tuple[ChecklistLine, ...]
    incidents: tuple[IncidentRecord, ...]
    stopped: tuple[StoppedRun, ...]
    exits: tuple[ExitRecord, ...]

    @property
    def open_items(self) -> int:
        return len(life_rules.still_open(self.checklist))


def sheet_of(db: Session, vendor_id: int, *, actor: Actor, clock: Clock) -> VendorSheet:
    """Gather the page. A vendor's own people read of reports only what was confirmed. Raises NotFound outside the scope."""
    today = clock.today()
    vendor = queries.vendor_by_id(db, vendor_id, scope=actor.scope, on=today)
    own = Scope(vendor=vendor.code)
    drivers = queries.drivers(db, scope=own)
    papers = [warning for driver in drivers for warning in rules.driver_warnings(driver, today)]
    incidents = life_queries.incidents(db, vendor_code=vendor.code)
    if actor.scope.vendor is not None:
        incidents = tuple(each for each in incidents if each.confirmed)
    return VendorSheet(
        vendor=vendor, warnings=rules.vendor_warnings(vendor, today), next_states=life_rules.NEXT[vendor.state], drivers=drivers,
        certificates={warning.subject: warning for warning in papers}, vehicles=queries.vehicles(db, scope=own),
        kitchens=queries.kitchens(db, scope=own),
        stations=tuple(each for each in queries.stations(db) if each.operator_vendor_code == vendor.code),
        contracts=queries.street_contracts(db, scope=own),
        backups=tuple(each for each in queries.all_backups(db, today) if each.code == vendor.code),
        history=life_queries.history(db, vendor.code), checklist=life_queries.checklist(db, vendor.code, today), incidents=incidents,
        stopped=vendor_stop.stopped_runs(db, clock=clock, scope=actor.scope, vendor_code=vendor.code),
        exits=vendor_exit.exits(db, vendor.code) if actor.scope.vendor is None else (),
    )  # fmt: skip
