"""Use-cases of a station's counter: sign for boxes, hand meals out, close. Proofs go through ``service.record_proofs``.

So the chain of money holds as at a door: a meal fetched by the resident is a handover in person, one fetched by somebody else
is left with a contact and somebody has to make sure that the resident is well.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.core.slots import MealSlot
from mealroute.delivery import service, station_queries, station_rules
from mealroute.delivery.records import Duplicate, LoadedLine, Outcome, ProofInput, Recorded, Source
from mealroute.delivery.station_models import StationClosing
from mealroute.delivery.station_records import (
    Counter,
    CounterLine,
    CounterTotals,
    Fetched,
    Shortfall,
    StationBox,
    StationClosed,
)
from mealroute.kitchen import log
from mealroute.kitchen.log_records import Action, ReadingInput, ReadingKind
from mealroute.residents import service as residents
from mealroute.residents.records import ResidentId


def sign(
    db: Session,
    day: date,
    slot: MealSlot,
    station_code: str,
    *,
    visit_id: int,
    client_id: str,
    portions: int,
    tenths: int | None,
    signed_by: str,
    by: Actor,
    clock: Clock,
    shortfall: Shortfall | None = None,
    action: Action | None = None,
    again_tenths: int | None = None,
    note: str = "",
) -> bool:
    """Sign for the boxes of one bulk stop: count, temperature, who, and why the count differs. False = it was here already.

    The temperature goes into the kitchen's log as well; out of range it asks what was done and is watched. A later signature
    for the same stop replaces an earlier one, and both stay.

    Raises
    ------
    MealrouteError
        ``station-not-found``, ``box-not-found``, ``temperature-missing``, what ``station_rules.check_box`` and
        ``kitchen.log.record_reading`` refuse, ``named-person-missing``.
    """
    station_queries.reached(db, station_code, by)
    boxes = station_queries.boxes_of(db, station_queries.loaded_at(db, day, slot, station_code))
    box = next((each for each in boxes if each.visit_id == visit_id), None)
    if box is None:
        raise NotFound("box-not-found", _("This delivery is not for this station."))
    station_rules.check_box(box.expected, portions, shortfall, note)
    if tenths is None and portions:
        raise MealrouteError("temperature-missing", _("Measure the food when it arrives and write the temperature."))
    new = service.station_receipt(
        db, client_id=client_id, visit_id=visit_id, station_code=station_code, portions=portions, signed_by=signed_by,
        by=by, clock=clock, tenths=tenths, note=note,
        shortfall=str(shortfall) if shortfall is not None and portions != box.expected else "",
    )  # fmt: skip
    if new and tenths is not None:
        heat = _heat(box, day, slot, station_code, client_id, tenths, action, again_tenths, note, signed_by, clock)
        log.record_reading(db, heat, by=_at_counter(by, station_code), clock=clock)
    return new


def sign_on_a_phone(
    db: Session, day: date, slot: MealSlot, station_code: str, *, visit_id: int, client_id: str, portions: int, tenths: int | None,
    signed_by: str, by: Actor, clock: Clock, action: Action | None = None, again_tenths: int | None = None,
) -> bool:  # fmt: skip
    """The counter signs on the driver's phone, with what it measured. False = it was here already.

    Without a thermometer at hand the boxes are signed for all the same; the counter sees that the temperature is missing. A
    temperature goes into the log as one that the counter wrote itself. Raises what ``service.station_receipt`` and
    ``kitchen.log.record_reading`` refuse, ``box-not-found``.
    """
    counter = _at_counter(by, station_code)
    boxes = station_queries.boxes_of(db, station_queries.loaded_at(db, day, slot, station_code))
    box = next((each for each in boxes if each.visit_id == visit_id), None)
    if box is None:
        raise NotFound("box-not-found", _("This delivery is not for this station."))
    new = service.station_receipt(
        db, client_id=client_id, visit_id=visit_id, station_code=station_code, portions=portions, signed_by=signed_by, by=by,
        clock=clock, tenths=tenths if portions else None,
    )  # fmt: skip
    if new and tenths is not None and portions:
        heat = _heat(box, day, slot, station_code, client_id, tenths, action, again_tenths, "", signed_by, clock)
        log.record_reading(db, heat, by=counter, clock=clock)
    return new


def _heat(
    box: StationBox, day: date, slot: MealSlot, station_code: str, client_id: str, tenths: int, action: Action | None,
    again_tenths: int | None, note: str, signed_by: str, clock: Clock,
) -> ReadingInput:  # fmt: skip
    return ReadingInput(
        client_id=f"{client_id[:60]}-box", day=day, slot=str(slot), kind=ReadingKind.STATION, kitchen_code=box.kitchen_code,
        station_code=station_code, vehicle_code=box.vehicle_code, trip=box.trip, tenths=tenths, at=clock.now(), action=action,
        again_tenths=again_tenths, note=note, by_name=signed_by,
    )  # fmt: skip


def hand_out(
    db: Session,
    day: date,
    slot: MealSlot,
    station_code: str,
    *,
    line_id: int,
    client_id: str,
    fetched: Fetched,
    by: Actor,
    clock: Clock,
    proxy: str = "",
    quantity: int | None = None,
    cash_collected_fen: int = 0,
) -> Recorded | Duplicate:
    """One meal goes over the counter, to the resident or to a named person.

    ``proxy`` is a contact's position in the ledger or a name as told. What happened is never refused because it should not have:
    a meal that only the resident may take and somebody else fetched is on record as that.

    Raises ``station-not-found``, ``line-not-here``, ``proxy-missing``, and what ``record_proof`` refuses.
    """
    station_queries.reached(db, station_code, by)
    line = _line(station_queries.loaded_at(db, day, slot, station_code), line_id)
    name = ""
    if fetched is Fetched.PROXY:
        known = station_queries.proxy_name(db, line.resident_id, int(proxy)) if proxy.isdecimal() else ""
        name = known or ("" if proxy.isdecimal() else proxy.strip())
        if not name:
            raise MealrouteError("proxy-missing", _("Who takes the meal? It is given to somebody with a name."))
    entry = proof_of(
        line, client_id=client_id, proxy=name, by_name=by.name, quantity=quantity, cash_collected_fen=cash_collected_fen
    )
    return service.record_proof(db, entry, by=_at_counter(by, station_code), clock=clock)


def reveal(
    db: Session, day: date, slot: MealSlot, station_code: str, *, line_id: int, by: Actor, clock: Clock
) -> dict[str, str]:
    """The full name of somebody on the list; of an open case also whom to ring and where to call. On the audit trail.

    Raises ``station-not-found``, ``line-not-here``.
    """
    found = station_queries.counter(db, day, slot, station_code, by=by, clock=clock)
    line = next((each for each in found.lines if each.book_line_id == line_id), None)
    if line is None:
        raise NotFound("line-not-here", _("This meal is not waited for at this counter."))
    fields = ("name", "phone", "address", "contacts") if line.case_open else ("name",)
    return residents.reveal(
        db, ResidentId(line.resident_id), fields, _("Handing out at the counter"), by=_at_counter(by, station_code), clock=clock
    )  # fmt: skip


def proof_of(
    line: LoadedLine,
    *,
    client_id: str,
    by_name: str,
    proxy: str = "",
    quantity: int | None = None,
    cash_collected_fen: int = 0,
    source: Source = Source.DESK,
    phone_at: datetime | None = None,
) -> ProofInput:
    """The record of a meal that was fetched: in person, or left with ``proxy``."""
    return ProofInput(
        client_id=client_id, run_id=line.run_id, book_line_id=line.book_line_id, source=source, by_name=by_name,
        outcome=Outcome.LEFT_WITH_CONTACT if proxy else Outcome.HANDED_OVER, left_with=proxy, quantity=quantity,
        reason=_("Fetched at the counter by %(who)s", who=proxy) if proxy else "", phone_at=phone_at,
        cash_collected_fen=cash_collected_fen,
    )  # fmt: skip


def close(
    db: Session,
    day: date,
    slot: MealSlot,
    station_code: str,
    *,
    short_lines: Collection[int] = (),
    explanation: str = "",
    by: Actor,
    clock: Clock,
    source: Source = Source.CLOSING,
) -> StationClosed:
    """End the hand-out in one step: who did not come and who got none becomes a case with an owner, and the sum is kept.

    ``short_lines``: people for whom there was no meal. May be called again; somebody who comes late supersedes the record and
    ends the case, and closing once more keeps the new sum beside the old one.

    Raises ``station-not-found``, ``line-not-here``, and what ``station_rules.check_closing`` refuses.
    """
    found = station_queries.counter(db, day, slot, station_code, by=by, clock=clock)
    waiting = [line for line in found.lines if line.outcome is None]
    if not set(short_lines) <= {line.book_line_id for line in waiting}:
        raise NotFound("line-not-here", _("This meal is not waited for at this counter."))
    after = _after(found.totals, waiting, short_lines)
    station_rules.check_closing(after, early=bool(waiting) and clock.now() < found.fetch_until, explanation=explanation)
    entries = [_missed(line, source=source, short=line.book_line_id in short_lines, by=by) for line in waiting]
    if entries:
        answers = service.record_proofs(db, entries, by=_at_counter(by, station_code), clock=clock)
        if any(not isinstance(answer, Recorded) for answer in answers):
            raise Conflict(
                "proof-conflict", _("Somebody else recorded this meal at the same moment."), _("Load the page again.")
            )
    return _write(db, found, after, explanation.strip(), by=by, clock=clock)


def _after(totals: CounterTotals, waiting: Sequence[CounterLine], short_lines: Collection[int]) -> CounterTotals:
    """The totals once every meal that is waited for has its record."""
    short = sum(line.quantity for line in waiting if line.book_line_id in short_lines)
    return replace(totals, open=0, short=totals.short + short, not_fetched=totals.not_fetched + totals.open - short)


def _missed(line: CounterLine, *, source: Source, short: bool, by: Actor) -> ProofInput:
    return ProofInput(
        client_id=str(uuid5(NAMESPACE_URL, f"mealroute:close-station/{line.run_id}/{line.book_line_id}")), run_id=line.run_id,
        book_line_id=line.book_line_id, outcome=Outcome.SHORT if short else Outcome.NOT_REACHED, source=source, by_name=by.name,
        reason=_("No meal had arrived for this person") if short else _("Not collected at the station"),
    )  # fmt: skip


def _write(
    db: Session, found: Counter, after: CounterTotals, explanation: str, *, by: Actor, clock: Clock
) -> StationClosed:
    held = found.closed
    closed = StationClosed(
        number=1 if held is None else held.number + 1, expected=after.expected, missing=after.missing, received=after.received,
        handed_out=after.fetched, not_fetched=after.not_fetched, short=after.unusable, explanation=explanation, by_name=by.name,
        at=clock.now(),
    )  # fmt: skip
    same = held is not None and replace(closed, number=held.number, by_name=held.by_name, at=held.at) == held
    if held is not None and same:
        return held
    row = {
        "day": found.day, "slot": found.slot, "station_code": found.station_code, "number": closed.number,
        "expected": closed.expected, "missing": closed.missing, "received": closed.received, "handed_out": closed.handed_out,
        "not_fetched": closed.not_fetched, "short": closed.short, "explanation": explanation, "by_name": by.name[:80], "at": closed.at,
    }  # fmt: skip
    if not insert_new(db, StationClosing, [row], StationClosing.id, StationClosing.number):
        raise Conflict("counter-closed", _("Somebody else has just closed this counter."), _("Load the page again."))
    audit.record(
        db, by=by, clock=clock, action="delivery.counter-closed", subject=f"station/{found.station_code}/{found.day}/{found.slot}",
        detail={name: row[name] for name in ("expected", "missing", "received", "handed_out", "not_fetched", "short")},
    )  # fmt: skip
    return closed


def _line(loaded: Sequence[LoadedLine], line_id: int) -> LoadedLine:
    found = next((line for line in loaded if line.book_line_id == line_id), None)
    if found is None:
        raise NotFound("line-not-here", _("This meal is not waited for at this counter."))
    return found


def _at_counter(by: Actor, station_code: str) -> Actor:
    """The person as somebody who reaches exactly what is fetched at this counter, whichever street its people live in."""
    return replace(by, scope=Scope(station=station_code))
