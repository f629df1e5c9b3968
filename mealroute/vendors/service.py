"""Use-cases of the register: bringing it in from sheets, taking a vehicle or driver out of service and back."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.models import Street
from mealroute.core import audit, crypto
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.db import Base
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.import_batches import finish, one_at_a_time, upsert
from mealroute.core.importing import CellProblem, Field, ImportResult, ParsedRow, Sheet, source_of
from mealroute.vendors import imports
from mealroute.vendors.models import Driver, Kitchen, KitchenBatch, KitchenDiet, Station, Vehicle, Vendor
from mealroute.vendors.records import PROFILES

Sheets = Sheet | Sequence[Sheet]
Row = tuple[ParsedRow, dict[str, Any]]


def import_vendors(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Bring vendors in; a row without a column keeps what was known."""
    return _bring(db, sheets, "vendors", Vendor, imports.VENDORS, by=by, clock=clock, shape=_vendor)


def import_kitchens(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Bring kitchens in. A kitchen that cooks several batches has several rows; each row is one batch."""
    return _bring(db, sheets, "kitchens", Kitchen, imports.KITCHENS, by=by, clock=clock, also=_cooking)


def import_stations(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Bring hubs and stations in."""
    return _bring(db, sheets, "stations", Station, imports.STATIONS, by=by, clock=clock, shape=_station)


def import_drivers(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Bring drivers in."""
    return _bring(db, sheets, "drivers", Driver, imports.DRIVERS, by=by, clock=clock, shape=_driver)


def import_vehicles(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Bring vehicles in."""
    return _bring(db, sheets, "vehicles", Vehicle, imports.VEHICLES, by=by, clock=clock, shape=_vehicle)


def set_vehicle_active(db: Session, code: str, active: bool, *, reason: str, by: Actor, clock: Clock) -> None:
    """Take a vehicle out of service or put it back; plans made after this see it."""
    _set_active(db, Vehicle, "vehicle", code, active, reason=reason, by=by, clock=clock)


def set_driver_active(db: Session, code: str, active: bool, *, reason: str, by: Actor, clock: Clock) -> None:
    """The same for a driver."""
    _set_active(db, Driver, "driver", code, active, reason=reason, by=by, clock=clock)


def _set_active(
    db: Session,
    model: type[Vehicle] | type[Driver],
    kind: str,
    code: str,
    active: bool,
    *,
    reason: str,
    by: Actor,
    clock: Clock,
) -> None:
    number = db.scalar(select(model.id).where(model.code == code)) or 0
    row = db.get(Vehicle, number) if model is Vehicle else db.get(Driver, number)
    if row is None:
        raise NotFound(f"unknown-{kind}", _("There is no %(code)s in the register.", code=code))
    if row.active == active:
        return
    row.active = active
    action = f"{kind}.{'returned' if active else 'taken-out'}"
    audit.record(db, by=by, clock=clock, action=action, subject=f"{kind}/{code}", reason=reason)


# -- sheets --------------------------------------------------------------------------------------------------------
def _bring(
    db: Session,
    sheets: Sheets,
    kind: str,
    model: type[Base],
    fields: Sequence[Field],
    *,
    by: Actor,
    clock: Clock,
    shape: Callable[[dict[str, Any]], None] | None = None,
    also: Callable[[Session, Sequence[Row]], set[str]] | None = None,
) -> ImportResult:
    """The way of every sheet here: read, set aside rows that point nowhere, write what differs, record."""
    one_at_a_time(db)
    rows, found = imports.read(sheets, fields)
    problems = list(found)
    known = _Known(db)
    kept = [row for row in rows if _points_somewhere(row, problems, known)]
    first: dict[str, dict[str, Any]] = {}
    for _parsed, columns in kept:
        if shape:
            shape(columns)
        first.setdefault(columns["code"], columns)
    own = {column.name for column in model.__table__.columns}
    done = upsert(db, model, [{n: v for n, v in columns.items() if n in own} for columns in first.values()])
    changed = set(done.changed)
    if also:
        changed |= also(db, kept) - set(done.added)
    file, digest = source_of(sheets)
    same = len(first) - len(done.added) - len(changed)
    result = ImportResult(kind, file, len(done.added), len(changed), same, tuple(problems), digest)
    return finish(db, result, by=by, clock=clock)


class _Known:
    """Codes that a sheet may refer to, each read once when first asked for."""

    def __init__(self, db: Session) -> None:
        self._db = db
        self._held: dict[str, Collection[str]] = {}

    def __getitem__(self, name: str) -> Collection[str]:
        columns = {
            "street_code": Street.code, "vendor_code": Vendor.code, "kitchen_code": Kitchen.code, "driver_code": Driver.code,
        }  # fmt: skip
        if name not in self._held:
            self._held[name] = set(self._db.scalars(select(columns[name])))
        return self._held[name]


def _points_somewhere(row: Row, problems: list[CellProblem], known: _Known) -> bool:
    """A code that is nowhere in the register sets the row aside: the file that explains it has to enter first."""
    parsed, columns = row
    for name in ("street_code", "vendor_code", "kitchen_code", "driver_code"):
        value = columns.get(name)
        if value and value not in known[name]:
            sentence = _("There is no %(code)s in the register.", code=value)
            hint = _("Import the file that lists it first, or correct the code.")
            problems.append(parsed.problem(name, "unknown-code", sentence, hint, set_aside=True))
            return False
    return True


def _vendor(columns: dict[str, Any]) -> None:
    columns["street_codes"] = list(columns.get("street_codes") or ())


def _station(columns: dict[str, Any]) -> None:
    if "vendor_code" in columns:
        columns["operator_vendor_code"] = columns.pop("vendor_code")


def _driver(columns: dict[str, Any]) -> None:
    if "phone" in columns:
        columns["phone_index"] = crypto.blind_index("phone", columns["phone"]) if columns["phone"] else None


def _vehicle(columns: dict[str, Any]) -> None:
    columns["profile"] = PROFILES[columns["kind"]]


def _cooking(db: Session, rows: Sequence[Row]) -> set[str]:
    """Diets and batches as the sheet says; the codes of kitchens for which something differed."""
    diets: dict[str, set[str]] = {}
    batches: dict[str, set[tuple[str, int, int, int]]] = {}
    for parsed, columns in rows:
        diets.setdefault(columns["code"], set()).update(map(str, parsed["diets"]))
        batch = (str(parsed["slot"]), parsed["cooked_at"], parsed["ready_at"], parsed["eat_by"])
        batches.setdefault(columns["code"], set()).add(batch)
    changed: set[str] = set()
    for code, wanted in diets.items():
        held = {row.diet: row for row in db.scalars(select(KitchenDiet).where(KitchenDiet.kitchen_code == code))}
        for diet in held.keys() - wanted:
            db.delete(held[diet])
        db.add_all(KitchenDiet(kitchen_code=code, diet=diet) for diet in sorted(wanted - held.keys()))
        if held.keys() != wanted:
            changed.add(code)
    for code, times in batches.items():
        rows_held = db.scalars(select(KitchenBatch).where(KitchenBatch.kitchen_code == code)).all()
        held_times = {(row.slot, row.cooked_at_s, row.ready_at_s, row.eat_by_s): row for row in rows_held}
        for key in held_times.keys() - times:
            db.delete(held_times[key])
        db.flush()
        for slot, cooked, ready, eat_by in sorted(times - held_times.keys()):
            db.add(KitchenBatch(kitchen_code=code, slot=slot, cooked_at_s=cooked, ready_at_s=ready, eat_by_s=eat_by))
        if held_times.keys() != times:
            changed.add(code)
    db.flush()
    return changed
