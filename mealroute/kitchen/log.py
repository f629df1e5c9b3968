"""Use-cases of the kitchen's log. A row is written once; a mistake is mended by a later row that names it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.kitchen import log_rules
from mealroute.kitchen.figures import figures_on
from mealroute.kitchen.log_queries import CLOSED, OPEN, reading_scope
from mealroute.kitchen.log_records import ReadingInput, SampleInput
from mealroute.kitchen.models import KitchenWatch, RetainedSample, SampleDiscard, TemperatureReading
from mealroute.menus.models import Dish
from mealroute.vendors.models import Kitchen, Station


def record_reading(db: Session, entry: ReadingInput, *, by: Actor, clock: Clock) -> bool:
    """Write one temperature. True = written, False = it was here already. Out of range opens a watch item.

    Raises
    ------
    MealrouteError
        What ``log_rules.check_reading`` refuses; ``kitchen-not-found``, ``row-not-found``, ``row-corrected``.
    """
    kitchen = reached_kitchen(db, entry.kitchen_code, by)
    figures = figures_on(entry.day)
    limits = log_rules.limits_of(entry.kind, figures)
    log_rules.check_reading(entry, limits, figures, clock.now())
    if by.scope.station not in {None, entry.station_code}:
        raise NotFound("station-not-found", _("There is no such station."), _("Choose a station from the list."))
    before = corrected_row(db, TemperatureReading, entry.corrects_id, kitchen.code)
    if before is not None and by.scope.station not in {None, before.station_code}:
        raise NotFound("row-not-found", _("There is no such row in the log."))
    in_range = limits.hold(entry.tenths)
    row = {
        "client_id": entry.client_id, "day": entry.day, "slot": entry.slot, "kind": str(entry.kind), "kitchen_code": kitchen.code,
        "station_code": entry.station_code, "dish_code": entry.dish_code, "dish_name": _dish(db, entry.dish_code),
        "vehicle_code": entry.vehicle_code, "trip": entry.trip, "tenths": entry.tenths, "least_tenths": limits.least,
        "most_tenths": limits.most, "in_range": in_range, "action": "" if in_range else str(entry.action),
        "again_tenths": None if in_range else entry.again_tenths, "note": entry.note.strip(), "at": entry.at,
        "by_name": _name(entry.by_name, by), "written_at": clock.now(), "corrects_id": entry.corrects_id,
        "correction": entry.correction.strip(),
    }  # fmt: skip
    new = write_row(db, TemperatureReading, row, entry.corrects_id)
    if new is None:
        return False
    if before is not None:
        _close_corrected(db, before, by=by, clock=clock)
    if not in_range:
        place = _station_name(db, entry.station_code) or kitchen.name
        db.add(KitchenWatch(reading_id=new, owner=place, state=OPEN))
        db.flush()
    audit.record(
        db, by=by, clock=clock, action="kitchen.temperature", subject=f"reading/{new}", reason=entry.correction.strip(),
        detail={"kind": str(entry.kind), "in_range": in_range, "corrects": entry.corrects_id},
    )  # fmt: skip
    return True


def record_sample(db: Session, entry: SampleInput, *, by: Actor, clock: Clock) -> bool:
    """Put one sample on record. True = written, False = it was here already.

    Raises
    ------
    MealrouteError
        What ``log_rules.check_sample`` refuses; ``kitchen-not-found``, ``row-not-found``, ``row-corrected``.
    """
    kitchen = reached_kitchen(db, entry.kitchen_code, by)
    figures = figures_on(entry.day)
    log_rules.check_sample(entry, figures, clock.now())
    corrected_row(db, RetainedSample, entry.corrects_id, kitchen.code)
    row = {
        "client_id": entry.client_id, "day": entry.day, "slot": entry.slot, "kitchen_code": kitchen.code,
        "dish_code": entry.dish_code, "dish_name": _dish(db, entry.dish_code), "grams": entry.grams, "place": entry.place.strip()[:80],
        "taken_at": entry.taken_at, "keep_until": log_rules.keep_until(entry.taken_at, figures),
        "by_name": _name(entry.by_name, by), "written_at": clock.now(), "corrects_id": entry.corrects_id,
        "correction": entry.correction.strip(),
    }  # fmt: skip
    new = write_row(db, RetainedSample, row, entry.corrects_id)
    if new is None:
        return False
    audit.record(
        db, by=by, clock=clock, action="kitchen.sample", subject=f"sample/{new}", reason=entry.correction.strip(),
        detail={"dish": entry.dish_code, "grams": entry.grams, "corrects": entry.corrects_id},
    )  # fmt: skip
    return True


def discard_sample(db: Session, sample_id: int, *, by: Actor, clock: Clock, by_name: str = "", note: str = "") -> bool:
    """Say that a sample whose time is over was thrown away. True = written, False = somebody had said so.

    Raises ``row-not-found``, ``row-corrected``, ``sample-too-young``.
    """
    row = db.get(RetainedSample, sample_id)
    if row is None:
        raise NotFound("row-not-found", _("There is no such row in the log."))
    reached_kitchen(db, row.kitchen_code, by)
    if db.scalar(select(RetainedSample.id).where(RetainedSample.corrects_id == sample_id)) is not None:
        raise Conflict("row-corrected", _("A later row corrects this one already."), _("Load the page again."))
    if clock.now() < row.keep_until:
        until = clock.local(row.keep_until).strftime("%m-%d %H:%M")
        raise MealrouteError("sample-too-young", _("This sample is kept until %(until)s.", until=until))
    values = {"sample_id": sample_id, "at": clock.now(), "by_name": _name(by_name, by), "note": note.strip()}
    if not insert_new(db, SampleDiscard, [values], SampleDiscard.id, SampleDiscard.sample_id):
        return False
    audit.record(db, by=by, clock=clock, action="kitchen.sample-discarded", subject=f"sample/{sample_id}")
    return True


def close_watch(db: Session, watch_id: int, *, named_person: str, how: str, by: Actor, clock: Clock) -> None:
    """Close a watch item: a named person says that the food is safe or gone.

    Raises ``watch-not-found``, ``watch-closed``, ``named-person-missing``, ``how-missing``.
    """
    if not named_person.strip():
        raise MealrouteError("named-person-missing", _("Who says so? A case closes only with a person's name."))
    if not how.strip():
        raise MealrouteError("how-missing", _("Write down what became of the food."))
    watch = db.scalars(
        select(KitchenWatch)
        .join(TemperatureReading, TemperatureReading.id == KitchenWatch.reading_id)
        .where(KitchenWatch.id == watch_id, *reading_scope(by.scope))
        .with_for_update(of=KitchenWatch)
    ).one_or_none()
    if watch is None:
        raise NotFound("watch-not-found", _("There is no such watch item."))
    if watch.state == CLOSED:
        raise Conflict("watch-closed", _("%(name)s has closed this case already.", name=watch.closed_by or ""))
    _close(watch, named_person.strip()[:80], how.strip(), clock)
    audit.record(db, by=by, clock=clock, action="kitchen.watch-closed", subject=f"reading/{watch.reading_id}")


def _close(watch: KitchenWatch, person: str, how: str, clock: Clock) -> None:
    watch.state, watch.closed_by, watch.closed_how, watch.closed_at = CLOSED, person, how, clock.now()


def _close_corrected(db: Session, reading: Any, *, by: Actor, clock: Clock) -> None:
    """The watch over a row that was wrong ends with it; a correction that is out of range opens its own."""
    watch = db.scalars(select(KitchenWatch).where(KitchenWatch.reading_id == reading.id)).one_or_none()
    if watch is not None and watch.state == OPEN:
        _close(watch, by.name[:80], _("The reading was corrected."), clock)
        db.flush()


def reached_kitchen(db: Session, code: str, by: Actor) -> Kitchen:
    """The kitchen whose log it is. NotFound where it lies beyond the person's reach, just as where there is none."""
    row = db.scalars(select(Kitchen).where(Kitchen.code == code)).one_or_none()
    scope = by.scope
    if row is None or scope.kitchen not in {None, code} or scope.vendor not in {None, row.vendor_code}:
        raise NotFound("kitchen-not-found", _("There is no such kitchen."))
    return row


def corrected_row(db: Session, model: type[Any], row_id: int | None, kitchen_code: str) -> Any:
    """The row that is about to be corrected: of the same kitchen."""
    if row_id is None:
        return None
    row = db.get(model, row_id)
    if row is None or row.kitchen_code != kitchen_code:
        raise NotFound("row-not-found", _("There is no such row in the log."))
    return row


def write_row(db: Session, model: type[Any], row: dict[str, Any], corrects_id: int | None) -> int | None:
    """The new row's id; None when the same client id is here already. Raises Conflict where another correction was first."""
    found = insert_new(db, model, [row], model.id, model.client_id)
    if found:
        return int(found[0][0])
    if db.scalar(select(model.id).where(model.client_id == row["client_id"])) is None and corrects_id is not None:
        raise Conflict("row-corrected", _("A later row corrects this one already."), _("Load the page again."))
    return None


def _dish(db: Session, code: str) -> str:
    return (db.scalar(select(Dish.name).where(Dish.code == code)) or "") if code else ""


def _station_name(db: Session, code: str) -> str:
    return (db.scalar(select(Station.name).where(Station.code == code)) or "") if code else ""


def _name(given: str, by: Actor) -> str:
    return (given.strip() or by.name)[:80]
