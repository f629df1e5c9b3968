"""Reads of the register: vendors, kitchens, stations, and the fleet of a day."""

from collections import defaultdict
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.vendors import life_queries, models, rules
from mealroute.vendors import scores as kept_scores
from mealroute.vendors.area_models import StreetBackup, StreetContract
from mealroute.vendors.area_records import BackupKind, BackupRecord, StreetContractRecord
from mealroute.vendors.life_models import VendorStep
from mealroute.vendors.records import (
    BatchRecord,
    DriverRecord,
    DriverShift,
    KitchenRecord,
    Roster,
    SizeClass,
    StationKind,
    StationRecord,
    SupplyMode,
    ValidityWarning,
    VehicleKind,
    VehiclePlate,
    VehicleRecord,
    VendorRecord,
    VendorState,
    VendorType,
)


def vendors(db: Session, *, scope: Scope | None = None, on: date | None = None) -> tuple[VendorRecord, ...]:
    """Every vendor by code, in its state of today or of the day ``on``; a vendor's own people see only their own."""
    query = select(models.Vendor).order_by(models.Vendor.code)
    if scope is not None and scope.vendor is not None:
        query = query.where(models.Vendor.code == scope.vendor)
    states = {} if on is None else states_on(db, on)
    return tuple(_vendor(row, states.get(row.code)) for row in db.scalars(query))


def vendor(db: Session, code: str, *, scope: Scope | None = None, on: date | None = None) -> VendorRecord:
    """One vendor. Raises NotFound, also where it lies outside the scope."""
    row = db.scalar(select(models.Vendor).where(models.Vendor.code == code))
    if row is None or (scope is not None and scope.vendor not in {None, code}):
        raise no_vendor()
    return _vendor(row, None if on is None else state_on(db, code, on))


def vendor_by_id(db: Session, vendor_id: int, *, scope: Scope, on: date | None = None) -> VendorRecord:
    """One vendor by the number of its page. Raises NotFound, also where it lies outside the scope."""
    code = db.scalar(select(models.Vendor.code).where(models.Vendor.id == vendor_id))
    if code is None:
        raise no_vendor()
    return vendor(db, code, scope=scope, on=on)


def vendor_phones(db: Session) -> dict[str, str]:
    """Phone numbers of vendors by code, for those who must ring them."""
    rows = db.execute(select(models.Vendor.code, models.Vendor.phone)).tuples()
    return {code: phone for code, phone in rows if phone}


def may_work(db: Session, vendor_code: str, day: date) -> tuple[ValidityWarning, ...]:
    """Why a vendor may not be given work on ``day``; empty = it may. Raises NotFound for a code that is not in the register."""
    return rules.may_work(vendor(db, vendor_code, on=day), day)


def states_on(db: Session, day: date) -> dict[str, VendorState]:
    """The state on ``day`` of every vendor that has taken a step. Before its first step a vendor was what that step began from."""
    found: dict[str, VendorState] = {}
    for step in db.scalars(select(VendorStep).order_by(VendorStep.id)):
        if step.effective_on <= day:
            found[step.vendor_code] = VendorState(step.to_state)
        else:
            found.setdefault(step.vendor_code, VendorState(step.from_state or step.to_state))
    return found


def state_on(db: Session, vendor_code: str, day: date) -> VendorState | None:
    """The state of one vendor on ``day``; ``None`` where no step was ever recorded: what the register says has always held."""
    steps = db.scalars(select(VendorStep).where(VendorStep.vendor_code == vendor_code).order_by(VendorStep.id)).all()
    if not steps:
        return None
    taken = [step for step in steps if step.effective_on <= day]
    return VendorState(taken[-1].to_state if taken else steps[0].from_state or steps[0].to_state)


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
            diets=frozenset(diets[row.code]), batches=tuple(batches[row.code]), closed_on=row.closed_on,
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


def driver_shifts(db: Session) -> dict[str, DriverShift]:
    """Driver code → name and usual shift, by code."""
    row = models.Driver
    query = select(row.code, row.name, row.shift_start_s, row.shift_end_s, row.weekdays, row.active).order_by(row.code)
    return {
        code: DriverShift(name, start, end, weekdays, active)
        for code, name, start, end, weekdays, active in db.execute(query).tuples()
    }


def vehicle_plates(db: Session) -> dict[str, VehiclePlate]:
    """Vehicle code → plate and kind, by code."""
    row = models.Vehicle
    found = db.execute(select(row.code, row.plate, row.kind).order_by(row.code)).tuples()
    return {code: VehiclePlate(code, plate, VehicleKind(kind)) for code, plate, kind in found}


def vehicles(db: Session, *, scope: Scope | None = None) -> tuple[VehicleRecord, ...]:
    """Vehicles by code; a vendor's or kitchen's own people see only their own."""
    query = select(models.Vehicle).order_by(models.Vehicle.code)
    if scope is not None and scope.vendor is not None:
        query = query.where(owned_by(scope.vendor))
    if scope is not None and scope.kitchen is not None:
        query = query.where(models.Vehicle.kitchen_code == scope.kitchen)
    return tuple(_vehicle(item) for item in db.scalars(query))


def roster(db: Session, day: date, *, scope: Scope | None = None) -> Roster:
    """Who drives what on ``day``; iterating gives the pairs, ``gaps`` says what stays behind and why.

    Pairs are made among everybody, then limited to the kitchens of the scope.
    """
    everyone = drivers(db, scope=Scope.everything())
    found = rules.roster(day, vehicles(db), everyone, vendors=vendors(db, on=day), kitchens=kitchens(db))
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
    """What blocks vendors and drivers on ``day`` or soon will, blocking ones first. Applicants and who has left are not spoken of."""
    found = [
        warning
        for vendor in vendors(db, scope=scope, on=day)
        if vendor.state not in {VendorState.APPLIED, VendorState.EXITED}
        for warning in rules.vendor_warnings(vendor, day)
    ]
    for driver in drivers(db, scope=scope):
        found.extend(rules.driver_warnings(driver, day))
    return tuple(sorted(found, key=lambda item: (not item.blocks, item.due or date.max, item.subject, item.code)))


history = life_queries.history
"""Every step of a vendor, the newest first."""


def street_contracts(
    db: Session, *, day: date | None = None, scope: Scope | None = None
) -> tuple[StreetContractRecord, ...]:
    """Contracts of streets with vendors, by street and first day; with ``day`` those in force then."""
    query = select(StreetContract).order_by(StreetContract.street_code, StreetContract.valid_from, StreetContract.id)
    if scope is not None and scope.vendor is not None:
        query = query.where(StreetContract.vendor_code == scope.vendor)
    found = (
        StreetContractRecord(
            id=row.id, vendor_code=row.vendor_code, street_code=row.street_code, contract_no=row.contract_no,
            valid_from=row.valid_from, valid_to=row.valid_to, by_name=row.by_name,
        )
        for row in db.scalars(query)
    )  # fmt: skip
    return tuple(record for record in found if day is None or record.holds_on(day))


def backups(db: Session, street_code: str, day: date) -> tuple[BackupRecord, ...]:
    """Who stands in for a street on ``day``, first to be asked first. One that may not work then is named with why."""
    return tuple(record for record in all_backups(db, day) if record.street_code == street_code)


def all_backups(db: Session, day: date) -> tuple[BackupRecord, ...]:
    """The same for every street, by street and order."""
    row = StreetBackup
    query = select(row).where(row.valid_from <= day, (row.valid_to.is_(None)) | (row.valid_to >= day))
    companies = {vendor.code: vendor for vendor in vendors(db, on=day)}
    phones = vendor_phones(db)
    people = {driver.code: driver for driver in drivers(db, scope=Scope.everything())}
    found = []
    for entry in db.scalars(query.order_by(row.street_code, row.position, row.id)):
        company, person = companies.get(entry.vendor_code or ""), people.get(entry.driver_code or "")
        if company is not None:
            kind, code, name, phone = BackupKind.VENDOR, company.code, company.name, phones.get(company.code)
            against = rules.may_work(company, day)
        elif person is not None:
            kind, code, name, phone = BackupKind.VOLUNTEER, person.code, person.name, person.phone
            against = rules.driver_against(person, day)
        else:
            continue
        found.append(
            BackupRecord(
                id=entry.id, street_code=entry.street_code, position=entry.position, kind=kind, code=code, name=name, phone=phone,
                valid_from=entry.valid_from, valid_to=entry.valid_to, against=against,
            )
        )  # fmt: skip
    return tuple(found)


def owned_by(vendor_code: str) -> ColumnElement[bool]:
    """Vehicles of a vendor: its own, and those of its kitchens that are nobody else's."""
    kitchens_of = select(models.Kitchen.code).where(models.Kitchen.vendor_code == vendor_code)
    vehicle = models.Vehicle
    return (vehicle.vendor_code == vendor_code) | (
        vehicle.vendor_code.is_(None) & vehicle.kitchen_code.in_(kitchens_of)
    )


def no_vendor() -> NotFound:
    """What is said about a vendor that is not there, or not for this person."""
    return NotFound("vendor-not-found", _("There is no such vendor."))


def scores(db: Session) -> dict[str, int | None]:
    """Vendor → its newest score for what it delivered (0–100), None where there was too little data; unscored ones are absent."""
    return {code: row.score for code, row in kept_scores.latest(db).items()}


def _vendor(row: models.Vendor, state: VendorState | None = None) -> VendorRecord:
    return VendorRecord(
        id=row.id, code=row.code, name=row.name, uscc=row.uscc, type=VendorType(row.type),
        supply_mode=None if row.supply_mode is None else SupplyMode(row.supply_mode), contact_name=row.contact_name,
        licence_no=row.licence_no, licence_kind=row.licence_kind, licence_valid_to=row.licence_valid_to,
        filing_no=row.filing_no, contract_no=row.contract_no, contract_from=row.contract_from, contract_to=row.contract_to,
        state=state or VendorState(row.state), street_codes=tuple(row.street_codes), has_phone=row.phone is not None,
        capacity_lunch=row.capacity_lunch, capacity_dinner=row.capacity_dinner, diets=frozenset(row.diets), star=row.star,
        star_on=row.star_on, size_class=None if row.size_class is None else SizeClass(row.size_class),
    )  # fmt: skip


def _driver(row: models.Driver) -> DriverRecord:
    return DriverRecord(
        code=row.code, name=row.name, phone=row.phone, vendor_code=row.vendor_code, kitchen_code=row.kitchen_code,
        shift_start_s=row.shift_start_s, shift_end_s=row.shift_end_s, volunteer=row.volunteer,
        health_certificate_to=row.health_certificate_to, weekdays=row.weekdays, active=row.active, training_to=row.training_to,
    )  # fmt: skip


def _vehicle(row: models.Vehicle) -> VehicleRecord:
    return VehicleRecord(
        code=row.code, plate=row.plate, kind=VehicleKind(row.kind), profile=row.profile, kitchen_code=row.kitchen_code,
        hot_boxes=row.hot_boxes, cold_boxes=row.cold_boxes, halal_marked=row.halal_marked, driver_code=row.driver_code,
        fixed_fen=row.fixed_fen, per_km_fen=row.per_km_fen, per_hour_fen=row.per_hour_fen, max_trips=row.max_trips,
        load_duration_s=row.load_duration_s, active=row.active, vendor_code=row.vendor_code,
    )  # fmt: skip
