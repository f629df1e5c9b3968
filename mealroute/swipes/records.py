"""The words of swipes: meals as a counter's machine or the card platform recorded them. Amounts are fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mealroute.core.importing import CellProblem
from mealroute.core.money import Fen


class SwipeKind(StrEnum):
    """A meal, or the taking back of one."""

    MEAL = "meal"
    VOID = "void"


class Means(StrEnum):
    """What the machine knew the person by."""

    CARD = "card"
    QR = "qr"
    FACE = "face"


class Trouble(StrEnum):
    """Why a swipe and a handed-out meal do not go together. Closed list; each needs a person's words."""

    PERSON_UNKNOWN = "person-unknown"
    NO_ORDER = "no-order"
    NOT_HANDED_OVER = "not-handed-over"
    SWIPED_TWICE = "swiped-twice"
    EATEN_ELSEWHERE = "eaten-elsewhere"
    OTHER_SITE = "other-site"
    PORTIONS_DIFFER = "portions-differ"
    AMOUNT_DIFFERS = "amount-differs"
    VOID_WITHOUT_ORIGINAL = "void-without-original"
    NO_SWIPE = "no-swipe"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwipeRecord:
    """One row of a machine's or platform's file. ``paid_fen`` None: the file does not say what the person paid."""

    id: int
    source: str
    serial: str
    kind: SwipeKind
    voids: str
    resident_id: int | None
    person_key: str
    tail: str
    day: date
    slot: str
    at: datetime
    site_code: str
    terminal: str
    quantity: int
    price_fen: Fen | None
    paid_fen: Fen | None
    subsidy_fen: Fen | None
    means: Means

    @property
    def subject(self) -> str:
        return f"swipe/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MealLine:
    """One order line in effect of a closed book; ``delivered`` portions (0: nothing was handed over), due = the resident's part."""

    line_id: int
    order_id: int
    proof_id: int | None
    resident_id: int
    day: date
    slot: str
    delivery: str
    station_code: str
    street_code: str
    delivered: int
    due_fen: Fen

    @property
    def subject(self) -> str:
        return f"book-line/{self.line_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """A meal handed out at a station's counter: whose, when, for how much (fen; price of one portion, due for all)."""

    resident_code: str
    station_code: str
    at: datetime
    portions: int
    price_fen: Fen
    due_fen: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A swipe, a handed-out meal, or both, that do not go together."""

    subject: str
    trouble: Trouble
    day: date
    slot: str
    site_code: str
    resident_id: int | None = None
    swipe: SwipeRecord | None = None
    line: MealLine | None = None
    expected: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What goes together (swipe → line), what was taken back, and everything that does not fit."""

    pairs: Mapping[int, int]
    taken_back: frozenset[int]
    mismatches: tuple[Mismatch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a person says of a mismatch; it holds for this trouble of this subject."""

    subject: str
    trouble: str
    sentence: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SwipeFigures:
    """Two equations: ``rows = agreeing + taken_back + explained + open``, and of counter meals on days that files cover
    ``counter_meals = counter_agreeing + counter_explained + counter_open``.
    """

    rows: int
    agreeing: int
    taken_back: int
    explained: int
    open: int
    counter_meals: int
    counter_agreeing: int
    counter_explained: int
    counter_open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """A span's swipes against its meals."""

    figures: SwipeFigures
    open: tuple[Mismatch, ...]
    explained: tuple[tuple[Mismatch, Note], ...]
    confirmed: Mapping[int, str] = field(default_factory=dict)
    """Proof → card, qr or face, for meals that a swipe agrees with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which heading of a file is which field, and whether its amounts are fen. Without ``chosen`` the headings speak for themselves."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    in_fen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A file looked at before it enters: headings found, which is taken for what, the rows that would enter, the cells that would not."""

    token: str
    file: str
    source: str
    headings: tuple[str, ...]
    columns: Mapping[str, str]
    in_fen: bool
    rows: int
    new: int
    repeated: int
    unknown_people: int
    first_day: date | None
    last_day: date | None
    sample: tuple["PreviewRow", ...]
    problems: tuple[CellProblem, ...]
    before: str = ""
    """Where the very file came in already: when and by whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """One row as it would enter; the person by masked number."""

    row: int
    day: date
    slot: str
    at: datetime
    tail: str
    resident_code: str
    site_code: str
    kind: SwipeKind
    price_fen: Fen | None
    paid_fen: Fen | None
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRecord:
    """One file that came in."""

    id: int
    source: str
    file: str
    digest: str
    first_day: date
    last_day: date
    sites: tuple[str, ...]
    rows: int
    repeated: int
    set_aside: int
    by_name: str
    at: datetime
