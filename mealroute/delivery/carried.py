"""Which run carries a stop now: the plan's, unless the stop changed hands on the road."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch import transfers
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import RunRecord
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.dispatch.transfer_records import TransferKind, TransferRecord
from mealroute.planning.models import PlanVisit


@dataclass(frozen=True, slots=True)
class Carried:
    """The changes of hands that stand, by visit, and the runs that took something."""

    standing: Mapping[int, TransferRecord]
    runs: Mapping[int, RunRecord]

    def run(self, visit_id: int) -> RunRecord | None:
        """The run that took a stop; None where the plan's run still has it."""
        held = self.standing.get(visit_id)
        return None if held is None or held.to_run_id is None else self.runs.get(held.to_run_id)

    def station(self, visit_id: int) -> str:
        """The station to which a stop was given; empty where it was not."""
        held = self.standing.get(visit_id)
        return held.station_code if held is not None and held.kind is TransferKind.STATION else ""

    def person(self, visit_id: int) -> str:
        """Who has taken a stop over by name; empty where nobody has."""
        held = self.standing.get(visit_id)
        return held.to_name if held is not None and held.kind is TransferKind.PERSON else ""


def on_day(db: Session, day: date, slot: str) -> Carried:
    """Every change of hands of a meal that stands."""
    standing = transfers.standing_now(transfers.of_day(db, day, slot))
    return Carried(
        standing, run_records(db, {held.to_run_id for held in standing.values() if held.to_run_id is not None})
    )


def taken_by(db: Session, run_ids: Collection[int]) -> dict[int, set[int]]:
    """Visit → those of the given runs that took it at any time: what happened at a door is never refused, also where it went on since."""
    found: dict[int, set[int]] = {}
    query = select(StopTransfer.visit_id, StopTransfer.to_run_id).where(StopTransfer.to_run_id.in_(sorted(run_ids)))
    for visit, run in db.execute(query).tuples():
        if run is not None:
            found.setdefault(visit, set()).add(run)
    return found


def run_records(db: Session, run_ids: Collection[int]) -> dict[int, RunRecord]:
    """The given runs by id, whatever their state."""
    rows = db.scalars(select(Run).where(Run.id.in_(sorted(run_ids)))) if run_ids else ()
    return {row.id: dispatch.run_record(row) for row in rows}


def taken_within(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a stop was given to a run or station within reach, whoever had it by the plan."""
    given = select(StopTransfer.id).where(StopTransfer.visit_id == PlanVisit.id)
    if scope.station is not None:
        return given.where(StopTransfer.station_code == scope.station).exists()
    return given.where(transfers.visits_taken(scope)).exists()


def bound_to_runs(scope: Scope) -> bool:
    """Whether somebody reaches stops by the run that carries them."""
    return scope.vendor is not None or scope.kitchen is not None or scope.driver is not None


def still_theirs(run: RunRecord, scope: Scope) -> bool:
    """Whether a run that took a stop is within a scope that is bound to runs."""
    return (
        (scope.vendor is None or (run.vendor_code == scope.vendor and run.accepted_at is not None))
        and (scope.kitchen is None or run.kitchen_code == scope.kitchen)
        and (scope.driver is None or (bool(scope.driver) and run.driver_code == scope.driver))
    )


def reach(scope: Scope, by_plan: tuple[ColumnElement[bool], ...]) -> tuple[ColumnElement[bool], ...]:
    """The condition of the plan's runs, or of what changed hands since."""
    if not by_plan or not (bound_to_runs(scope) or scope.station is not None):
        return by_plan
    return (or_(and_(*by_plan), taken_within(scope)),)
