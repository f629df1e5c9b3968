"""What a vendor's people see of a day: offers first, then the runs they hold with driver and vehicle, then their kitchens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries as delivery
from mealroute.delivery.records import LiveBoard
from mealroute.dispatch import crew_queries, offer_queries, queries
from mealroute.dispatch.crew_queries import RunCrew
from mealroute.dispatch.offer_records import OfferState, VendorOffer
from mealroute.dispatch.records import RunRecord, RunState
from mealroute.kitchen import service as kitchen
from mealroute.kitchen.records import ProductionSheet
from mealroute.planning import queries as planning
from mealroute.vendors import queries as vendors
from mealroute.vendors import rules as papers
from mealroute.vendors.records import DriverRecord, ValidityWarning, VendorRecord
from web.streets import street_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class DriverRow:
    """One driver of the vendor: on duty or why not, and the runs of the day."""

    driver: DriverRecord
    against: tuple[ValidityWarning, ...]
    ending: tuple[ValidityWarning, ...]
    runs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everything of the page. ``asked`` = held + open + the ended ones, in runs of this day and meal."""

    vendor: VendorRecord | None
    warnings: tuple[ValidityWarning, ...]
    offers: tuple[VendorOffer, ...]
    past: tuple[VendorOffer, ...]
    runs: tuple[RunCrew, ...]
    live: LiveBoard
    drivers: tuple[DriverRow, ...]
    sheet: ProductionSheet | None
    version_id: int | None
    streets: Mapping[str, str]
    now: datetime

    @property
    def today_open(self) -> int:
        return sum((one.run.day, one.run.slot) == (self.live.day, self.live.slot) for one in self.offers)

    @property
    def ended(self) -> Mapping[str, int]:
        """Ended offers by how they ended."""
        return Counter(str(one.offer.state) for one in self.past)

    @property
    def asked(self) -> int:
        return len(self.runs) + self.today_open + len(self.past)

    @property
    def without_driver(self) -> int:
        return sum(not one.run.driver_code for one in self.runs)

    def progress(self, run_id: int) -> tuple[int, int]:
        """Stops done and all stops of a run."""
        found = next((run for run in self.live.runs if run.run_id == run_id), None)
        return (found.stops_done, found.stops) if found else (0, 0)

    @property
    def stamp(self) -> str:
        """Changes with what is asked and held: the page looks for another one."""
        return (
            "-".join(f"{one.offer.id}" for one in self.offers)
            + "/"
            + "-".join(f"{one.run.id}:{one.run.driver_code}" for one in self.runs)
        )


def work_of(db: Session, day: date, slot: MealSlot, *, actor: Actor, clock: Clock) -> Work:
    """Gather a vendor's day within the scope of who asks."""
    scope, code = actor.scope, actor.scope.vendor or ""
    held = [run for run in queries.runs(db, day, slot, scope=scope) if run.state is not RunState.WITHDRAWN]
    version = planning.published(db, day, slot)
    sheet = kitchen.production(db, version.id, scope=scope) if version else None
    found = [one for one in vendors.vendors(db, scope=scope, on=day) if one.code == code]
    warnings = papers.vendor_warnings(found[0], day) if found else ()
    own = vendors.drivers(db, scope=scope) if code else ()
    return Work(
        vendor=found[0] if found else None, warnings=tuple(warnings),
        offers=offer_queries.vendor_offers(db, code, clock=clock), past=_latest(offer_queries.past_offers(db, code, day, slot), held),
        runs=crew_queries.crews(db, day, held), live=delivery.live_board(db, day, slot, scope),
        drivers=tuple(_driver(one, day, held) for one in own if one.active), sheet=sheet if sheet and sheet.kitchens else None,
        version_id=version.id if version else None, streets=street_names(db), now=clock.now(),
    )  # fmt: skip


def _latest(past: tuple[VendorOffer, ...], held: list[RunRecord]) -> tuple[VendorOffer, ...]:
    """The last word on each run that the vendor does not hold now."""
    mine = {run.id for run in held}
    found: dict[int, VendorOffer] = {}
    for one in past:
        if one.run.id not in mine and one.offer.state is not OfferState.ENDED:
            found.setdefault(one.run.id, one)
    return tuple(found.values())


def _driver(driver: DriverRecord, day: date, held: list[RunRecord]) -> DriverRow:
    against = papers.driver_against(driver, day)
    ending = tuple(each for each in papers.driver_warnings(driver, day) if not each.blocks)
    return DriverRow(driver, against, ending, tuple(run.number for run in held if run.driver_code == driver.code))
