"""Who of a vendor's own people and vehicles could do a run, and why the others can't."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.dispatch import crew_rules, offer_facts
from mealroute.dispatch.offer_facts import Register
from mealroute.dispatch.offer_models import RunOffer
from mealroute.dispatch.offer_records import OfferState, RunNeeds
from mealroute.dispatch.records import RunRecord
from mealroute.vendors.records import DriverRecord, VehicleRecord


@dataclass(frozen=True, slots=True)
class CrewOption:
    """A driver or vehicle in a list; ``fault`` says why it can't do the run, empty = it can."""

    code: str
    label: str
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCrew:
    """A held run with what it needs and who could do it; ``offer_id`` is the offer by which its vendor holds it."""

    run: RunRecord
    needs: RunNeeds
    driver: DriverRecord | None
    vehicle: VehicleRecord | None
    drivers: tuple[CrewOption, ...]
    vehicles: tuple[CrewOption, ...]
    offer_id: int | None


def crews(db: Session, day: date, runs: Sequence[RunRecord]) -> tuple[RunCrew, ...]:
    """The runs with the drivers and vehicles of the vendor that holds each; those who can stand first."""
    known, busy = offer_facts.register(db), offer_facts.busy_times(db, day)
    needs = offer_facts.needs_of(db, [run.id for run in runs], known)
    accepted = select(RunOffer.run_id, RunOffer.id).where(
        RunOffer.run_id.in_(needs), RunOffer.state == OfferState.ACCEPTED
    )
    by_offer = dict(db.execute(accepted).tuples().all())
    return tuple(
        RunCrew(
            run=run, needs=needs[run.id], driver=known.drivers.get(run.driver_code), vehicle=known.vehicles.get(run.vehicle_code),
            drivers=_drivers(run, needs[run.id], day, known, busy), vehicles=_vehicles(run, needs[run.id], known, busy),
            offer_id=by_offer.get(run.id),
        )
        for run in runs
    )  # fmt: skip


Busy = dict[str, list[tuple[int, int, int]]]


def _drivers(run: RunRecord, needs: RunNeeds, day: date, known: Register, busy: Busy) -> tuple[CrewOption, ...]:
    own = [
        driver for driver in known.drivers.values() if driver.active and known.employer(driver.code) == run.vendor_code
    ]
    found = []
    for driver in own:
        fault = crew_rules.driver_fault(driver, needs, day, busy.get(driver.code, ()))
        found.append(CrewOption(driver.code, f"{driver.name} {driver.code}", fault[1] if fault else ""))
    return _able_first(found)


def _vehicles(run: RunRecord, needs: RunNeeds, known: Register, busy: Busy) -> tuple[CrewOption, ...]:
    own = [
        each for each in known.vehicles.values() if each.active and known.vehicle_owner(each.code) == run.vendor_code
    ]
    found = []
    for vehicle in own:
        fault = crew_rules.vehicle_fault(vehicle, needs, busy.get(vehicle.code, ()))
        label = f"{vehicle.code} {vehicle.plate}".strip()
        found.append(CrewOption(vehicle.code, label, fault[1] if fault else ""))
    return _able_first(found)


def _able_first(found: list[CrewOption]) -> tuple[CrewOption, ...]:
    return tuple(sorted(found, key=lambda option: (bool(option.fault), option.code)))
