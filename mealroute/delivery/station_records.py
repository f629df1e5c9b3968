"""The words of a station's counter: boxes that arrived, people who come for their meal, what is left when it closes."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mealroute.core.money import Fen
from mealroute.delivery.records import Outcome


class Shortfall(StrEnum):
    """Why other portions arrived than the sheet says. Closed list; ``other`` needs a note."""

    NOT_LOADED = "not-loaded"
    SPILLED = "spilled"
    SENT_ELSEWHERE = "sent-elsewhere"
    MORE_THAN_LISTED = "more-than-listed"
    OTHER = "other"


class Fetched(StrEnum):
    """Who came for a meal."""

    SELF = "self"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationBox:
    """One bulk stop: what the sheet says, when it comes, and the signature if there is one. Degrees in tenths."""

    visit_id: int
    run_number: int
    kitchen_code: str
    vehicle_code: str
    trip: int
    driver_name: str
    arrival_s: int
    expected: int
    received: int | None
    tenths: int | None
    signed_by: str
    signed_at: datetime | None
    shortfall: Shortfall | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """Somebody whom the resident has named to take the meal; the name is masked."""

    position: int
    relation: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterLine:
    """One meal to be fetched. The name is masked; ``outcome`` None = not fetched yet."""

    book_line_id: int
    run_id: int
    resident_id: int
    resident_code: str
    resident_name: str
    initials: str
    dish_name: str
    diets: tuple[str, ...]
    strict_diets: frozenset[str]
    large: bool
    quantity: int
    cash_due_fen: Fen
    in_person_only: bool
    proxies: tuple[Proxy, ...]
    outcome: Outcome | None
    delivered: int
    left_with: str
    recorded_at: datetime | None
    by_name: str
    case_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterTotals:
    """A counter in portions: ``expected = received + missing`` once all is signed for, ``expected = fetched + not_fetched + short + open``.

    ``missing`` did not arrive (below nothing: more came than the sheet says). ``short`` are portions of people for whom there
    was no meal, ``unusable`` those of them that had arrived: ``received = fetched + not_fetched + unusable + still_here``.
    """

    expected: int
    received: int
    signed: bool
    fetched: int
    not_fetched: int
    short: int
    open: int

    @property
    def missing(self) -> int:
        return self.expected - self.received

    @property
    def unusable(self) -> int:
        """Of the portions that arrived, those that nobody could eat (spilled at the counter, one too many)."""
        return self.received - self.fetched - self.not_fetched - self.open


@dataclass(frozen=True, slots=True, kw_only=True)
class StationClosed:
    """The end of a hand-out: ``received = handed_out + not_fetched + short`` and ``expected = received + missing``, in portions."""

    number: int
    expected: int
    missing: int
    received: int
    handed_out: int
    not_fetched: int
    short: int
    explanation: str
    by_name: str
    at: datetime

    def __post_init__(self) -> None:
        if self.received != self.handed_out + self.not_fetched + self.short:
            raise ValueError(f"a closed counter must add up, got {self}")
        if self.expected != self.received + self.missing:
            raise ValueError(f"what a station expects must have arrived or be missing, got {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Everything that a station's counter shows for one meal."""

    day: date
    slot: str
    station_code: str
    station_name: str
    fetch_until: datetime
    boxes: tuple[StationBox, ...]
    lines: tuple[CounterLine, ...]
    totals: CounterTotals
    closed: StationClosed | None
