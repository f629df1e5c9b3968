"""Reads of a station's counter. A handful of statements, whatever the number of people."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.core.text import initials, mask_name
from mealroute.delivery import queries, station_rules
from mealroute.delivery.models import FollowUp, Proof
from mealroute.delivery.records import CaseState, LoadedLine, Outcome, StationReceiptRecord
from mealroute.delivery.station_models import StationClosing
from mealroute.delivery.station_records import (
    Counter,
    CounterLine,
    Proxy,
    Shortfall,
    StationBox,
    StationClosed,
)
from mealroute.dispatch.models import Run
from mealroute.kitchen.figures import figures_on
from mealroute.menus.models import Dish
from mealroute.menus.timetable import times_of
from mealroute.orders.models import BookLine
from mealroute.planning.models import PlanRoute, PlanVisit
from mealroute.residents.models import Contact, Resident
from mealroute.vendors.models import Driver, Station


def counter(db: Session, day: date, slot: MealSlot, station_code: str, *, by: Actor, clock: Clock) -> Counter:
    """Boxes, people by initials, totals and the last closing of one station for one meal.

    Raises NotFound where the station is not this person's.
    """
    station = reached(db, station_code, by)
    loaded = loaded_at(db, day, slot, station_code)
    boxes = boxes_of(db, loaded)
    lines = _lines(db, loaded)
    return Counter(
        day=day, slot=str(slot), station_code=station.code, station_name=station.name,
        fetch_until=fetch_until(db, day, slot, loaded, clock), boxes=boxes, lines=lines,
        totals=station_rules.totals_of(boxes, lines), closed=closing(db, day, slot, station_code),
    )  # fmt: skip


def reached(db: Session, station_code: str, by: Actor) -> Station:
    """The station whose counter somebody stands at: their own, or one of their streets. NotFound otherwise."""
    row = db.scalars(select(Station).where(Station.code == station_code)).one_or_none()
    scope = by.scope
    bound = scope.vendor is not None or scope.kitchen is not None or scope.driver is not None
    elsewhere = scope.station is None and row is not None and not scope.sees_street(row.street_code)
    if row is None or bound or elsewhere or scope.station not in {None, station_code}:
        raise NotFound("station-not-found", _("There is no such station."), _("Choose a station from the list."))
    return row


def loaded_at(db: Session, day: date, slot: MealSlot, station_code: str) -> tuple[LoadedLine, ...]:
    """Every line that is to be fetched at the station, whichever street its people live in."""
    return queries.loaded_lines(db, scope=Scope(station=station_code), day=day, slot=str(slot))


def fetch_until(db: Session, day: date, slot: MealSlot, loaded: Iterable[LoadedLine], clock: Clock) -> datetime:
    """Until when people are waited for: the counter's hours and some minutes, never past the first eat-by of what is there."""
    ends = at_seconds(day, times_of(slot).station_to_s, clock.zone) + timedelta(minutes=figures_on(day).fetch_minutes)
    eat_by = db.scalars(
        select(PlanRoute.eat_by_s)
        .join(Run, Run.route_id == PlanRoute.id)
        .where(Run.id.in_({line.run_id for line in loaded}))
    ).all()
    return min([ends, *(at_seconds(day, seconds, clock.zone) for seconds in eat_by)])


def closing(db: Session, day: date, slot: MealSlot, station_code: str) -> StationClosed | None:
    """The last closing of a counter, if it was closed."""
    row = StationClosing
    found = db.scalars(
        select(row)
        .where(row.day == day, row.slot == str(slot), row.station_code == station_code)
        .order_by(row.number.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else closed_record(found)


def closed_record(row: StationClosing) -> StationClosed:
    return StationClosed(
        number=row.number, expected=row.expected, missing=row.missing, received=row.received, handed_out=row.handed_out,
        not_fetched=row.not_fetched, short=row.short, explanation=row.explanation, by_name=row.by_name, at=row.at,
    )  # fmt: skip


def names(db: Session, lines: Iterable[CounterLine]) -> dict[int, tuple[str, str]]:
    """Resident id → name and pinyin, for the search box of the counter; never shown as a list."""
    query = select(Resident.id, Resident.name, Resident.name_pinyin).where(
        Resident.id.in_({line.resident_id for line in lines})
    )
    return {number: (name, reading) for number, name, reading in db.execute(query)}


def proxy_name(db: Session, resident_id: int, position: int) -> str:
    """The contact at ``position`` as ``relation name``; empty where there is none who may take the meal."""
    row = db.scalars(
        select(Contact).where(
            Contact.resident_id == resident_id, Contact.position == position, Contact.may_receive.is_(True)
        )
    ).first()
    return "" if row is None else f"{row.relation} {row.name}".strip()


def boxes_of(db: Session, loaded: Iterable[LoadedLine]) -> tuple[StationBox, ...]:
    """The bulk stops of these lines in the order in which they come, each with its newest signature."""
    expected: dict[int, int] = defaultdict(int)
    for line in loaded:
        expected[line.visit_id] += line.quantity
    signed = queries.station_receipts(db, expected)
    query = (
        select(
            PlanVisit.id,
            PlanVisit.arrival_s,
            PlanVisit.trip,
            Run.number,
            Run.kitchen_code,
            Run.vehicle_code,
            Driver.name,
        )
        .join(PlanRoute, PlanRoute.id == PlanVisit.route_id)
        .join(Run, Run.route_id == PlanRoute.id)
        .outerjoin(Driver, Driver.code == Run.driver_code)
        .where(PlanVisit.id.in_(list(expected)))
        .order_by(PlanVisit.arrival_s, PlanVisit.id)
    )
    return tuple(
        _box(expected[visit], signed.get(visit), visit, arrival, trip, number, kitchen, vehicle, driver or "")
        for visit, arrival, trip, number, kitchen, vehicle, driver in db.execute(query).tuples()
    )


def _box(
    expected: int,
    receipt: StationReceiptRecord | None,
    visit: int,
    arrival: int,
    trip: int,
    number: int,
    kitchen: str,
    vehicle: str,
    driver: str,
) -> StationBox:
    return StationBox(
        visit_id=visit, run_number=number, kitchen_code=kitchen, vehicle_code=vehicle, trip=trip,
        driver_name=mask_name(driver), arrival_s=arrival, expected=expected,
        received=receipt.portions if receipt else None, tenths=receipt.tenths if receipt else None,
        signed_by=receipt.signed_by if receipt else "", signed_at=receipt.at if receipt else None,
        shortfall=Shortfall(receipt.shortfall) if receipt and receipt.shortfall else None, note=receipt.note if receipt else "",
    )  # fmt: skip


def _lines(db: Session, loaded: Iterable[LoadedLine]) -> tuple[CounterLine, ...]:
    runs = {line.book_line_id: line.run_id for line in loaded}
    query = (
        select(BookLine, Resident, Dish, Proof, FollowUp.id)
        .join(Resident, Resident.id == BookLine.resident_id)
        .outerjoin(Dish, Dish.code == BookLine.dish_code)
        .outerjoin(Proof, and_(Proof.book_line_id == BookLine.id, queries.current()))
        .outerjoin(FollowUp, and_(FollowUp.book_line_id == BookLine.id, FollowUp.state == CaseState.OPEN))
        .where(BookLine.id.in_(list(runs)))
    )
    rows = db.execute(query).tuples().all()
    proxies = _proxies(db, [resident.id for _line, resident, *_rest in rows])
    found = [
        CounterLine(
            book_line_id=line.id, run_id=runs[line.id], resident_id=resident.id, resident_code=resident.code,
            resident_name=mask_name(resident.name), initials=initials(resident.name), dish_name=dish.name if dish else "",
            diets=tuple(line.diets), strict_diets=frozenset(line.strict_diets), large=line.size == "large", quantity=line.quantity,
            cash_due_fen=line.cash_due_fen, in_person_only=line.handover == "in-person-only",
            proxies=proxies.get(resident.id, ()), outcome=Outcome(proof.outcome) if proof else None,
            delivered=proof.quantity if proof else 0, left_with=proof.left_with if proof else "",
            recorded_at=proof.server_at if proof else None, by_name=proof.by_name if proof else "", case_open=case is not None,
        )
        for line, resident, dish, proof, case in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda line: (line.initials, line.resident_code, line.book_line_id)))


def _proxies(db: Session, resident_ids: list[int]) -> dict[int, tuple[Proxy, ...]]:
    query = (
        select(Contact)
        .where(Contact.resident_id.in_(resident_ids), Contact.may_receive.is_(True))
        .order_by(Contact.resident_id, Contact.position)
    )
    found: dict[int, tuple[Proxy, ...]] = {}
    for row in db.scalars(query):
        proxy = Proxy(position=row.position, relation=row.relation, name=mask_name(row.name))
        found[row.resident_id] = (*found.get(row.resident_id, ()), proxy)
    return found
