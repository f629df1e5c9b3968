"""Use-cases of who serves which street: contracts of streets, and who stands in when nobody else comes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.models import Street
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.import_batches import finish, one_at_a_time
from mealroute.core.importing import CellProblem, Field, ImportResult, ParsedRow, Sheet, source_of
from mealroute.vendors import imports
from mealroute.vendors.area_models import StreetBackup, StreetContract
from mealroute.vendors.models import Driver, Vendor

Sheets = Sheet | Sequence[Sheet]
Dated = StreetContract | StreetBackup
DatedT = TypeVar("DatedT", StreetContract, StreetBackup)


def add_contract(
    db: Session,
    vendor_code: str,
    street_code: str,
    *,
    contract_no: str = "",
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
    clock: Clock,
) -> None:
    """A street has a contract with a vendor from a day on. Refuses one that overlaps another of the same two."""
    _known(db, street_code, vendor_code)
    _in_order(valid_from, valid_to)
    query = select(StreetContract).where(
        StreetContract.vendor_code == vendor_code, StreetContract.street_code == street_code
    )
    _apart(db.scalars(query).all(), valid_from, valid_to)
    db.add(
        StreetContract(
            vendor_code=vendor_code, street_code=street_code, contract_no=contract_no.strip(), valid_from=valid_from, valid_to=valid_to,
            by_name=by.name, at=clock.now(),
        )
    )  # fmt: skip
    db.flush()
    _told(db, "contract-added", f"vendor/{vendor_code}", street_code, valid_from, valid_to, by=by, clock=clock)


def end_contract(db: Session, contract_id: int, last_day: date, *, by: Actor, clock: Clock) -> None:
    """A street's contract ends with ``last_day``."""
    row = _ended(db.get(StreetContract, contract_id), last_day)
    _told(
        db, "contract-ended", f"vendor/{row.vendor_code}", row.street_code, row.valid_from, last_day, by=by, clock=clock
    )


def add_backup(
    db: Session,
    street_code: str,
    *,
    vendor_code: str | None = None,
    driver_code: str | None = None,
    position: int,
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
    clock: Clock,
) -> None:
    """A vendor, or a volunteer driver, stands in for a street from a day on. ``position`` 1 is asked first."""
    if (vendor_code is None) == (driver_code is None):
        raise MealrouteError("backup-who", _("Choose either a vendor or a volunteer."))
    _known(db, street_code, vendor_code)
    if driver_code is not None and not db.scalar(select(Driver.volunteer).where(Driver.code == driver_code)):
        raise MealrouteError("not-a-volunteer", _("%(code)s is not a volunteer of the register.", code=driver_code))
    if position < 1:
        raise MealrouteError("backup-position", _("The order begins with 1."))
    _in_order(valid_from, valid_to)
    query = select(StreetBackup).where(
        StreetBackup.street_code == street_code,
        StreetBackup.vendor_code == vendor_code if vendor_code else StreetBackup.driver_code == driver_code,
    )
    _apart(db.scalars(query).all(), valid_from, valid_to)
    db.add(
        StreetBackup(
            street_code=street_code, position=position, vendor_code=vendor_code, driver_code=driver_code, valid_from=valid_from,
            valid_to=valid_to, by_name=by.name, at=clock.now(),
        )
    )  # fmt: skip
    db.flush()
    who = f"vendor/{vendor_code}" if vendor_code else f"driver/{driver_code}"
    _told(db, "backup-added", who, street_code, valid_from, valid_to, by=by, clock=clock)


def end_backup(db: Session, backup_id: int, last_day: date, *, by: Actor, clock: Clock) -> None:
    """Somebody stands in for a street for the last time on ``last_day``."""
    row = _ended(db.get(StreetBackup, backup_id), last_day)
    who = f"vendor/{row.vendor_code}" if row.vendor_code else f"driver/{row.driver_code}"
    _told(db, "backup-ended", who, row.street_code, row.valid_from, last_day, by=by, clock=clock)


def reveal_backups(db: Session, reason: str, *, by: Actor, clock: Clock) -> None:
    """Somebody looks at the names and numbers of volunteers; the audit keeps who and why."""
    if len(reason.strip()) < 2:
        raise MealrouteError("reason-needed", _("Say why, in a sentence."))
    audit.record(
        db, by=by, clock=clock, action="vendors.stand-ins-revealed", subject="street-backups", reason=reason.strip()
    )


def import_contracts(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Contracts of streets by vendor, street and first day."""
    return _import(
        db, "street-contracts", sheets, imports.CONTRACTS, StreetContract, ("vendor_code", "street_code", "valid_from"), by=by, clock=clock
    )  # fmt: skip


def import_backups(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Who stands in, by street, vendor or volunteer, and first day."""
    keys = ("street_code", "vendor_code", "driver_code", "valid_from")
    return _import(db, "backups", sheets, imports.BACKUPS, StreetBackup, keys, by=by, clock=clock)


def _import(
    db: Session,
    kind: str,
    sheets: Sheets,
    fields: Sequence[Field],
    model: type[StreetContract | StreetBackup],
    keys: Sequence[str],
    *,
    by: Actor,
    clock: Clock,
) -> ImportResult:
    one_at_a_time(db)
    rows, problems = imports.read(sheets, fields, unique=False)
    known = {
        "street_code": set(db.scalars(select(Street.code))),
        "vendor_code": set(db.scalars(select(Vendor.code))),
        "driver_code": set(db.scalars(select(Driver.code).where(Driver.volunteer))),
    }
    held: dict[tuple[Any, ...], Dated] = {
        tuple(getattr(item, key) for key in keys): item for item in cast("Iterable[Dated]", db.scalars(select(model)))
    }
    added = changed = unchanged = 0
    for row in rows:
        problem = _problem(row, fields, known)
        if problem is not None:
            problems.append(problem)
            continue
        values = {item.name: row[item.name] for item in fields}
        key = tuple(values[name] for name in keys)
        item = held.get(key)
        if item is None:
            held[key] = item = model(**values, by_name=by.name, at=clock.now())
            db.add(item)
            added += 1
        elif differing := [name for name in row.given if getattr(item, name) != values[name]]:
            for name in differing:
                setattr(item, name, values[name])
            changed += 1
        else:
            unchanged += 1
    db.flush()
    file, digest = source_of(sheets)
    return finish(db, ImportResult(kind, file, added, changed, unchanged, tuple(problems), digest), by=by, clock=clock)


def _problem(row: ParsedRow, fields: Sequence[Field], known: dict[str, set[str]]) -> CellProblem | None:
    """What is wrong with a row, so that it is set aside."""
    for item in fields:
        if item.name in known and row[item.name] is not None and row[item.name] not in known[item.name]:
            return next(imports.dangling([row], item.name, known[item.name], needed=True))
    if row["valid_to"] is not None and row["valid_to"] < row["valid_from"]:
        return row.problem(
            "valid_to", "ends-before-it-begins", _("The last day lies before the first."), set_aside=True
        )
    if any(item.name == "driver_code" for item in fields) and (row["vendor_code"] is None) == (
        row["driver_code"] is None
    ):
        sentence = _("Choose either a vendor or a volunteer.")
        return row.problem("vendor_code", "backup-who", sentence, set_aside=True)
    return None


def _known(db: Session, street_code: str, vendor_code: str | None) -> None:
    if db.get(Street, street_code) is None:
        raise MealrouteError("street-unknown", _("No street has the code %(code)s.", code=street_code))
    if vendor_code is not None and db.scalar(select(Vendor.id).where(Vendor.code == vendor_code)) is None:
        raise MealrouteError("vendor-unknown", _("No vendor has the code %(code)s.", code=vendor_code))


def _in_order(valid_from: date, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < valid_from:
        raise MealrouteError("dates-out-of-order", _("The last day lies before the first."))


def _apart(rows: Sequence[Dated], valid_from: date, valid_to: date | None) -> None:
    for row in rows:
        if (row.valid_to is None or valid_from <= row.valid_to) and (valid_to is None or row.valid_from <= valid_to):
            raise Conflict(
                "dates-overlap", _("There is one already for these days, from %(day)s.", day=row.valid_from.isoformat()), _("End that one first.")
            )  # fmt: skip


def _ended(row: DatedT | None, last_day: date) -> DatedT:
    if row is None:
        raise NotFound("entry-not-found", _("There is no such entry."))
    if last_day < row.valid_from:
        raise MealrouteError("dates-out-of-order", _("The last day lies before the first."))
    row.valid_to = last_day
    return row


def _told(
    db: Session,
    what: str,
    who: str,
    street: str,
    valid_from: date,
    valid_to: date | None,
    *,
    by: Actor,
    clock: Clock,
) -> None:
    detail = {
        "street": street,
        "from": valid_from.isoformat(),
        "to": None if valid_to is None else valid_to.isoformat(),
    }
    audit.record(db, by=by, clock=clock, action=f"vendors.{what}", subject=who, detail=detail)
