"""A run for a driver who has none today, opened on the road beside the published plan: who may be called, and the run itself."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.dispatch import offer_facts, papers, queries
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_facts import Register
from mealroute.dispatch.offer_models import RunOffer
from mealroute.dispatch.offer_records import DISTRICT, EventKind, OfferState
from mealroute.dispatch.offer_round import note
from mealroute.dispatch.records import RunRecord, RunState
from mealroute.dispatch.service import hold_version
from mealroute.planning.opened import Opening, open_route
from mealroute.planning.records import PlanState
from mealroute.vendors.records import DriverRecord, VehicleRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """A driver without a route for this meal. ``fault``: why they cannot be called, empty = they can; then there is a vehicle."""

    driver: DriverRecord
    vehicle: VehicleRecord | None
    fault: str

    @property
    def boxes(self) -> int:
        """Portions that the vehicle carries."""
        return 0 if self.vehicle is None else self.vehicle.hot_boxes + self.vehicle.cold_boxes


@dataclass(frozen=True, slots=True)
class _Parts:
    kitchen_code: str
    driver_code: str
    vehicle_code: str


def on_call(db: Session, run: RunRecord, *, kitchen_code: str, now_s: int, scope: Scope) -> tuple[OnCall, ...]:
    """Everybody on duty that day who has no standing run of the meal of ``run``: those who can first, of them those of the kitchen.

    ``now_s``: whose shift is over by then cannot be called.
    """
    known = offer_facts.register(db)
    taken = _taken(db, run.day, run.slot)
    gate = papers.gate(db, run.day)
    found = []
    for driver in known.drivers.values():
        if driver.code in taken or not driver.works_on(run.day) or not _within(driver, known, scope):
            continue
        vehicle = _vehicle(driver, known, taken)
        parts = _Parts(kitchen_code, driver.code, vehicle.code if vehicle else "")
        faults = [each.sentence for each in gate.against(parts)]
        if driver.shift_end_s <= now_s:
            faults.append(_("The shift is over."))
        if vehicle is None:
            faults.append(_("No vehicle is free."))
        found.append(OnCall(driver=driver, vehicle=vehicle, fault=" ".join(faults)))
    return tuple(
        sorted(found, key=lambda one: (bool(one.fault), one.driver.kitchen_code != kitchen_code, one.driver.code))
    )


def open_run(
    db: Session, opening: Opening, *, day: date, slot: str, agreed_by: str, reason: str, by: Actor, clock: Clock
) -> RunRecord:
    """A run for a driver who said yes, held by whom they work for.

    Raises
    ------
    MealrouteError
        ``named-person-missing``, ``run-not-open`` (the plan is not in force any more), ``driver-busy``, ``vehicle-busy``, ``papers-over``.
    """
    if len(agreed_by.strip()) < 2:
        raise MealrouteError(
            "named-person-missing", _("Who agreed? A driver is called only in person or on the phone."), _("Write down who said yes.")
        )  # fmt: skip
    if hold_version(db, opening.version_id) != PlanState.PUBLISHED:
        raise Conflict("run-not-open", _("This run is not open any more."))
    taken = _taken(db, day, slot)
    if opening.driver_code in taken:
        raise Conflict("driver-busy", _("This driver has a route by now."), _("Give the stop to that route."))
    if opening.vehicle_code in taken:
        raise Conflict("vehicle-busy", _("This vehicle is on the road by now."), _("Load the page again."))
    papers.refuse_without(
        db, day, [_Parts(opening.kitchen_code, opening.driver_code, opening.vehicle_code)]
    )  # fmt: skip
    known = offer_facts.register(db)
    route_id, number = open_route(db, opening, agreed_by=agreed_by, reason=reason, by=by, clock=clock)
    vendor = _holder(known, opening.driver_code, opening.kitchen_code)
    run = Run(
        version_id=opening.version_id, route_id=route_id, number=number, day=day, slot=slot, kitchen_code=opening.kitchen_code,
        vendor_code=vendor, cooked_by=known.owner_of(opening.kitchen_code), driver_code=opening.driver_code,
        vehicle_code=opening.vehicle_code, state=str(RunState.PUBLISHED), link_nonce=secrets.token_hex(6), published_at=clock.now(),
        accepted_at=clock.now(),
    )  # fmt: skip
    db.add(run)
    db.flush()
    _agreed(
        db, run, volunteer=vendor == DISTRICT, agreed_by=agreed_by.strip(), reason=reason.strip(), by=by, clock=clock
    )
    return queries.run_record(run)


def _agreed(db: Session, run: Run, *, volunteer: bool, agreed_by: str, reason: str, by: Actor, clock: Clock) -> None:
    """The offer that was made and taken on the phone: the vendor finds the run among its own, and who said yes is on file."""
    now = clock.now()
    offer = RunOffer(
        run_id=run.id, vendor_code=run.vendor_code, driver_code=run.driver_code if volunteer else "", place=0, why=[], hand_reason=reason,
        offered_at=now, offered_by=by.name[:80], deadline_at=now, state=str(OfferState.ACCEPTED), answered_at=now, answered_by=agreed_by[:80],
    )  # fmt: skip
    db.add(offer)
    db.flush()
    note(db, run, EventKind.OFFERED, by=by, now=now, offer=offer, reason=reason)
    note(db, run, EventKind.ACCEPTED, by=by, now=now, offer=offer, by_name=agreed_by)


def _holder(known: Register, driver_code: str, kitchen_code: str) -> str:
    driver = known.drivers.get(driver_code)
    if driver is not None and driver.volunteer:
        return DISTRICT
    return known.employer(driver_code) or known.owner_of(kitchen_code)


def _taken(db: Session, day: date, slot: str) -> frozenset[str]:
    """Drivers and vehicles of the meal's standing runs."""
    query = select(Run.driver_code, Run.vehicle_code).where(
        Run.day == day, Run.slot == slot, Run.state != str(RunState.WITHDRAWN)
    )
    return frozenset(code for row in db.execute(query).tuples() for code in row if code)


def _within(driver: DriverRecord, known: Register, scope: Scope) -> bool:
    return scope.vendor in {None, known.employer(driver.code)} and scope.kitchen in {None, driver.kitchen_code}


def _vehicle(driver: DriverRecord, known: Register, taken: Iterable[str]) -> VehicleRecord | None:
    """Their usual one, else the first that is free where they work."""
    owner = known.employer(driver.code)
    free = [
        each
        for each in known.vehicles.values()
        if each.active and each.code not in set(taken) and known.vehicle_owner(each.code) == owner
    ]
    own = [each for each in free if each.driver_code == driver.code]
    near = [each for each in free if each.kitchen_code == driver.kitchen_code and each.driver_code is None]
    spare = [each for each in free if each.kitchen_code == driver.kitchen_code]
    return next(iter([*own, *near, *spare]), None)
