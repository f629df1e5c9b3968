"""Standing orders from a sheet, and by hand: weekly patterns of residents that the ledger knows."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.import_batches import finish, one_at_a_time, upsert
from mealroute.core.importing import CellProblem, ImportResult, ParsedRow, Sheet, source_of
from mealroute.core.slots import MealSlot
from mealroute.orders import build, imports, rules
from mealroute.orders.models import StandingOrder
from mealroute.orders.paying import needed_reason
from mealroute.orders.records import Channel, Delivery, PayMeans, Size, StandingOrderRecord
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId
from mealroute.vendors.models import Station

_PLAIN = ("choice", "note", "valid_from", "valid_to")
_WORDS = ("slot", "size", "delivery", "channel", "pay_means")


def import_standing_orders(db: Session, sheets: Sheet | Sequence[Sheet], *, by: Actor, clock: Clock) -> ImportResult:
    """Weekly patterns by code. One that would give somebody two meals in one slot is set aside, the first one stands."""
    one_at_a_time(db)
    rows, problems = imports.read(sheets)
    people = residents.ids_by_code(db)
    own = residents.ids_by_code(db, scope=by.scope)
    stations = set(db.scalars(select(Station.code)))
    held: dict[int, dict[str, StandingOrderRecord]] = {}
    for row in db.scalars(select(StandingOrder).order_by(StandingOrder.id)):
        held.setdefault(row.resident_id, {})[row.code] = build.standing_record(row)
    reached = set(own.values())
    foreign = {code for resident, theirs in held.items() if resident not in reached for code in theirs}
    wanted = []
    for line in rows:
        problem = _unknown(line, people, stations, own, foreign)
        if problem is None:
            values = _values(line, people[line["resident_code"]])
            theirs = held.setdefault(values["resident_id"], {})
            problem = _twice(line, values, theirs)
        if problem is not None:
            problems.append(problem)
            continue
        theirs[values["code"]] = _record(values)
        wanted.append(values | {"extra": dict(line.extra)})
    done = upsert(db, StandingOrder, wanted)
    file, digest = source_of(sheets)
    counts = (len(done.added), len(done.changed), done.unchanged)
    result = ImportResult("standing-orders", file, *counts, tuple(problems), digest)
    return finish(db, result, by=by, clock=clock)


def add_standing_order(
    db: Session,
    *,
    resident_id: ResidentId,
    slot: MealSlot,
    portions: Sequence[int],
    channel: Channel,
    pay_means: PayMeans,
    valid_from: date,
    by: Actor,
    clock: Clock,
    valid_to: date | None = None,
    size: Size = Size.NORMAL,
    choice: str = "A",
    delivery: Delivery = Delivery.HOME,
    station_code: str | None = None,
    window_from_s: int | None = None,
    window_to_s: int | None = None,
    note: str = "",
    code: str | None = None,
) -> StandingOrderRecord:
    """A weekly pattern taken on the phone or at a counter. ``portions`` are seven, Monday first."""
    if len(portions) != 7 or not any(portions) or not all(0 <= n <= rules.LARGEST_QUANTITY for n in portions):
        raise MealrouteError(
            "no-portions",
            _("This standing order has no portion on any day."),
            _("Fill the portions by weekday, or the days and the number of portions."),
        )
    resident = residents.resident(db, resident_id, scope=by.scope, day=valid_from)
    if delivery is Delivery.STATION and db.scalar(select(Station.id).where(Station.code == station_code)) is None:
        raise NotFound("station-not-found", _("There is no such station."), _("Choose a station from the list."))
    theirs = list(db.scalars(select(StandingOrder).where(StandingOrder.resident_id == resident_id)))
    chosen = code or f"{resident.code}-{slot}-{len(theirs) + 1}"
    values: dict[str, Any] = {
        "code": chosen, "resident_id": int(resident_id), "slot": str(slot), "portions": list(portions), "size": str(size),
        "choice": choice, "delivery": str(delivery), "station_code": station_code if delivery is Delivery.STATION else None,
        "channel": str(channel), "pay_means": str(pay_means), "window_from_s": window_from_s, "window_to_s": window_to_s,
        "valid_from": valid_from, "valid_to": valid_to, "note": note,
    }  # fmt: skip
    clash = next((row for row in theirs if rules.overlaps(_record(values), build.standing_record(row))), None)
    if clash is not None:
        raise Conflict(
            "standing-order-twice",
            _("Standing order %(code)s already gives this resident a meal on one of these days.", code=clash.code),
            _("End that one first, or raise its portions."),
        )
    row = StandingOrder(**values)
    db.add(row)
    db.flush()
    audit.record(db, by=by, clock=clock, action="orders.standing-added", subject=f"standing-order/{chosen}")
    return build.standing_record(row)


def end_standing_order(
    db: Session, code: str, *, last_day: date, reason: str, by: Actor, clock: Clock
) -> StandingOrderRecord:
    """Let a weekly pattern end after ``last_day``. Orders of later days with an open book go with the next materialising."""
    reason = needed_reason(reason)
    row = db.scalars(select(StandingOrder).where(StandingOrder.code == code).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("standing-order-not-found", _("There is no such standing order."))
    residents.resident(db, ResidentId(row.resident_id), scope=by.scope, day=last_day)
    if row.valid_to is None or last_day < row.valid_to:
        row.valid_to = max(last_day, row.valid_from)
        if last_day < row.valid_from:
            row.portions = [0] * 7
        db.flush()
        audit.record(
            db, by=by, clock=clock, action="orders.standing-ended", subject=f"standing-order/{code}", reason=reason,
            detail={"last_day": last_day.isoformat()},
        )  # fmt: skip
    return build.standing_record(row)


def _values(line: ParsedRow, resident_id: ResidentId) -> dict[str, Any]:
    begins, ends = imports.window(line)
    values: dict[str, Any] = {"code": line["order_code"], "resident_id": int(resident_id)}
    values |= {name: line[name] for name in _PLAIN} | {name: str(line[name]) for name in _WORDS}
    station = line["station_code"] if line["delivery"] is Delivery.STATION else None
    return values | {
        "portions": imports.portions(line), "station_code": station, "window_from_s": begins, "window_to_s": ends,
    }  # fmt: skip


def _record(values: dict[str, Any]) -> StandingOrderRecord:
    return build.standing_record(StandingOrder(**{"id": 0, **values}))


def _unknown(
    line: ParsedRow, people: dict[str, ResidentId], stations: set[str], own: dict[str, ResidentId], foreign: set[str]
) -> CellProblem | None:
    if line["resident_code"] not in people:
        sentence = _("No resident has the code %(code)s.", code=line["resident_code"])
        hint = _("Import the residents first, or correct the code.")
        return line.problem("resident_code", "resident-unknown", sentence, hint, set_aside=True)
    if line["resident_code"] not in own or line["order_code"] in foreign:
        sentence = _("This resident belongs to a street that your account does not reach.")
        hint = _("Ask that street's dispatcher to import the row.")
        return line.problem("resident_code", "street-out-of-reach", sentence, hint, set_aside=True)
    if line["delivery"] is Delivery.STATION and line["station_code"] not in stations:
        sentence = _("No station has the code %(code)s.", code=line["station_code"])
        hint = _("Import the stations first, or correct the code.")
        return line.problem("station_code", "station-unknown", sentence, hint, set_aside=True)
    return None


def _twice(line: ParsedRow, values: dict[str, Any], held: dict[str, StandingOrderRecord]) -> CellProblem | None:
    new = _record(values)
    for code, other in held.items():
        if code != new.code and rules.overlaps(new, other):
            sentence = _("Standing order %(code)s already gives this resident a meal on one of these days.", code=code)
            hint = _("End that one first, or raise its portions.")
            return line.problem("order_code", "standing-order-twice", sentence, hint, set_aside=True)
    return None
