"""Use-cases of a vendor's life: into the register, and from state to state, each step with reason, day and approver."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Role
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError
from mealroute.core.i18n import _
from mealroute.vendors import life_queries, life_rules
from mealroute.vendors.life_models import VendorStep
from mealroute.vendors.models import Vendor
from mealroute.vendors.queries import no_vendor
from mealroute.vendors.records import VendorState


def enter(db: Session, code: str, state: VendorState, *, reason: str, by: Actor, clock: Clock) -> None:
    """The first step of a vendor that has just come into the register; the caller's use-case is audited."""
    _write(db, code, None, state, on=clock.today(), reason=reason, by=by, clock=clock)


def take_step(
    db: Session,
    code: str,
    to: VendorState,
    *,
    reason: str,
    on: date | None = None,
    by: Actor,
    clock: Clock,
    handed_over: bool = False,
) -> None:
    """The next step of a vendor's life, from the day ``on`` (today if absent; not later, not before the step before it).

    ``handed_over``: the caller has settled who takes over what hung on the vendor (``dispatch.vendor_exit``). A suspension
    always counts from today: at once, and never looking back over work that was done in good faith.

    Raises
    ------
    Forbidden
        ``approver-is-vendor``: an account of a vendor approves nothing. ``approver-is-applicant``: nor does the person who
        entered the application admit it.
    Conflict
        ``step-not-legal``; ``checklist-open`` with the required items that are open; ``exit-needs-hand-over``.
    MealrouteError
        ``reason-needed``; ``step-day-wrong``.
    """
    row = locked(db, code)
    came_from = VendorState(row.state)
    if to not in life_rules.NEXT[came_from]:
        raise Conflict(
            "step-not-legal",
            _("This step does not follow from the vendor's present state."),
            _("Look at its history again; somebody else may have taken a step."),
        )
    _may_approve(db, code, to, by)
    written = reason_of(reason)
    day = _day_of_step(db, code, to, on, clock)
    if life_rules.needs_hand_over(came_from, to) and not handed_over:
        raise Conflict(
            "exit-needs-hand-over", _("First settle who takes over what hangs on this vendor."), _("Use the exit page.")
        )
    if to is VendorState.ADMITTED:
        _checklist_done(db, code, day)
    write_step(db, row, to, on=day, reason=written, by=by, clock=clock)


def locked(db: Session, code: str) -> Vendor:
    """The vendor's row, held until the transaction ends: two people cannot take two steps at once."""
    row = db.scalar(
        select(Vendor).where(Vendor.code == code).with_for_update().execution_options(populate_existing=True)
    )
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


def reason_of(reason: str) -> str:
    """The reason without outer blanks. Raises ``reason-needed`` for none."""
    written = reason.strip()
    if not written:
        raise MealrouteError("reason-needed", _("Say why, in a sentence."))
    return written


def no_vendor_account(by: Actor) -> None:
    """Raises Forbidden for an account of a vendor, its kitchen or its driver: nobody judges their own house."""
    own = by.role in {Role.VENDOR, Role.KITCHEN, Role.DRIVER} or by.scope.vendor is not None
    if own:
        raise Forbidden("approver-is-vendor", _("An account of a vendor decides nothing about vendors."))


def _may_approve(db: Session, code: str, to: VendorState, by: Actor) -> None:
    no_vendor_account(by)
    if to is not VendorState.ADMITTED or by.account_id is None:
        return
    applied = next((step for step in life_queries.history(db, code) if step.to_state is VendorState.APPLIED), None)
    if applied is not None and applied.account_id == by.account_id:
        raise Forbidden(
            "approver-is-applicant",
            _("Who entered the application does not admit it."),
            _("Ask a colleague to approve."),
        )


def _day_of_step(db: Session, code: str, to: VendorState, on: date | None, clock: Clock) -> date:
    today = clock.today()
    day = today if on is None or to is VendorState.SUSPENDED else on
    last = next((step.effective_on for step in life_queries.history(db, code)), day)
    if day > today or day < min(last, today):
        raise MealrouteError(
            "step-day-wrong",
            _("The day of a step is today, or a day since the step before it."),
            _("Choose a day from %(first)s to %(last)s.", first=min(last, today).isoformat(), last=today.isoformat()),
        )
    return day


def _checklist_done(db: Session, code: str, day: date) -> None:
    missing = life_rules.still_open(life_queries.checklist(db, code, day))
    if missing:
        raise Conflict(
            "checklist-open",
            _("%(n)d required items of the checklist are open.", n=len(missing)),
            "；".join(line.item.wording for line in missing),
            items=tuple(line.item.code for line in missing),
        )


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
            vendor_code=code, from_state=None if came_from is None else str(came_from), to_state=str(to), effective_on=on, reason=reason,
            incident_id=incident_id, by_name=by.name, account_id=by.account_id, at=clock.now(),
        )
    )  # fmt: skip
    db.flush()
