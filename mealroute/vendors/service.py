"""Use-cases of the register: bringing vendors, kitchens, stations, drivers and vehicles in from sheets."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mealroute.areas.models import Street
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.crypto import blind_index
from mealroute.core.db import Base
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.import_batches import finish, one_at_a_time, upsert
from mealroute.core.importing import CellProblem, Field, ImportResult, ParsedRow, Sheet, source_of
from mealroute.vendors import imports, life
from mealroute.vendors.models import Driver, Kitchen, KitchenBatch, KitchenDiet, Station, Vehicle, Vendor
from mealroute.vendors.records import PROFILES, VendorState

Sheets = Sheet | Sequence[Sheet]
Reference = tuple[str, Any, bool]
"""Field, the column that it refers to, and whether a row with a wrong one is set aside (or only loses it)."""


def import_vendors(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Vendors by code. A sheet says in which state a vendor enters the register; from then on only its steps change it."""
    one_at_a_time(db)
    states = dict(db.execute(select(Vendor.code, Vendor.state)).tuples().all())

    def fill(row: ParsedRow, values: dict[str, Any], problems: list[CellProblem]) -> None:
        held = states.get(values["code"])
        if held is not None and values.pop("state", held) != held:
            sentence = _("The state of a vendor in the register is not changed by a sheet.")
            problems.append(
                row.problem(
                    "state", "state-by-sheet", sentence, _("Take the step on the vendor's page, with a reason.")
                )
            )

    result = _import(db, "vendors", sheets, imports.VENDORS, Vendor, [], fill, by=by, clock=clock)
    for code, state in db.execute(select(Vendor.code, Vendor.state).order_by(Vendor.code)).tuples():
        if code not in states:
            life.enter(db, code, VendorState(state), reason=_("Entered by a sheet"), by=by, clock=clock)
    return result


def import_stations(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Hubs and stations by code; one without a point is kept and shown as unplaced."""

    def fill(row: ParsedRow, values: dict[str, Any], problems: list[CellProblem]) -> None:
        place, problem = imports.point(row)
        values |= place
        if problem:
            problems.append(problem)
        if "vendor_code" in values:
            values["operator_vendor_code"] = values.pop("vendor_code")

    references: list[Reference] = [("street_code", Street.code, True), ("vendor_code", Vendor.code, False)]
    return _import(db, "stations", sheets, imports.STATIONS, Station, references, fill, by=by, clock=clock)


def import_drivers(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Drivers by code."""

    def fill(row: ParsedRow, values: dict[str, Any], problems: list[CellProblem]) -> None:
        if row["shift_start"] >= row["shift_end"]:
            sentence = _("The shift ends before it begins.")
            problems.append(
                row.problem(
                    "shift_end", "shift-ends-before-it-begins", sentence, _("Swap the two times."), set_aside=True
                )
            )
            values.clear()
        elif "phone" in values:
            values["phone_index"] = None if row["phone"] is None else blind_index("phone", row["phone"])

    references: list[Reference] = [("kitchen_code", Kitchen.code, True), ("vendor_code", Vendor.code, False)]
    return _import(db, "drivers", sheets, imports.DRIVERS, Driver, references, fill, by=by, clock=clock)


def import_vehicles(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Vehicles by code."""

    def fill(row: ParsedRow, values: dict[str, Any], _problems: list[CellProblem]) -> None:
        values["profile"] = PROFILES[row["kind"]]

    references: list[Reference] = [
        ("kitchen_code", Kitchen.code, True),
        ("driver_code", Driver.code, False),
        ("vendor_code", Vendor.code, False),
    ]
    return _import(db, "vehicles", sheets, imports.VEHICLES, Vehicle, references, fill, by=by, clock=clock)


def import_kitchens(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Kitchens by code, one row a batch: what a kitchen is stands in its first row, later rows add batches."""
    one_at_a_time(db)
    rows, problems = imports.read(sheets, imports.KITCHENS, unique=False)
    rows = _referring(db, rows, [("vendor_code", Vendor.code, True), ("street_code", Street.code, False)], problems)
    values: dict[str, dict[str, Any]] = {}
    diets: dict[str, set[str]] = {}
    batches: dict[str, dict[tuple[str, int], tuple[int, int]]] = {}
    for row in rows:
        code = row["kitchen_code"]
        if not row["cooked_at"] <= row["ready_at"] < row["eat_by"]:
            sentence = _("Cooked, ready to load and eat-by must follow each other.")
            problems.append(
                row.problem("eat_by", "batch-out-of-order", sentence, _("Check the three times."), set_aside=True)
            )
            continue
        if code not in values:
            leave = ("diets", "slot", "cooked_at", "ready_at", "eat_by")
            place, _none = imports.point(row)
            values[code] = imports.plain(row, imports.KITCHENS, leave=leave) | place | {"extra": dict(row.extra)}
            diets[code] = {str(diet) for diet in row["diets"]}
            batches[code] = {}
        batches[code][str(row["slot"]), row["cooked_at"]] = (row["ready_at"], row["eat_by"])
    done = upsert(db, Kitchen, values.values())
    parts = {code for code in values if _set_parts(db, code, diets[code], batches[code])}
    changed = (set(done.changed) | parts) - set(done.added)
    unchanged = len(values) - len(done.added) - len(changed)
    file, digest = source_of(sheets)
    counts = (len(done.added), len(changed), unchanged)
    return finish(db, ImportResult("kitchens", file, *counts, tuple(problems), digest), by=by, clock=clock)


def set_vehicle_active(db: Session, code: str, *, active: bool, reason: str, by: Actor, clock: Clock) -> None:
    """Take a vehicle out of service or put it back; plans made after this see it."""
    row = db.scalars(select(Vehicle).where(Vehicle.code == code)).one_or_none()
    _set_active(db, row, "vehicle", code, active=active, reason=reason, by=by, clock=clock)


def set_driver_active(db: Session, code: str, *, active: bool, reason: str, by: Actor, clock: Clock) -> None:
    """The same for a driver."""
    row = db.scalars(select(Driver).where(Driver.code == code)).one_or_none()
    _set_active(db, row, "driver", code, active=active, reason=reason, by=by, clock=clock)


def _set_active(
    db: Session,
    row: Vehicle | Driver | None,
    kind: str,
    code: str,
    *,
    active: bool,
    reason: str,
    by: Actor,
    clock: Clock,
) -> None:
    if row is None:
        raise NotFound(f"{kind}-not-found", _("There is no %(code)s in the register.", code=code))
    if row.active != active:
        row.active = active
        action = f"vendors.{kind}-{'returned' if active else 'taken-out'}"
        audit.record(db, by=by, clock=clock, action=action, subject=f"{kind}/{code}", reason=reason)


def _set_parts(db: Session, code: str, diets: set[str], batches: dict[tuple[str, int], tuple[int, int]]) -> bool:
    """Make these the kitchen's diets and batches; True if anything differed."""
    held = set(db.scalars(select(KitchenDiet.diet).where(KitchenDiet.kitchen_code == code)))
    if held != diets:
        db.execute(delete(KitchenDiet).where(KitchenDiet.kitchen_code == code))
        db.add_all(KitchenDiet(kitchen_code=code, diet=diet) for diet in sorted(diets))
    rows = db.scalars(select(KitchenBatch).where(KitchenBatch.kitchen_code == code))
    cooked = {(row.slot, row.cooked_at_s): (row.ready_at_s, row.eat_by_s) for row in rows}
    if cooked != batches:
        db.execute(delete(KitchenBatch).where(KitchenBatch.kitchen_code == code))
        db.add_all(
            KitchenBatch(kitchen_code=code, slot=slot, cooked_at_s=at, ready_at_s=ready, eat_by_s=eat_by)
            for (slot, at), (ready, eat_by) in sorted(batches.items())
        )
    db.flush()
    return held != diets or cooked != batches


def _import(
    db: Session,
    kind: str,
    sheets: Sheets,
    fields: Sequence[Field],
    model: type[Base],
    references: Sequence[Reference],
    fill: Callable[[ParsedRow, dict[str, Any], list[CellProblem]], None] | None = None,
    *,
    by: Actor,
    clock: Clock,
) -> ImportResult:
    """A sheet with one row a thing: parse, check what it refers to, add or change by code. Unknown columns go to ``extra``."""
    one_at_a_time(db)
    rows, problems = imports.read(sheets, fields)
    wanted: list[dict[str, Any]] = []
    for row in _referring(db, rows, references, problems):
        values = imports.plain(row, fields)
        values["extra"] = dict(row.extra)
        for name, _column, _needed in references:
            if row[name] is None and name in values:
                values[name] = None
        if fill is not None:
            fill(row, values, problems)
        if values:
            wanted.append(values)
    done = upsert(db, model, wanted)
    file, digest = source_of(sheets)
    counts = (len(done.added), len(done.changed), done.unchanged)
    return finish(db, ImportResult(kind, file, *counts, tuple(problems), digest), by=by, clock=clock)


def _referring(
    db: Session, rows: Sequence[ParsedRow], references: Sequence[Reference], problems: list[CellProblem]
) -> tuple[ParsedRow, ...]:
    """Rows whose needed references exist; an optional one that does not exist is emptied. Both are reported."""
    kept = list(rows)
    for name, column, needed in references:
        known = set(db.scalars(select(column)))
        found = list(imports.dangling(kept, name, known, needed=needed))
        problems.extend(found)
        lost = {(problem.sheet, problem.row) for problem in found}
        if needed:
            kept = [row for row in kept if (row.sheet.name, row.number) not in lost]
        else:
            kept = [_without(row, name) if (row.sheet.name, row.number) in lost else row for row in kept]
    return tuple(kept)


def _without(row: ParsedRow, name: str) -> ParsedRow:
    return ParsedRow(row.sheet, row.number, {**row.values, name: None}, row.extra, row.given, row.columns)
