"""The words of delivery: what happened at a door, the evidence for it, and who still has to be seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from mealroute.core.money import Fen

ProofId = NewType("ProofId", int)
FollowUpId = NewType("FollowUpId", int)


class Outcome(StrEnum):
    """What became of one loaded order line. Closed list: every loaded portion ends in exactly one of these."""

    HANDED_OVER = "handed-over"
    LEFT_WITH_CONTACT = "left-with-contact"
    LEFT_AT_DOOR = "left-at-door"
    REFUSED = "refused"
    NO_ANSWER = "no-answer"
    MOVED = "moved"
    IN_HOSPITAL = "in-hospital"
    CANCELLED_AT_DOOR = "cancelled-at-door"
    NOT_REACHED = "not-reached"
    VOLUNTEER_ABSENT = "volunteer-absent"
    SHORT = "short"

    @property
    def delivered(self) -> bool:
        """The meal stayed there. Whether somebody was *seen* is another question."""
        return self in DELIVERED


DELIVERED = frozenset({Outcome.HANDED_OVER, Outcome.LEFT_WITH_CONTACT, Outcome.LEFT_AT_DOOR})


class Source(StrEnum):
    """Which way a record came in. All ways go through the same service."""

    PHONE = "phone"
    PAPER = "paper"
    DESK = "desk"
    CLOSING = "closing"
    SIMULATED = "simulated"


class Answer(StrEnum):
    """What a resident says about the meal and its bringing, when asked now and then. Nothing is ever preselected."""

    GOOD = "good"
    SO_SO = "so-so"
    BAD = "bad"
    NOT_ASKED = "not-asked"


class LastMeal(StrEnum):
    """What had become of the meal before: one tap at the door. Nothing is ever preselected."""

    EATEN = "eaten"
    SOME_LEFT = "some-left"
    UNTOUCHED = "untouched"
    NOT_ASKED = "not-asked"


class Seems(StrEnum):
    """How the person seems to whoever stands before them."""

    AS_USUAL = "as-usual"
    LESS_WELL = "less-well"
    NEEDS_HELP = "needs-help"


class CaseState(StrEnum):
    """A follow-up is open until a named person says how they know."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofInput:
    """One record as it comes from a phone, a desk or a paper sheet.

    ``client_id`` is made where the record is made (a UUID): sending it twice counts once. ``quantity`` None = all
    portions of the line for a delivered outcome, none otherwise. ``phone_at`` is the phone's own time, kept beside ours.
    ``answer`` is what the resident said when asked whether they are content; None = the question was not shown or left open.
    """

    client_id: str
    run_id: int
    book_line_id: int
    outcome: Outcome
    reason: str = ""
    note: str = ""
    left_with: str = ""
    quantity: int | None = None
    cash_collected_fen: Fen = 0
    phone_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    by_name: str = ""
    source: Source = Source.PHONE
    answer: Answer | None = None
    device: str = ""
    """The phone's own id; empty for desks and for phones that tell none."""
    seq: int | None = None
    """The phone's own count of its records: the order in which its driver made them."""
    made_at: datetime | None = None
    """When the record was made, by our clock (the phone's time corrected by what its clock is off); None = now."""
    based_on: str = ""
    """The record of this line that the person had before their eyes and corrects."""
    last_meal: LastMeal | None = None
    seems: Seems | None = None
    arrived_at: datetime | None = None
    """When the driver stood at the building's entrance, by the phone's own clock like ``phone_at``; None = not measured."""
    knocked_at: datetime | None = None
    """When the driver first knocked, by the phone's own clock."""
    spoken_code: str = ""
    """What the resident said at the door, compared and then forgotten."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The record is kept. ``supersedes``: the earlier record of the same line that it takes the place of.

    ``beside``: the record that stands instead, where this one was made before it on another phone.
    """

    client_id: str
    proof_id: ProofId
    supersedes: ProofId | None = None
    beside: ProofId | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same record was here before; nothing was written."""

    client_id: str
    proof_id: ProofId


@dataclass(frozen=True, slots=True)
class ProofProblem:
    """Why one record of several could not be taken. The others stand."""

    client_id: str
    book_line_id: int
    code: str
    sentence: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedLine:
    """One order line aboard one run, with what the rules of the door need to know about it."""

    book_line_id: int
    order_id: int
    resident_id: int
    run_id: int
    run_state: str
    visit_id: int
    arrival_s: int
    station_code: str
    day: date
    slot: str
    street_code: str
    vendor_code: str
    driver_code: str | None
    quantity: int
    cash_due_fen: Fen
    handover: str
    lon: float | None = None
    lat: float | None = None
    replaced: bool = False
    """Whether the run was withdrawn and another plan is in force for the meal: what its doors still report counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpPlan:
    """What a rule asks for after an outcome: who has to find out, and within how many minutes."""

    kind: str
    owner: str
    within_minutes: int
    first_step: str
    first_step_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRecord:
    """One open or closed case: a person who was not seen at the door."""

    id: FollowUpId
    book_line_id: int
    resident_id: int
    resident_name: str
    street_code: str
    run_number: int | None
    kind: str
    outcome: Outcome
    owner: str
    due_at: datetime
    state: CaseState
    last_step: str
    closed_by: str | None
    closed_how: str | None
    closed_at: datetime | None
    must_serve: bool = False
    weights: tuple[int, ...] = ()

    def overdue_at(self, now: datetime) -> bool:
        return self.state is CaseState.OPEN and now > self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOutcome:
    """One loaded line and what is known about it now; ``outcome`` None = no record yet. The name is masked."""

    book_line_id: int
    order_id: int
    resident_id: int
    resident_name: str
    street_code: str
    run_id: int
    run_number: int
    visit_id: int
    quantity: int
    delivered: int
    outcome: Outcome | None
    reason: str
    seen: bool
    cash_due_fen: Fen
    cash_collected_fen: Fen
    proof_id: ProofId | None
    recorded_at: datetime | None
    by_name: str
    source: Source | None
    case_open: bool
    made_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    """Where the phone was, if it said so."""
    held_by: str = ""
    """Who has taken the stop over by name, if anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """How far one run has come, in portions and stops."""

    run_id: int
    number: int
    driver_code: str | None
    driver_name: str
    vehicle_code: str
    vendor_code: str
    state: str
    stops: int
    stops_done: int
    portions: int
    recorded: int
    delivered: int
    open_cases: int
    last_record_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTotals:
    """A day in portions: ``portions_loaded = delivered + not_delivered + open``, and ``open`` is 0 once the day is closed."""

    portions_loaded: int
    delivered: int
    not_delivered: int
    open: int
    seen: int
    by_outcome: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBoard:
    """What the street's desk watches: open cases first, then the runs."""

    day: date
    slot: str
    totals: DeliveryTotals
    cases: tuple[FollowUpRecord, ...]
    runs: tuple[RunProgress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClosed:
    """What closing the day's doors did, in lines; ``totals`` in portions."""

    runs: int
    not_reached_lines: int
    totals: DeliveryTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRecord:
    """One record of a line, current or superseded."""

    id: ProofId
    run_id: int
    outcome: Outcome
    reason: str
    note: str
    seen: bool
    left_with: str
    quantity: int
    cash_collected_fen: Fen
    phone_at: datetime | None
    server_at: datetime
    by_name: str
    source: Source
    supersedes_id: ProofId | None
    made_at: datetime | None = None
    device: str = ""
    aside: str = ""
    """Why it does not stand though nothing superseded it: ``beside`` or ``reopened``; empty otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationReceiptRecord:
    """A station's signature for a bulk stop; degrees in tenths."""

    visit_id: int
    station_code: str
    portions: int
    signed_by: str
    at: datetime
    tenths: int | None = None
    shortfall: str = ""
    note: str = ""
