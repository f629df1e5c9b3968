"""The board of a day's runs, and one run with its history and whom it may go to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.slots import MealSlot
from mealroute.dispatch import crew_queries, offer_queries
from mealroute.dispatch.crew_queries import RunCrew
from mealroute.dispatch.offer_records import DISTRICT, BoardRun, Candidate, Excluded, Standing
from mealroute.dispatch.offer_words import vendor_name
from mealroute.vendors import queries as vendors
from mealroute.vendors.area_records import BackupRecord
from mealroute.vendors.records import DriverRecord
from web.streets import street_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The day's runs, the reddest first. ``runs`` = the counts by standing, added up."""

    runs: tuple[BoardRun, ...]
    names: Mapping[str, str]
    phones: Mapping[str, str]
    drivers: Mapping[str, str]
    streets: Mapping[str, str]
    backups: Mapping[str, tuple[BackupRecord, ...]]
    now: datetime

    @property
    def urgent(self) -> tuple[BoardRun, ...]:
        return tuple(one for one in self.runs if one.urgent)

    @property
    def counts(self) -> Mapping[Standing, int]:
        return Counter(one.standing for one in self.runs)

    def vendor(self, code: str) -> str:
        return vendor_name(code, self.names)

    @property
    def stamp(self) -> str:
        """Changes with where the runs stand: the page looks for another one."""
        return "-".join(f"{one.run.id}:{one.standing}:{one.offer.id if one.offer else 0}" for one in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """One run: where it stands, its history, who would be asked, and whom a dispatcher may choose."""

    one: BoardRun
    board: Board
    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]
    volunteers: tuple[DriverRecord, ...]
    crew: RunCrew | None

    @property
    def backups(self) -> tuple[BackupRecord, ...]:
        return self.board.backups.get(self.one.needs.main_street, ())


def board_of(db: Session, day: date, slot: MealSlot, *, actor: Actor, clock: Clock) -> Board:
    """The board within the actor's scope."""
    return _board(db, offer_queries.board(db, day, slot, scope=actor.scope, clock=clock), day, clock)


def run_page(db: Session, run_id: int, *, actor: Actor, clock: Clock) -> RunPage:
    """One run. Raises NotFound, also where it lies outside the actor's scope."""
    one = offer_queries.board_run(db, run_id, scope=actor.scope, clock=clock)
    candidates, excluded = offer_queries.candidates(db, one)
    volunteers = (
        each for each in vendors.drivers(db, scope=actor.scope) if each.volunteer and each.works_on(one.run.day)
    )
    named = one.run.accepted_at is not None and one.run.vendor_code != DISTRICT
    return RunPage(
        one=one, board=_board(db, (one,), one.run.day, clock), candidates=candidates, excluded=excluded, volunteers=tuple(volunteers),
        crew=crew_queries.crews(db, one.run.day, [one.run])[0] if named else None,
    )  # fmt: skip


def _board(db: Session, runs: tuple[BoardRun, ...], day: date, clock: Clock) -> Board:
    backups: dict[str, list[BackupRecord]] = {}
    for record in vendors.all_backups(db, day):
        backups.setdefault(record.street_code, []).append(record)
    return Board(
        runs=runs, names={vendor.code: vendor.name for vendor in vendors.vendors(db)}, phones=vendors.vendor_phones(db),
        drivers={driver.code: driver.name for driver in vendors.drivers(db, scope=Scope.everything())},
        streets=street_names(db), backups={street: tuple(found) for street, found in backups.items()}, now=clock.now(),
    )  # fmt: skip
