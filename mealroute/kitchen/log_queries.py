"""Reads of the kitchen's log: within a kitchen's, a vendor's or a station's reach, corrected rows beside those that hold."""

from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mealroute.core.actor import Scope
from mealroute.kitchen.log_records import (
    Action,
    Limits,
    ReadingKind,
    ReadingRecord,
    SampleRecord,
    WatchRecord,
)
from mealroute.kitchen.models import KitchenWatch, RetainedSample, SampleDiscard, TemperatureReading
from mealroute.vendors.models import Kitchen

OPEN, CLOSED = "open", "closed"


def readings(
    db: Session, first: date, last: date, *, scope: Scope, slot: str = "", kitchen: str = ""
) -> tuple[ReadingRecord, ...]:
    """Temperatures of the days from ``first`` to ``last``, by time; corrected ones are marked."""
    row = TemperatureReading
    query = select(row).where(row.day.between(first, last), *reading_scope(scope)).order_by(row.at, row.id)
    if slot:
        query = query.where(row.slot == slot)
    if kitchen:
        query = query.where(row.kitchen_code == kitchen)
    return _readings(db, query)


def samples(
    db: Session, first: date, last: date, *, scope: Scope, slot: str = "", kitchen: str = ""
) -> tuple[SampleRecord, ...]:
    """Samples of the meals from ``first`` to ``last``, by time; corrected ones are marked."""
    row = RetainedSample
    query = _samples_query().where(row.day.between(first, last), *kitchens_in_scope(scope, row.kitchen_code))
    if slot:
        query = query.where(row.slot == slot)
    if kitchen:
        query = query.where(row.kitchen_code == kitchen)
    return _samples(db, query)


def kept_samples(db: Session, *, scope: Scope) -> tuple[SampleRecord, ...]:
    """Every sample that is still in a fridge, whatever its day."""
    later = aliased(RetainedSample)
    return _samples(
        db,
        _samples_query().where(
            SampleDiscard.id.is_(None),
            ~select(later.id).where(later.corrects_id == RetainedSample.id).exists(),
            *kitchens_in_scope(scope, RetainedSample.kitchen_code),
        ),
    )


def watches(db: Session, *, scope: Scope, only_open: bool = True, day: date | None = None) -> tuple[WatchRecord, ...]:
    """Food that was out of range, the oldest first."""
    row = KitchenWatch
    query = (
        select(row, TemperatureReading)
        .join(TemperatureReading, TemperatureReading.id == row.reading_id)
        .where(*reading_scope(scope))
        .order_by(row.id)
    )
    if only_open:
        query = query.where(row.state == OPEN)
    if day is not None:
        query = query.where(TemperatureReading.day == day)
    return tuple(
        WatchRecord(
            id=watch.id, reading=reading_record(reading, corrected=False), owner=watch.owner, open=watch.state == OPEN,
            closed_by=watch.closed_by or "", closed_how=watch.closed_how or "", closed_at=watch.closed_at,
        )
        for watch, reading in db.execute(query)
    )  # fmt: skip


def reading_record(row: TemperatureReading, *, corrected: bool) -> ReadingRecord:
    return ReadingRecord(
        id=row.id, day=row.day, slot=row.slot, kind=ReadingKind(row.kind), kitchen_code=row.kitchen_code,
        station_code=row.station_code, dish_code=row.dish_code, dish_name=row.dish_name, vehicle_code=row.vehicle_code,
        trip=row.trip, tenths=row.tenths, limits=Limits(row.least_tenths, row.most_tenths), in_range=row.in_range,
        action=Action(row.action) if row.action else None, again_tenths=row.again_tenths, note=row.note, at=row.at,
        by_name=row.by_name, corrects_id=row.corrects_id, correction=row.correction, corrected=corrected,
    )  # fmt: skip


def reading_scope(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """The condition under which a reading is within reach. A station reads only its own."""
    row = TemperatureReading
    if scope.station is not None:
        yield row.station_code == scope.station
    yield from kitchens_in_scope(scope, row.kitchen_code)


def kitchens_in_scope(scope: Scope, code: InstrumentedAttribute[str]) -> Iterator[ColumnElement[bool]]:
    """The condition under which a row of a kitchen is within reach: the kitchen's own, or its vendor's."""
    if scope.kitchen is not None:
        yield code == scope.kitchen
    if scope.vendor is not None:
        yield code.in_(select(Kitchen.code).where(Kitchen.vendor_code == scope.vendor))


def _readings(db: Session, query: Select[TemperatureReading]) -> tuple[ReadingRecord, ...]:
    rows = db.scalars(query).all()
    gone = _corrected(db, TemperatureReading, [row.id for row in rows])
    return tuple(reading_record(row, corrected=row.id in gone) for row in rows)


def _samples_query() -> Select[RetainedSample, SampleDiscard]:
    return (
        select(RetainedSample, SampleDiscard)
        .outerjoin(SampleDiscard, SampleDiscard.sample_id == RetainedSample.id)
        .order_by(RetainedSample.taken_at, RetainedSample.id)
    )


def _samples(db: Session, query: Select[RetainedSample, SampleDiscard]) -> tuple[SampleRecord, ...]:
    rows = db.execute(query).tuples().all()
    gone = _corrected(db, RetainedSample, [row.id for row, _discard in rows])
    return tuple(
        SampleRecord(
            id=row.id, day=row.day, slot=row.slot, kitchen_code=row.kitchen_code, dish_code=row.dish_code, dish_name=row.dish_name,
            grams=row.grams, place=row.place, taken_at=row.taken_at, keep_until=row.keep_until, by_name=row.by_name,
            corrects_id=row.corrects_id, correction=row.correction, corrected=row.id in gone,
            discarded_at=discard.at if discard else None, discarded_by=discard.by_name if discard else "",
        )
        for row, discard in rows
    )  # fmt: skip


def _corrected(db: Session, model: type[RetainedSample] | type[TemperatureReading], ids: Iterable[int]) -> set[int]:
    """Of these rows, those that a later one corrects."""
    wanted, found = sorted(ids), set[int]()
    for start in range(0, len(wanted), 10_000):
        part = wanted[start : start + 10_000]
        found |= {each for each in db.scalars(select(model.corrects_id).where(model.corrects_id.in_(part))) if each}
    return found
