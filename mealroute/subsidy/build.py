"""Books, plans, doors and payments turned into what the rules of the money look at. Pure: rows in, records out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from mealroute.core.money import Fen
from mealroute.residents.facts import FactChange
from mealroute.rulebook.facts import Earlier
from mealroute.subsidy.records import (
    Carried,
    Confirmation,
    DayFacts,
    Handover,
    OpenItem,
    ProofFacts,
    ResidentOnDay,
)
from mealroute.subsidy.site_facts import PeriodicFacts


class BookRow(NamedTuple):
    """A line of a closed book."""

    line_id: int
    order_id: int
    resident_id: int
    quantity: int
    unit_price_fen: Fen
    street_code: str
    day: date
    slot: str
    delivery: str = ""
    station_code: str = ""
    channel: str = ""
    pay_means: str = ""
    zone: str = ""
    meal_kind: str = ""


class PlanRow(NamedTuple):
    """A line of a published plan; ``aboard`` = it has a visit."""

    line_id: int
    aboard: bool
    portions: int


class DoorRow(NamedTuple):
    """The current proof of a line."""

    line_id: int
    proof_id: int
    outcome: str
    delivered: int
    vendor_code: str
    run_id: int | None = None
    route_no: int | None = None
    driver_code: str = ""
    stop_no: int | None = None
    planned_s: int | None = None
    seen: bool = False
    left_with: str = ""
    source: str = ""
    confirmed_at: datetime | None = None
    recorded_at: datetime | None = None
    volunteer: bool | None = None


class PersonFacts(NamedTuple):
    """What the ledger holds of a resident without dates. Kept with a month, so that it is always computed from the same."""

    living: str
    basic_service: bool
    basic_service_from: date | None
    ability_level: int | None
    assessment_valid_until: date | None = None
    registration: str = ""
    changes: tuple[FactChange, ...] = ()
    """What of these became otherwise on a day; the others are those of the card."""


@dataclass(slots=True)
class MonthRows:
    """The rows of one month. ``planned_days`` are the (day, slot) with a published plan; ``stray`` counts orders without a book."""

    book: Sequence[BookRow]
    plan: Mapping[int, PlanRow]
    planned_days: frozenset[tuple[date, str]]
    doors: Mapping[int, DoorRow]
    cancelled: frozenset[int]
    added: frozenset[int]
    stray: Mapping[tuple[date, str], int]
    paid: Mapping[int, Fen]
    people: Mapping[tuple[int, date], ResidentOnDay] = field(default_factory=dict)
    evidence: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """Proof → kinds of evidence beside it; of spoken codes only those that matched."""
    facts: Mapping[int, PersonFacts] = field(default_factory=dict)
    open_items: Sequence[OpenItem] = ()
    earlier: Sequence[Earlier] = ()
    """Lines claimed before the first day whose week, month or year goes on."""
    site_kinds: Mapping[str, str] = field(default_factory=dict)
    periodic: PeriodicFacts | None = None


@dataclass(slots=True)
class _Order:
    effective: int = 0
    aboard: int = 0
    left: int = 0
    late: int = 0


@dataclass(slots=True)
class _Day:
    orders: dict[int, _Order] = field(default_factory=lambda: defaultdict(_Order))
    delivered: int = 0
    open: int = 0
    adrift: int = 0


def day_facts(rows: MonthRows) -> tuple[DayFacts, ...]:
    """Each day and meal in portions.

    An order counts with what its book has in effect, or with what the plan carries where that is more: a meal cancelled
    after loading was still ordered and loaded. Lines that an amendment added after the plan are unassigned; a line
    that the closed book held and the plan lost is not, so that the equation fails and says so.
    """
    days: dict[tuple[date, str], _Day] = defaultdict(_Day)
    for line in rows.book:
        day = days[line.day, line.slot]
        order = day.orders[line.order_id]
        planned = rows.plan.get(line.line_id)
        in_effect = line.line_id not in rows.cancelled
        if in_effect:
            order.effective += line.quantity
        if planned is None:
            unplanned_day = (line.day, line.slot) not in rows.planned_days
            if in_effect and (unplanned_day or line.line_id in rows.added):
                order.late += line.quantity
        elif planned.aboard:
            order.aboard += planned.portions
        else:
            order.left += planned.portions
        door = rows.doors.get(line.line_id)
        if planned is not None and planned.aboard:
            day.delivered += door.delivered if door else 0
            day.open += 0 if door else planned.portions
        elif door is not None:
            day.adrift += door.delivered
    for key in rows.stray:
        days[key]
    return tuple(_facts(key, day, rows.stray.get(key, 0)) for key, day in sorted(days.items()))


def _facts(key: tuple[date, str], day: _Day, stray: int) -> DayFacts:
    ordered = planned = unassigned = 0
    for order in day.orders.values():
        carried = order.aboard + order.left
        ordered += max(order.effective, carried)
        planned += order.aboard
        unassigned += order.left + min(order.late, max(order.effective - carried, 0))
    return DayFacts(
        day=key[0], slot=key[1], ordered=ordered, planned=planned, unassigned=unassigned, delivered=day.delivered,
        not_delivered=planned - day.delivered - day.open, open=day.open, stray=stray, adrift=day.adrift,
    )  # fmt: skip


def handovers(rows: MonthRows) -> list[Handover]:
    """Delivered lines with their evidence, ready for the rules."""
    found = []
    for line in rows.book:
        door = rows.doors.get(line.line_id)
        planned = rows.plan.get(line.line_id)
        if door is None or planned is None or not planned.aboard or door.delivered < 1:
            continue
        found.append(handover(line, door, rows))
    return found


def handover(line: BookRow, door: DoorRow, rows: MonthRows) -> Handover:
    """One delivered line with its evidence."""
    return Handover(
        book_line_id=line.line_id, order_id=line.order_id, proof_id=door.proof_id, day=line.day, slot=line.slot,
        outcome=door.outcome, portions=door.delivered, unit_price_fen=line.unit_price_fen,
        paid_fen=rows.paid.get(line.order_id, 0), street_code=line.street_code, vendor_code=door.vendor_code,
        resident=rows.people[line.resident_id, line.day], zone=line.zone, meal_kind=line.meal_kind, carried=_carried(line, door, rows),
    )  # fmt: skip


_NOTHING: frozenset[str] = frozenset()
_STRONGEST = (
    Confirmation.CARD, Confirmation.QR, Confirmation.FACE, Confirmation.CODE, Confirmation.SIGNATURE, Confirmation.PHOTO,
)  # fmt: skip


def _carried(line: BookRow, door: DoorRow, rows: MonthRows) -> Carried:
    beside = rows.evidence.get(door.proof_id, _NOTHING)
    return Carried(
        run_id=door.run_id, route_no=door.route_no, stop_no=door.stop_no, planned_s=door.planned_s, driver_code=door.driver_code,
        station_code=line.station_code, delivery=line.delivery, channel=line.channel, pay_means=line.pay_means,
        confirmation=confirmation(line.delivery, door, beside), confirmed_at=door.confirmed_at, recorded_at=door.recorded_at,
        source=door.source, shown_by=_shown_by(door, beside), proxy=bool(door.left_with) or door.outcome == "left-with-contact",
        site_kind=rows.site_kinds.get(line.station_code, ""), deliverer_kind=_DELIVERERS.get(door.volunteer, ""),
    )  # fmt: skip


_DELIVERERS: Mapping[bool | None, str] = {True: "volunteer", False: "staff"}


def _shown_by(door: DoorRow, beside: frozenset[str]) -> frozenset[str]:
    """All that shows the handover, in the words of the rules."""
    return beside | ({"seen"} if door.seen else set()) | ({"paper"} if door.source == "paper" else set())


def confirmation(delivery: str, door: DoorRow, beside: frozenset[str]) -> Confirmation:
    """The strongest piece that shows the handover: a card, a code, a signature, a photo, else the word of who was there."""
    for kind in _STRONGEST:
        if kind in beside:
            return kind
    if door.left_with or door.outcome == "left-with-contact":
        return Confirmation.CONTACT
    if not door.seen:
        return Confirmation.UNSEEN
    return Confirmation.COUNTER if delivery == "station" else Confirmation.SEEN


def proof_facts(doors: Iterable[DoorRow]) -> dict[int, ProofFacts]:
    """The current proofs by line, for the check of the claim lines."""
    return {
        door.line_id: ProofFacts(
            proof_id=door.proof_id, book_line_id=door.line_id, outcome=door.outcome, delivered=door.delivered
        )
        for door in doors
    }
