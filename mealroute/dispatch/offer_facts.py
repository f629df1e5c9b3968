"""What the order of candidates looks at, gathered from plan, register and the day's other runs; a dozen statements a day."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.slots import MealSlot
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_models import RunOffer
from mealroute.dispatch.offer_records import LIVE, CrewFact, RunNeeds, VendorFacts
from mealroute.dispatch.records import RunState
from mealroute.orders.models import BookLine
from mealroute.planning.models import PlanLine, PlanRoute, PlanVisit
from mealroute.vendors import queries as vendors
from mealroute.vendors import rules as papers
from mealroute.vendors.records import DriverRecord, KitchenRecord, VehicleRecord, VendorRecord


@dataclass(frozen=True, slots=True)
class Register:
    """Who belongs to whom: drivers and vehicles by code, and the vendor behind each."""

    kitchens: Mapping[str, KitchenRecord]
    drivers: Mapping[str, DriverRecord]
    vehicles: Mapping[str, VehicleRecord]

    def employer(self, driver_code: str) -> str:
        """The vendor a driver works for; a driver without one drives for the vendor of their kitchen."""
        driver = self.drivers.get(driver_code)
        return "" if driver is None else driver.vendor_code or self.owner_of(driver.kitchen_code)

    def vehicle_owner(self, vehicle_code: str) -> str:
        vehicle = self.vehicles.get(vehicle_code)
        return "" if vehicle is None else vehicle.vendor_code or self.owner_of(vehicle.kitchen_code)

    def owner_of(self, kitchen_code: str) -> str:
        kitchen = self.kitchens.get(kitchen_code)
        return "" if kitchen is None else kitchen.vendor_code


def register(db: Session) -> Register:
    """Kitchens, drivers and vehicles of the whole district."""
    return Register(
        kitchens={each.code: each for each in vendors.kitchens(db)},
        drivers={each.code: each for each in vendors.drivers(db, scope=Scope.everything())},
        vehicles={each.code: each for each in vendors.vehicles(db)},
    )


def needs_of(db: Session, run_ids: Collection[int], known: Register | None = None) -> dict[int, RunNeeds]:
    """What each of these runs asks of whoever takes it; two statements whatever their number."""
    wanted = sorted(set(run_ids))
    if not wanted:
        return {}
    known = known or register(db)
    streets: dict[int, Counter[str]] = defaultdict(Counter)
    diets: dict[int, set[str]] = defaultdict(set)
    must: Counter[int] = Counter()
    lines = db.execute(
        select(Run.id, BookLine.street_code, BookLine.quantity, BookLine.diets, BookLine.must_serve)
        .join(PlanVisit, PlanVisit.route_id == Run.route_id)
        .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
        .join(BookLine, BookLine.id == PlanLine.book_line_id)
        .where(Run.id.in_(wanted))
    ).tuples()
    for run_id, street, quantity, of_line, must_serve in lines:
        streets[run_id][street] += quantity
        diets[run_id] |= set(of_line)
        must[run_id] += must_serve
    routes = db.execute(
        select(Run.id, PlanRoute).join(PlanRoute, PlanRoute.id == Run.route_id).where(Run.id.in_(wanted))
    )
    return {
        run_id: RunNeeds(
            run_id=run_id, planned_vendor=known.employer(route.driver_code) or known.owner_of(route.kitchen_code),
            streets=dict(streets[run_id]), portions=route.portions, stops=route.stops, most_aboard=route.most_aboard,
            diets=frozenset(diets[run_id]), must_serve=must[run_id], loads_s=route.starts_s, back_s=route.ends_s,
        )
        for run_id, route in routes.tuples()
    }  # fmt: skip


def busy_times(db: Session, day: date) -> dict[str, list[tuple[int, int, int]]]:
    """Driver or vehicle code → (run, from, to) of the day's standing runs of any meal."""
    found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    rows = db.execute(
        select(Run.id, Run.driver_code, Run.vehicle_code, PlanRoute.starts_s, PlanRoute.ends_s)
        .join(PlanRoute, PlanRoute.id == Run.route_id)
        .where(Run.day == day, Run.state == RunState.PUBLISHED)
        .order_by(Run.id)
    ).tuples()
    for run_id, driver, vehicle, start, end in rows:
        for code in {driver, vehicle} - {""}:
            found[code].append((run_id, start, end))
    return found


def vendor_facts(db: Session, day: date, slot: str, known: Register | None = None) -> dict[str, VendorFacts]:
    """Every vendor of the register as the order of candidates sees it on a day and slot."""
    known = known or register(db)
    busy = busy_times(db, day)
    crews: dict[str, list[CrewFact]] = defaultdict(list)
    for driver in known.drivers.values():
        if not papers.driver_against(driver, day):
            crews[known.employer(driver.code)].append(
                CrewFact(
                    driver_code=driver.code, shift_start_s=driver.shift_start_s, shift_end_s=driver.shift_end_s,
                    busy=tuple(busy.get(driver.code, ())),
                )
            )  # fmt: skip
    fleets: dict[str, list[VehicleRecord]] = defaultdict(list)
    for vehicle in known.vehicles.values():
        if vehicle.active:
            fleets[known.vehicle_owner(vehicle.code)].append(vehicle)
    committed, pledged = _promised(db, day, slot, known)
    contracts: dict[str, set[str]] = defaultdict(set)
    for contract in vendors.street_contracts(db, day=day):
        contracts[contract.vendor_code].add(contract.street_code)
    scores = vendors.scores(db)
    return {
        vendor.code: replace(
            _of_register(vendor, day, slot), committed=committed[vendor.code], pledged=tuple(pledged[vendor.code]), crew=tuple(crews[vendor.code]),
            contracts=frozenset(contracts[vendor.code]), score=scores.get(vendor.code), vehicles=len(fleets[vendor.code]),
            halal_vehicle=any(each.halal_marked for each in fleets[vendor.code]),
        )
        for vendor in vendors.vendors(db, on=day)
    }  # fmt: skip


def blocks_of(db: Session, vendor_code: str, day: date) -> tuple[str, ...]:
    """Why a vendor may not be given work on ``day``, in sentences; empty where it may."""
    try:
        return tuple(warning.sentence for warning in vendors.may_work(db, vendor_code, day))
    except NotFound as unknown:
        return (unknown.sentence,)


def _of_register(vendor: VendorRecord, day: date, slot: str) -> VendorFacts:
    return VendorFacts(
        code=vendor.code, blocks=tuple(warning.sentence for warning in papers.may_work(vendor, day)),
        streets=frozenset(vendor.street_codes) or None, diets=vendor.diets or None, capacity=vendor.capacity_for(MealSlot(slot)),
        supply_place=None if vendor.supply_mode is None else papers.preference(vendor.supply_mode) + 1,
    )  # fmt: skip


def _promised(
    db: Session, day: date, slot: str, known: Register
) -> tuple[Counter[str], dict[str, list[tuple[int, int, int]]]]:
    """By vendor, of what it holds or is asked for: portions in the slot, and the day's runs that still need a driver of its own."""
    portions: Counter[str] = Counter()
    pledged: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    rows = db.execute(
        select(
            RunOffer.vendor_code,
            Run.id,
            Run.slot,
            Run.driver_code,
            PlanRoute.portions,
            PlanRoute.starts_s,
            PlanRoute.ends_s,
        )
        .join(Run, Run.id == RunOffer.run_id)
        .join(PlanRoute, PlanRoute.id == Run.route_id)
        .where(Run.day == day, Run.state == RunState.PUBLISHED, RunOffer.state.in_(LIVE))
        .order_by(Run.id)
    ).tuples()
    for vendor, run_id, of_slot, driver, count, start, end in rows:
        portions[vendor] += count if of_slot == str(slot) else 0
        if known.employer(driver) != vendor:
            pledged[vendor].append((run_id, start, end))
    return portions, pledged
