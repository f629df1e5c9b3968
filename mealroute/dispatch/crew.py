"""A vendor names its own driver and vehicle for a run that it holds."""

from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.dispatch import crew_rules, offer_facts, queries
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_facts import Register
from mealroute.dispatch.offer_records import EventKind, RunNeeds
from mealroute.dispatch.offer_round import lock, note
from mealroute.dispatch.offer_service import put_crew
from mealroute.dispatch.records import RunState


def name_crew(
    db: Session, run_id: int, driver_code: str, vehicle_code: str = "", *, reason: str = "", by: Actor, clock: Clock
) -> None:
    """Name the driver and vehicle of a run: the former driver's link closes, a new one opens.

    Only drivers and vehicles of the vendor that holds the run. Naming the same again changes nothing; once doors are recorded
    a change needs a reason.

    Raises
    ------
    MealrouteError
        ``run-not-found``, ``run-not-held``, ``reason-needed``, or a code of ``crew_rules``: ``driver-not-own``, ``driver-off-duty``,
        ``driver-off-shift``, ``certificate-over``, ``driver-busy``, ``vehicle-not-own``, ``vehicle-busy``, ``vehicle-too-small``,
        ``vehicle-not-halal``.
    """
    queries.run(db, run_id, scope=by.scope)
    run = lock(db, [run_id]).get(run_id)
    if run is None or run.state != RunState.PUBLISHED or run.accepted_at is None:
        raise Conflict("run-not-held", _("Accept the run first, then name its driver."))
    driver_code, vehicle_code = driver_code.strip(), vehicle_code.strip()
    if (driver_code, vehicle_code) == (run.driver_code, run.vehicle_code):
        return
    if run.begun_at is not None and not reason.strip():
        raise MealrouteError("reason-needed", _("This run is on the road: say why the driver changes."))
    known = offer_facts.register(db)
    needs = offer_facts.needs_of(db, [run_id], known)[run_id]
    fault = _fault(db, run, needs, known, driver_code, vehicle_code)
    if fault is not None:
        raise Conflict(*fault)
    before = run.driver_code
    put_crew(run, driver_code, vehicle_code)
    db.flush()
    note(
        db, run, EventKind.CREW, by=by, now=clock.now(), vendor=run.vendor_code, reason=reason.strip(),
        detail={"driver": driver_code, "before": before, "vehicle": vehicle_code},
    )  # fmt: skip
    audit.record(
        db, by=by, clock=clock, action="dispatch.crew-named", subject=f"run/{run_id}",
        detail={"driver": driver_code, "before": before, "vehicle": vehicle_code},
    )  # fmt: skip


def _fault(
    db: Session, run: Run, needs: RunNeeds, known: Register, driver_code: str, vehicle_code: str
) -> tuple[str, str] | None:
    busy = offer_facts.busy_times(db, run.day)
    driver, vehicle = known.drivers.get(driver_code), known.vehicles.get(vehicle_code)
    own = driver is not None and known.employer(driver_code) == run.vendor_code
    fault = crew_rules.driver_fault(driver if own else None, needs, run.day, busy.get(driver_code, ()))
    if fault is None and vehicle_code:
        own = vehicle is not None and known.vehicle_owner(vehicle_code) == run.vendor_code
        fault = crew_rules.vehicle_fault(vehicle if own else None, needs, busy.get(vehicle_code, ()))
    return fault
