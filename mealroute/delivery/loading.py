"""The loading check: counted against the sheet before the first door, differences on record and before the dispatcher."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.delivery.loading_models import LoadingCheck, LoadingCount
from mealroute.delivery.records import Duplicate, ProofId, ProofProblem, Recorded
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch import rules as sheet_rules
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import LoadTotal, Manifest, ManifestTrip
from mealroute.kitchen.box_records import BoxKind, BoxWay
from mealroute.kitchen.models import BoxCount

MOST = 10_000
"""More portions or boxes of one kind than this on one trip is a slip of the finger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadingInput:
    """One count of one trip, as it comes from a phone: portions by the sheet's keys (``key_of``), boxes by kind."""

    client_id: str
    run_id: int
    trip: int
    portions: Mapping[str, int]
    boxes: Mapping[str, int]
    note: str = ""
    phone_at: datetime | None = None
    device: str = ""
    by_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRecord:
    """One kind in a check; ``listed`` None: nobody had counted it before."""

    kind: str
    key: str
    listed: int | None
    counted: int

    @property
    def differs(self) -> bool:
        return self.listed is not None and self.listed != self.counted


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRecord:
    """The newest check of one trip of one run."""

    id: int
    run_id: int
    run_number: int
    trip: int
    note: str
    by_name: str
    at: datetime
    counts: tuple[CountRecord, ...]

    @property
    def differences(self) -> tuple[CountRecord, ...]:
        return tuple(each for each in self.counts if each.differs)


def key_of(total: LoadTotal) -> str:
    """The same kind of portion has the same key on every sheet of the day."""
    return "|".join((",".join(total.diets), total.dish_name, total.size))[:160]


def listed(trip: ManifestTrip) -> tuple[LoadTotal, ...]:
    """What has to be aboard when a trip leaves, by kind."""
    return sheet_rules.load_totals(item for stop in trip.stops for item in stop.items)


def boxes_out(db: Session, manifest: Manifest) -> dict[tuple[int, str], int]:
    """What the kitchen has counted out for the run's vehicle: by trip and kind, corrected rows left out."""
    corrected = select(BoxCount.corrects_id).where(BoxCount.corrects_id.is_not(None))
    query = select(BoxCount.trip, BoxCount.kind, BoxCount.count).where(
        BoxCount.day == manifest.day, BoxCount.slot == manifest.slot, BoxCount.vehicle_code == manifest.vehicle_code,
        BoxCount.way == BoxWay.OUT, BoxCount.id.not_in(corrected),
    )  # fmt: skip
    found: dict[tuple[int, str], int] = {}
    for trip, kind, count in db.execute(query).tuples():
        found[trip, kind] = found.get((trip, kind), 0) + count
    return found


def check(db: Session, entry: LoadingInput, *, by: Actor, clock: Clock) -> Recorded | Duplicate | ProofProblem:
    """Write one count. What the sheet lists and was not counted at all is no row: a kind is counted or it is not."""
    manifest = dispatch.manifest(db, entry.run_id)
    trip = next((each for each in manifest.trips if each.number == entry.trip), None)
    counts = [*entry.portions.values(), *entry.boxes.values()]
    if trip is None or not counts or any(not 0 <= count <= MOST for count in counts):
        return ProofProblem(entry.client_id, 0, "loading-invalid", _("The count does not fit a trip of this run."))
    row = {
        "client_id": entry.client_id, "run_id": entry.run_id, "trip": entry.trip, "note": entry.note.strip(),
        "by_name": (entry.by_name.strip() or by.name)[:80], "device": entry.device, "phone_at": entry.phone_at, "at": clock.now(),
    }  # fmt: skip
    new = insert_new(db, LoadingCheck, [row], LoadingCheck.client_id, LoadingCheck.id)
    if not new:
        there = db.scalar(select(LoadingCheck.id).where(LoadingCheck.client_id == entry.client_id))
        return Duplicate(entry.client_id, ProofId(there or 0))
    check_id = int(new[0][1])
    rows = _rows(entry, trip, boxes_out(db, manifest))
    db.execute(insert(LoadingCount), [{"check_id": check_id, **each} for each in rows])
    differing = sum(each["listed"] is not None and each["listed"] != each["counted"] for each in rows)
    audit.record(
        db, by=by, clock=clock, action="delivery.loading-checked", subject=f"run/{entry.run_id}", rows=len(rows),
        detail={"trip": entry.trip, "differences": differing},
    )  # fmt: skip
    return Recorded(entry.client_id, ProofId(check_id))


def _rows(entry: LoadingInput, trip: ManifestTrip, out: Mapping[tuple[int, str], int]) -> list[dict[str, object]]:
    sheet: dict[str, int] = {}
    for total in listed(trip):
        sheet[key_of(total)] = sheet.get(key_of(total), 0) + total.portions
    portions: list[dict[str, object]] = [
        {"kind": "portions", "key": key[:160], "listed": sheet.get(key, 0), "counted": counted}
        for key, counted in entry.portions.items()
    ]
    boxes: list[dict[str, object]] = [
        {"kind": "boxes", "key": kind, "listed": out.get((entry.trip, kind)), "counted": counted}
        for kind, counted in entry.boxes.items()
        if kind in set(BoxKind)
    ]
    return [*portions, *boxes]


def checks(db: Session, day: date, slot: str, *, scope: Scope) -> tuple[CheckRecord, ...]:
    """The newest check of each trip of the day's runs within reach, by run number and trip."""
    runs = select(Run).where(Run.day == day, Run.slot == slot)
    return _newest(db, {run.id: run.number for run in db.scalars(dispatch.within(runs, scope))})


def checks_of(db: Session, run_ids: Iterable[int]) -> tuple[CheckRecord, ...]:
    """The newest check of each trip of the given runs."""
    runs = db.execute(select(Run.id, Run.number).where(Run.id.in_(sorted(set(run_ids))))).tuples()
    return _newest(db, dict(runs.all()))


def _newest(db: Session, runs: Mapping[int, int]) -> tuple[CheckRecord, ...]:
    rows = db.scalars(select(LoadingCheck).where(LoadingCheck.run_id.in_(sorted(runs))).order_by(LoadingCheck.id))
    newest = {(row.run_id, row.trip): row for row in rows}
    ids = [row.id for row in newest.values()]
    counts: dict[int, list[CountRecord]] = {}
    for row in db.scalars(select(LoadingCount).where(LoadingCount.check_id.in_(ids)).order_by(LoadingCount.id)):
        counts.setdefault(row.check_id, []).append(
            CountRecord(kind=row.kind, key=row.key, listed=row.listed, counted=row.counted)
        )
    found = (
        CheckRecord(
            id=row.id, run_id=row.run_id, run_number=runs[row.run_id], trip=row.trip, note=row.note, by_name=row.by_name, at=row.at,
            counts=tuple(counts.get(row.id, ())),
        )
        for row in newest.values()
    )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.run_number, each.trip)))
