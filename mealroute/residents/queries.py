"""Reads of the resident ledger. Lists of people need a scope; what a stage works with is asked for by day."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.residents import build
from mealroute.residents.loading import around_of, category_table, in_scope
from mealroute.residents.models import Pause, Resident, StateChange
from mealroute.residents.records import (
    DoorName,
    PauseRecord,
    ResidentId,
    ResidentRecord,
    ResidentState,
    StateChangeRecord,
)
from mealroute.residents.search import count, search

__all__ = ["category_table", "count", "search"]

IN_SERVICE = frozenset({ResidentState.ACTIVE, ResidentState.PAUSED})


def resident(db: Session, resident_id: ResidentId, *, scope: Scope, day: date) -> ResidentRecord:
    """One resident as of ``day``. Raises NotFound outside the scope, just as where there is none."""
    found = _records(db, select(Resident).where(Resident.id == resident_id, *in_scope(scope)), day)
    if not found:
        raise NotFound("resident-not-found", _("There is no such resident."))
    return found[0]


def by_code(db: Session, code: str, *, scope: Scope, day: date) -> ResidentRecord | None:
    """One resident by the code that sheets use."""
    return next(iter(_records(db, select(Resident).where(Resident.code == code, *in_scope(scope)), day)), None)


def by_ids(db: Session, ids: Iterable[ResidentId], *, day: date) -> dict[ResidentId, ResidentRecord]:
    """Residents of orders that the caller already holds (a manifest, a claim); no list of people, so no scope."""
    wanted = sorted(set(ids))
    found: dict[ResidentId, ResidentRecord] = {}
    for start in range(0, len(wanted), 10_000):  # SQLite allows 32,766 parameters, the loaders below repeat them
        query = select(Resident).where(Resident.id.in_(wanted[start : start + 10_000]))
        found |= {record.id: record for record in _records(db, query, day)}
    return found


def door_names(db: Session, ids: Iterable[ResidentId]) -> dict[ResidentId, DoorName]:
    """Names and addresses of residents of orders that the caller already holds; one statement, and no other field is decrypted."""
    wanted = sorted(set(ids))
    found: dict[ResidentId, DoorName] = {}
    for start in range(0, len(wanted), 10_000):
        query = select(Resident.id, Resident.name, Resident.street_code, Resident.address, Resident.building)
        rows = db.execute(query.where(Resident.id.in_(wanted[start : start + 10_000]))).tuples()
        found |= {ResidentId(number): DoorName(*fields) for number, *fields in rows}
    return found


def ids_by_code(db: Session, *, scope: Scope | None = None) -> dict[str, ResidentId]:
    """Code → id of the ledger (the whole one unless limited), for imports that refer to residents."""
    query = select(Resident.code, Resident.id).where(*in_scope(scope or Scope.everything()))
    return {code: ResidentId(number) for code, number in db.execute(query)}


def active_on(db: Session, day: date, *, scope: Scope) -> tuple[ResidentRecord, ...]:
    """Everyone in service on ``day`` (active or paused), by code. Seven statements whatever the number of people."""
    everyone = _records(db, select(Resident).where(*in_scope(scope)), day, only=IN_SERVICE)
    return tuple(sorted(everyone, key=lambda record: record.code))


def pauses_on(db: Session, day: date) -> dict[ResidentId, PauseRecord]:
    """Who has a pause that covers ``day``, whatever their state."""
    query = select(Pause).where(
        Pause.cancelled_at.is_(None), Pause.starts_on <= day, (Pause.ends_on.is_(None)) | (Pause.ends_on >= day)
    )
    return {ResidentId(row.resident_id): build.pause_record(row) for row in db.scalars(query.order_by(Pause.id))}


def pauses(db: Session, resident_id: ResidentId) -> tuple[PauseRecord, ...]:
    """Every pause of one resident, the cancelled ones too, by first day."""
    query = select(Pause).where(Pause.resident_id == resident_id).order_by(Pause.starts_on, Pause.id)
    return tuple(build.pause_record(row) for row in db.scalars(query))


def history(db: Session, resident_id: ResidentId) -> tuple[StateChangeRecord, ...]:
    """Every state that one resident has had, in the order of entry."""
    query = select(StateChange).where(StateChange.resident_id == resident_id).order_by(StateChange.id)
    return tuple(build.state_record(row) for row in db.scalars(query))


def unlocated(db: Session, *, scope: Scope, day: date) -> tuple[ResidentRecord, ...]:
    """Residents in service without a point to plan with, by street and code."""
    query = select(Resident).where((Resident.lon.is_(None)) | (Resident.lat.is_(None)), *in_scope(scope))
    found = _records(db, query, day, only=IN_SERVICE)
    return tuple(sorted(found, key=lambda record: (record.street_code, record.code)))


def _records(
    db: Session, query: Select[Resident], day: date, *, only: frozenset[ResidentState] | None = None
) -> list[ResidentRecord]:
    rows = db.scalars(query).all()
    around = around_of(db, query)
    table = category_table()
    records = (
        build.resident_record(row, around[row.id], day, table) for row in rows if _in_ledger(around[row.id], day, only)
    )
    return [record for record in records if only is None or record.state in only]


def _in_ledger(around: build.Around, day: date, only: frozenset[ResidentState] | None) -> bool:
    """Lists of a day leave out whoever came into the ledger later; a card or a manifest shows them all the same."""
    return only is None or any(change.since <= day for change in around.history)
