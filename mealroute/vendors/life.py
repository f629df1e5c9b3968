"""Use-cases of a vendor's life: into the register, and from state to state, each step with reason, day and approver."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.vendors.life_models import VendorStep
from mealroute.vendors.models import Vendor
from mealroute.vendors.queries import no_vendor
from mealroute.vendors.records import VendorState


def enter(db: Session, code: str, state: VendorState, *, reason: str, by: Actor, clock: Clock) -> None:
    """The first step of a vendor that has just come into the register; the caller's use-case is audited."""
    _write(db, code, None, state, on=clock.today(), reason=reason, by=by, clock=clock)


def locked(db: Session, code: str) -> Vendor:
    """The vendor's row, held until the transaction ends: two people cannot take two steps at once."""
    row = db.scalar(select(Vendor).where(Vendor.code == code).with_for_update())
    if row is None:
        raise no_vendor()
    return row


def write_step(
    db: Session,
    vendor: Vendor,
    to: VendorState,
    *,
    on: date,
    reason: str,
    incident_id: int | None = None,
    by: Actor,
    clock: Clock,
) -> None:
    """Put a vendor into another state and keep who, when and why. Whether the step is legal was decided before."""
    came_from = VendorState(vendor.state)
    vendor.state = str(to)
    _write(db, vendor.code, came_from, to, on=on, reason=reason, incident_id=incident_id, by=by, clock=clock)
    audit.record(
        db, by=by, clock=clock, action=f"vendors.{to}", subject=f"vendor/{vendor.code}", reason=reason,
        detail={"from": str(came_from), "to": str(to), "on": on.isoformat()},
    )  # fmt: skip


def _write(
    db: Session,
    code: str,
    came_from: VendorState | None,
    to: VendorState,
    *,
    on: date,
    reason: str,
    incident_id: int | None = None,
    by: Actor,
    clock: Clock,
) -> None:
    db.add(
        VendorStep(
            vendor_code=code, from_state=came_from, to_state=to, effective_on=on, reason=reason, incident_id=incident_id,
            by_name=by.name, account_id=by.account_id, at=clock.now(),
        )
    )  # fmt: skip
    db.flush()
