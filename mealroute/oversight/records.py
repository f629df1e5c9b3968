"""The words of oversight: complaints, and the figures of a vendor's scorecard with what they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import NewType

from mealroute.delivery.records import Answer, Outcome, Source
from mealroute.vendors.score_records import Side

ComplaintId = NewType("ComplaintId", int)


class ComplaintKind(StrEnum):
    """What a complaint is about. Closed list; each kind says whose doing it would be."""

    LATE = "late"
    COLD = "cold"
    SPILLED = "spilled"
    NOT_BROUGHT = "not-brought"
    MANNER = "manner"
    CHARGED = "charged"
    OTHER_DELIVERY = "other-delivery"
    TASTE = "taste"
    PORTION = "portion"
    WRONG_DIET = "wrong-diet"
    SPOILED = "spoiled"
    FOREIGN_OBJECT = "foreign-object"
    OTHER_FOOD = "other-food"

    @property
    def side(self) -> Side:
        return Side.COOKED if self in _OF_THE_KITCHEN else Side.DELIVERED


_OF_THE_KITCHEN = frozenset(
    {
        ComplaintKind.TASTE,
        ComplaintKind.PORTION,
        ComplaintKind.WRONG_DIET,
        ComplaintKind.SPOILED,
        ComplaintKind.FOREIGN_OBJECT,
        ComplaintKind.OTHER_FOOD,
    }
)


class Complainant(StrEnum):
    """Who complained; never their name: the resident's card has the people."""

    RESIDENT = "resident"
    FAMILY = "family"
    NEIGHBOUR = "neighbour"
    STAFF = "staff"
    OTHER = "other"


class ComplaintState(StrEnum):
    """Where a complaint stands. Every step is taken by a named person; a decision may be revised by another one."""

    RECEIVED = "received"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


NEXT_STATES: Mapping[ComplaintState, tuple[ComplaintState, ...]] = {
    ComplaintState.RECEIVED: (ComplaintState.ANSWERED, ComplaintState.CONFIRMED, ComplaintState.DISMISSED),
    ComplaintState.ANSWERED: (ComplaintState.CONFIRMED, ComplaintState.DISMISSED),
    ComplaintState.CONFIRMED: (ComplaintState.DISMISSED,),
    ComplaintState.DISMISSED: (ComplaintState.CONFIRMED,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintInput:
    """A complaint as a desk takes it: about a resident's meal of a day, about one order line, or about a run.

    ``client_id`` comes with the form: sending it twice counts once.
    """

    client_id: str
    kind: ComplaintKind
    complainant: Complainant
    day: date
    slot: str
    text: str
    resident_id: int | None = None
    book_line_id: int | None = None
    run_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintStepRecord:
    """One step of a complaint: who says what, and who wrote it down."""

    state: ComplaintState
    person: str
    text: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintRecord:
    """A complaint with its steps. ``vendor_code`` brought the meal, ``kitchen_vendor_code`` cooked it; None = not known.

    The resident's name is masked. ``text`` and the steps' texts are empty for people who may see figures only.
    """

    id: ComplaintId
    kind: ComplaintKind
    complainant: Complainant
    day: date
    slot: str
    resident_id: int | None
    resident_name: str
    street_code: str | None
    run_id: int | None
    run_number: int | None
    book_line_id: int | None
    vendor_code: str | None
    kitchen_vendor_code: str | None
    text: str
    by_name: str
    by_role: str
    at: datetime
    steps: tuple[ComplaintStepRecord, ...]

    @property
    def state(self) -> ComplaintState:
        return self.steps[-1].state if self.steps else ComplaintState.RECEIVED

    @property
    def blamed(self) -> str | None:
        """The vendor whose doing it would be."""
        return self.vendor_code if self.kind.side is Side.DELIVERED else self.kitchen_vendor_code

    @property
    def counts(self) -> bool:
        """Every complaint counts until a named person dismisses it."""
        return self.state is not ComplaintState.DISMISSED


class FigureKey(StrEnum):
    """What a scorecard measures."""

    ON_TIME = "on-time"
    FAILED = "failed"
    COMPLAINTS = "complaints"
    SATISFACTION = "satisfaction"
    EVIDENCE = "evidence"


class Check(StrEnum):
    """What makes a record at the door good evidence."""

    PHONE_TIME = "phone-time"
    NEAR_DOOR = "near-door"
    SEEN = "seen"
    NOT_BACK_DATED = "not-back-dated"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorLine:
    """One loaded order line as the scorecard looks at it; nothing in it names a person.

    ``phone_s`` is the phone's time in seconds since the service day's local midnight; ``delay_minutes`` from the phone's
    time to ours; ``place_m`` from the phone's place to the door. None = the record does not say.
    """

    book_line_id: int
    day: date
    slot: str
    run_id: int
    run_number: int
    vendor_code: str
    kitchen_vendor_code: str
    street_code: str
    at_station: bool
    quantity: int
    window_from_s: int
    window_to_s: int
    outcome: Outcome | None
    delivered: int = 0
    reason: str = ""
    seen: bool = False
    source: Source | None = None
    phone_s: int | None = None
    delay_minutes: int | None = None
    place_m: int | None = None
    answer: Answer | None = None

    @property
    def handed_over(self) -> bool:
        """The meal stayed at a door. What a station's counter hands out is the station's doing."""
        return not self.at_station and self.outcome is not None and self.outcome.delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRule:
    """How much a figure counts and from how many cases on. ``best`` and ``worst`` are per mille."""

    weight: int
    least_n: int
    best: int
    worst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePolicy:
    """One dated version of ``vendor-score.yaml``."""

    valid_from: date
    source: str
    least_weight: int
    near_door_m: int
    back_dated_after_minutes: int
    answer_points: Mapping[Answer, int]
    failed_outcomes: Mapping[Outcome, Side]
    failed_reasons: Mapping[str, Side]
    figures: Mapping[Side, Mapping[FigureKey, FigureRule]]


@dataclass(frozen=True, slots=True)
class Share:
    """``numerator`` of ``denominator``: whole counts, never a rounded figure."""

    numerator: int
    denominator: int

    @property
    def value(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a scorecard, whose doing it is, and what it is made of.

    ``n`` is what ``least_n`` is held against (handovers, portions, answers). ``points`` 0–100, None = not enough data.
    ``missing`` counts what could not show it (no phone time; not asked). ``checks`` are the parts of the evidence.
    """

    key: FigureKey
    side: Side
    share: Share
    n: int
    rule: FigureRule
    points: Fraction | None
    missing: int = 0
    checks: Mapping[Check, Share] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SideCard:
    """One side of a scorecard. ``score`` is rounded half up; None = not enough data."""

    side: Side
    figures: tuple[Figure, ...]
    score: int | None
    loaded: int
    handed_over: int
    not_handed_over: int
    open: int

    @property
    def weight_held(self) -> int:
        """Weight of the figures that have points."""
        return sum(figure.rule.weight for figure in self.figures if figure.points is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A vendor's card over days (both inclusive): what it delivered and what its kitchens cooked, kept apart."""

    vendor_code: str
    first: date
    last: date
    policy: ScorePolicy
    sides: tuple[SideCard, ...]
