"""Use-cases of the negative list: a report against a vendor, and the decision by a named person that suspends it at once."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.vendors import life, life_queries
from mealroute.vendors.life_models import IncidentDecision, VendorIncident
from mealroute.vendors.life_records import ListName
from mealroute.vendors.records import WORKING_STATES, VendorState


def report(db: Session, code: str, item_code: str, *, happened_on: date, account: str, by: Actor, clock: Clock) -> int:
    """Somebody reports that a vendor did what the negative list forbids. Nothing stops until a named person has decided."""
    life.no_vendor_account(by)
    life.locked(db, code)
    if happened_on > clock.today():
        raise MealrouteError("incident-ahead", _("What is reported has happened: today or before."))
    if not account.strip():
        raise MealrouteError("account-needed", _("Say what happened, where, and how you know."))
    item = next(
        (item for item in life_queries.items(db, ListName.NEGATIVE, clock.today()) if item.code == item_code), None
    )
    if item is None:
        raise NotFound("item-not-found", _("There is no such item on the list."))
    row = VendorIncident(
        vendor_code=code, item_code=item.code, item_version=item.version, happened_on=happened_on, account=account.strip(), by_name=by.name,
        account_id=by.account_id, at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="vendors.incident-reported", subject=f"vendor/{code}",
        detail={"incident": row.id, "item": item.code, "happened_on": happened_on.isoformat()},
    )  # fmt: skip
    return row.id


def decide(db: Session, incident_id: int, *, confirmed: bool, reason: str, by: Actor, clock: Clock) -> bool:
    """A named person confirms or dismisses a report, once. Returns whether the vendor was suspended by it.

    Confirmed: a vendor that may work is suspended from this moment on. Who hands its work over must look at
    ``dispatch.vendor_stop`` in the same transaction.
    """
    life.no_vendor_account(by)
    written = life.reason_of(reason)
    row = db.get(VendorIncident, incident_id)
    if row is None:
        raise NotFound("incident-not-found", _("There is no such report."))
    vendor = life.locked(db, row.vendor_code)
    if db.scalar(select(IncidentDecision.id).where(IncidentDecision.incident_id == incident_id)) is not None:
        raise Conflict("incident-decided", _("This report has been decided already."))
    db.add(
        IncidentDecision(
            incident_id=incident_id, confirmed=confirmed, reason=written, by_name=by.name, account_id=by.account_id, at=clock.now()
        )
    )  # fmt: skip
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="vendors.incident-confirmed" if confirmed else "vendors.incident-dismissed",
        subject=f"vendor/{row.vendor_code}", reason=written, detail={"incident": incident_id, "item": row.item_code},
    )  # fmt: skip
    if not confirmed or VendorState(vendor.state) not in WORKING_STATES:
        return False
    life.write_step(
        db, vendor, VendorState.SUSPENDED, on=clock.today(), reason=written, incident_id=incident_id, by=by, clock=clock
    )  # fmt: skip
    return True


def vendor_of(db: Session, incident_id: int) -> str:
    """The code of the vendor that a report speaks of. Raises NotFound."""
    row = db.get(VendorIncident, incident_id)
    if row is None:
        raise NotFound("incident-not-found", _("There is no such report."))
    return row.vendor_code
