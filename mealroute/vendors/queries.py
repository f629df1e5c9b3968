"""Reads of the register: vendors, kitchens, stations, and the fleet of a day."""

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


def vendors(db: Session, *, scope: Scope | None = None) -> tuple[VendorRecord, ...]:
    """Every vendor by code; a vendor's own people see only their own."""
    query = select(models.Vendor).order_by(models.Vendor.code)
    if scope is not None and scope.vendor is not None:
        query = query.where(models.Vendor.code == scope.vendor)
    return tuple(_vendor(row) for row in db.scalars(query))


def kitchens(db: Session, *, scope: Scope | None = None) -> tuple[KitchenRecord, ...]:
    """Every kitchen by code, with its diets and batches; three statements."""
    diets: dict[str, set[str]] = defaultdict(set)
    for diet in db.scalars(select(models.KitchenDiet)):
        diets[diet.kitchen_code].add(diet.diet)
    batches: dict[str, list[BatchRecord]] = defaultdict(list)
    for batch in db.scalars(select(models.KitchenBatch).order_by(models.KitchenBatch.ready_at_s)):
        record = BatchRecord(
            slot=MealSlot(batch.slot), cooked_at_s=batch.cooked_at_s, ready_at_s=batch.ready_at_s, eat_by_s=batch.eat_by_s
        )  # fmt: skip
        batches[batch.kitchen_code].append(record)
    query = select(models.Kitchen).order_by(models.Kitchen.code)
    if scope is not None and scope.vendor is not None:
        query = query.where(models.Kitchen.vendor_code == scope.vendor)
    if scope is not None and scope.kitchen is not None:
        query = query.where(models.Kitchen.code == scope.kitchen)
    return tuple(
        KitchenRecord(
            code=row.code, name=row.name, vendor_code=row.vendor_code, street_code=row.street_code, address=row.address,
            point=LonLat(row.lon, row.lat), daily_capacity=row.daily_capacity, loading_places=row.loading_places,
            diets=frozenset(diets[row.code]), batches=tuple(batches[row.code]),
        )
        for row in db.scalars(query)
    )  # fmt: skip


def stations(db: Session, *, scope: Scope | None = None) -> tuple[StationRecord, ...]:
    """Every hub and station by code; with a scope those of its streets."""
    return tuple(
        StationRecord(
            code=row.code, name=row.name, kind=StationKind(row.kind), street_code=row.street_code, address=row.address,
            point=None if row.lon is None or row.lat is None else LonLat(row.lon, row.lat), phone=row.phone,
            operator_vendor_code=row.operator_vendor_code,
        )
        for row in db.scalars(select(models.Station).order_by(models.Station.code))
        if scope is None or scope.sees_street(row.street_code)
    )  # fmt: skip


def drivers(db: Session, *, scope: Scope) -> tuple[DriverRecord, ...]:
    """Drivers by code, within the vendor, kitchen and person of the scope."""
    row = models.Driver
    query = select(row).order_by(row.code)
    if scope.vendor is not None:
        query = query.where(row.vendor_code == scope.vendor)
    if scope.kitchen is not None:
        query = query.where(row.kitchen_code == scope.kitchen)
    if scope.driver is not None:
        query = query.where(row.code == scope.driver)
    return tuple(_driver(item) for item in db.scalars(query))


def vehicles(db: Session, *, scope: Scope | None = None) -> tuple[VehicleRecord, ...]:
    """Vehicles by code; a kitchen's own people see only their own."""
    query = select(models.Vehicle).order_by(models.Vehicle.code)
    if scope is not None and scope.kitchen is not None:
        query = query.where(models.Vehicle.kitchen_code == scope.kitchen)
    return tuple(_vehicle(item) for item in db.scalars(query))


def roster(db: Session, day: date, *, scope: Scope | None = None) -> Roster:
    """Who drives what on ``day``; iterating gives the pairs, ``gaps`` says what stays behind and why.

    Pairs are made among everybody, then limited to the kitchens of the scope.
    """
    everyone = drivers(db, scope=Scope.everything())
    found = rules.roster(day, vehicles(db), everyone, vendors=vendors(db))
    if scope is None or (scope.vendor is None and scope.kitchen is None):
        return found
    own = {kitchen.code for kitchen in kitchens(db, scope=scope)}
    return Roster(
        day=day,
        units=tuple(unit for unit in found.units if unit.vehicle.kitchen_code in own),
        gaps=tuple(gap for gap in found.gaps if gap.kitchen_code in own),
    )


fleet = roster
"""The same under the name that planning uses."""


def warnings(db: Session, day: date, *, scope: Scope) -> tuple[ValidityWarning, ...]:
    """Papers that have run out or soon will, blocking ones first."""
    found = [warning for vendor in vendors(db, scope=scope) for warning in rules.vendor_warnings(vendor, day)]
    for driver in drivers(db, scope=scope):
        found.extend(rules.driver_warnings(driver, day))
    return tuple(sorted(found, key=lambda item: (not item.blocks, item.due or date.max, item.subject, item.code)))


def _vendor(row: models.Vendor) -> VendorRecord:
    return VendorRecord(
        code=row.code, name=row.name, uscc=row.uscc, type=VendorType(row.type),
        supply_mode=None if row.supply_mode is None else SupplyMode(row.supply_mode), contact_name=row.contact_name,
        licence_no=row.licence_no, licence_kind=row.licence_kind, licence_valid_to=row.licence_valid_to,
        filing_no=row.filing_no, contract_no=row.contract_no, contract_from=row.contract_from, contract_to=row.contract_to,
        state=VendorState(row.state), street_codes=tuple(row.street_codes), has_phone=row.phone is not None,
    )  # fmt: skip


def _driver(row: models.Driver) -> DriverRecord:
    return DriverRecord(
        code=row.code, name=row.name, phone=row.phone, vendor_code=row.vendor_code, kitchen_code=row.kitchen_code,
        shift_start_s=row.shift_start_s, shift_end_s=row.shift_end_s, volunteer=row.volunteer,
        health_certificate_to=row.health_certificate_to, weekdays=row.weekdays, active=row.active,
    )  # fmt: skip


def _vehicle(row: models.Vehicle) -> VehicleRecord:
    return VehicleRecord(
        code=row.code, plate=row.plate, kind=VehicleKind(row.kind), profile=row.profile, kitchen_code=row.kitchen_code,
        hot_boxes=row.hot_boxes, cold_boxes=row.cold_boxes, halal_marked=row.halal_marked, driver_code=row.driver_code,
        fixed_fen=row.fixed_fen, per_km_fen=row.per_km_fen, per_hour_fen=row.per_hour_fen, max_trips=row.max_trips,
        load_duration_s=row.load_duration_s, active=row.active,
    )  # fmt: skip
