"""Reads of the register of vendors, kitchens, stations and the fleet; each a statement or two."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.geo import LonLat
from mealroute.core.slots import MealSlot
from mealroute.vendors import models, rules
from mealroute.vendors.records import (
    BatchRecord,
    DriverRecord,
    FleetUnit,
    KitchenRecord,
    Roster,
    StationKind,
    StationRecord,
    SupplyMode,
    ValidityWarning,
    VehicleKind,
    VehicleRecord,
    VendorRecord,
    VendorState,
    VendorType,
)


def vendors(db: Session, *, scope: Scope) -> tuple[VendorRecord, ...]:
    """Every vendor of the register by code; a vendor's own people see only themselves."""
    query = select(models.Vendor).order_by(models.Vendor.code)
    if scope.vendor is not None:
        query = query.where(models.Vendor.code == scope.vendor)
    return tuple(_vendor(row) for row in db.scalars(query))


def kitchens(db: Session, *, scope: Scope | None = None) -> tuple[KitchenRecord, ...]:
    """Every kitchen with the diets that it can cook and its batches, by code."""
    diets: dict[str, set[str]] = defaultdict(set)
    for code, diet in db.execute(select(models.KitchenDiet.kitchen_code, models.KitchenDiet.diet)).tuples():
        diets[code].add(diet)
    batches: dict[str, list[BatchRecord]] = defaultdict(list)
    for batch in db.scalars(select(models.KitchenBatch).order_by(models.KitchenBatch.cooked_at_s)):
        times = {"cooked_at_s": batch.cooked_at_s, "ready_at_s": batch.ready_at_s, "eat_by_s": batch.eat_by_s}
        batches[batch.kitchen_code].append(BatchRecord(slot=MealSlot(batch.slot), **times))
    query = select(models.Kitchen).order_by(models.Kitchen.code)
    if scope is not None and scope.kitchen is not None:
        query = query.where(models.Kitchen.code == scope.kitchen)
    if scope is not None and scope.vendor is not None:
        query = query.where(models.Kitchen.vendor_code == scope.vendor)
    return tuple(
        KitchenRecord(
            code=row.code, name=row.name, vendor_code=row.vendor_code, street_code=row.street_code, address=row.address,
            point=LonLat(row.lon, row.lat), daily_capacity=row.daily_capacity, loading_places=row.loading_places,
            diets=frozenset(diets[row.code]), batches=tuple(batches[row.code]),
        )
        for row in db.scalars(query)
    )  # fmt: skip


def stations(db: Session, *, scope: Scope | None = None) -> tuple[StationRecord, ...]:
    """Hubs and stations by code; a limited scope sees its streets."""
    query = select(models.Station).order_by(models.Station.code)
    if scope is not None and scope.streets is not None:
        query = query.where(models.Station.street_code.in_(scope.streets))
    return tuple(
        StationRecord(
            code=row.code, name=row.name, kind=StationKind(row.kind), street_code=row.street_code, address=row.address,
            point=None if row.lon is None or row.lat is None else LonLat(row.lon, row.lat), phone=row.phone,
            operator_vendor_code=row.operator_vendor_code,
        )
        for row in db.scalars(query)
    )  # fmt: skip


def drivers(db: Session, *, scope: Scope | None = None) -> tuple[DriverRecord, ...]:
    """Drivers by code; a vendor's people see their own."""
    query = select(models.Driver).order_by(models.Driver.code)
    if scope is not None and scope.vendor is not None:
        query = query.where(models.Driver.vendor_code == scope.vendor)
    return tuple(
        DriverRecord(
            code=row.code, name=row.name, phone=row.phone, vendor_code=row.vendor_code, kitchen_code=row.kitchen_code,
            shift_start_s=row.shift_start_s, shift_end_s=row.shift_end_s, volunteer=row.volunteer,
            health_certificate_to=row.health_certificate_to, weekdays=row.weekdays, active=row.active,
        )
        for row in db.scalars(query)
    )  # fmt: skip


def vehicles(db: Session) -> tuple[VehicleRecord, ...]:
    """Vehicles by code."""
    return tuple(
        VehicleRecord(
            code=row.code, plate=row.plate, kind=VehicleKind(row.kind), profile=row.profile, kitchen_code=row.kitchen_code,
            hot_boxes=row.hot_boxes, cold_boxes=row.cold_boxes, halal_marked=row.halal_marked, driver_code=row.driver_code,
            fixed_fen=row.fixed_fen, per_km_fen=row.per_km_fen, per_hour_fen=row.per_hour_fen, max_trips=row.max_trips,
            load_duration_s=row.load_duration_s, active=row.active,
        )
        for row in db.scalars(select(models.Vehicle).order_by(models.Vehicle.code))
    )  # fmt: skip


def roster(db: Session, day: date) -> Roster:
    """Who drives what on ``day``, and what stays behind with the reason."""
    return rules.roster(day, vehicles(db), drivers(db))


def fleet(db: Session, day: date) -> tuple[FleetUnit, ...]:
    """The pairs of vehicle and driver that can go out on ``day``."""
    return roster(db, day).units


def warnings(db: Session, day: date, *, scope: Scope) -> tuple[ValidityWarning, ...]:
    """Papers that have run out or will within 30 days, the most urgent first."""
    found = [warning for vendor in vendors(db, scope=scope) for warning in rules.vendor_warnings(vendor, day)]
    found += [warning for driver in drivers(db, scope=scope) for warning in rules.driver_warnings(driver, day)]
    return tuple(sorted(found, key=lambda item: (not item.blocks, item.due or date.max, item.subject)))


def _vendor(row: models.Vendor) -> VendorRecord:
    return VendorRecord(
        code=row.code, name=row.name, uscc=row.uscc, type=VendorType(row.type),
        supply_mode=SupplyMode(row.supply_mode) if row.supply_mode else None, contact_name=row.contact_name,
        licence_no=row.licence_no, licence_kind=row.licence_kind, licence_valid_to=row.licence_valid_to,
        filing_no=row.filing_no, contract_no=row.contract_no, contract_from=row.contract_from, contract_to=row.contract_to,
        state=VendorState(row.state), street_codes=tuple(row.street_codes), has_phone=row.phone is not None,
    )  # fmt: skip
