"""The words of this feature: weekly pattern → one person's meal on one day → the frozen book of a day and slot."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType, Protocol

from mealroute.core.money import Fen
from mealroute.core.slots import MealSlot
from mealroute.residents.records import Handover, Precision, ResidentId, ResidentRecord

OrderId = NewType("OrderId", int)
BookLineId = NewType("BookLineId", int)


class Channel(StrEnum):
    """The way in which an order came (policy D36)."""

    WEB = "web"
    PHONE = "phone"
    COUNTER = "counter"
    PAPER = "paper"


class PayMeans(StrEnum):
    """How the resident pays. All but ``cash-at-door`` are taken before the meal."""

    CARD = "card"
    MOBILE = "mobile"
    CASH_AT_DOOR = "cash-at-door"
    MONTHLY = "monthly"
    COUNTER_CASH = "counter-cash"

    @property
    def prepaid(self) -> bool:
        return self is not PayMeans.CASH_AT_DOOR


class Delivery(StrEnum):
    """To the door, or collected at a station (policy M26)."""

    HOME = "home"
    STATION = "station"


class Size(StrEnum):
    """The size of a portion."""

    NORMAL = "normal"
    LARGE = "large"


class OrderState(StrEnum):
    """A cancelled order stays, with its reason."""

    PLACED = "placed"
    CANCELLED = "cancelled"


class BookState(StrEnum):
    """A closed book never opens again; what comes later is an amendment."""

    OPEN = "open"
    CLOSED = "closed"


class ChoiceKind(StrEnum):
    """What was decided for one meal of somebody whose dish clashes, or who wants another one."""

    DISH = "dish"
    BY_HAND = "by-hand"
    NO_MEAL = "no-meal"
    BY_RULE = "by-rule"


class Voice(StrEnum):
    """Whose word a decision is: the resident's own, a contact's, or the desk's where nobody could be asked."""

    RESIDENT = "resident"
    CONTACT = "contact"
    DESK = "desk"


class PaymentKind(StrEnum):
    """Money from the resident, or back."""

    PAYMENT = "payment"
    REFUND = "refund"


class AmendmentKind(StrEnum):
    """What a later change does to a closed book."""

    ADD = "add"
    CANCEL = "cancel"
    CHANGE = "change"


class Flag(StrEnum):
    """Why a line needs a person before it can be planned or cooked."""

    NO_POINT = "no-point"
    NO_DISH = "no-dish"
    NO_STATION = "no-station"


class Pricing(Protocol):
    """What a resident pays. Subsidy is downstream of orders, so the caller passes it in (``subsidy.service.pricing()``)."""

    @property
    def knows_others(self) -> bool:
        """Whether it looks at the person's other meals of the day itself; otherwise one order a day carries a subsidy."""
        ...

    def resident_part(
        self, resident: ResidentRecord, day: date, slot: MealSlot, unit_price_fen: Fen, quantity: int,
        *, delivery: Delivery = Delivery.HOME, channel: str = "", station_code: str | None = None, meal_kind: str = "", zone: str = "",
    ) -> tuple[Fen, Fen]:  # fmt: skip
        """What the resident pays for the whole order, and the subsidy expected; together the whole price."""
        ...


class FullPrice:
    """No subsidy is expected: the resident pays everything."""

    knows_others = False

    def resident_part(
        self,
        resident: ResidentRecord,  # noqa: ARG002 -- the protocol's
        day: date,  # noqa: ARG002
        slot: MealSlot,  # noqa: ARG002
        unit_price_fen: Fen,
        quantity: int,
        *,
        delivery: Delivery = Delivery.HOME,  # noqa: ARG002
        channel: str = "",  # noqa: ARG002
        station_code: str | None = None,  # noqa: ARG002
        meal_kind: str = "",  # noqa: ARG002
        zone: str = "",  # noqa: ARG002
    ) -> tuple[Fen, Fen]:
        return unit_price_fen * quantity, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOrderRecord:
    """A weekly pattern. ``portions[0]`` is Monday's; both dates are inclusive."""

    id: int
    code: str
    resident_id: ResidentId
    slot: MealSlot
    portions: tuple[int, ...]
    size: Size
    choice: str
    delivery: Delivery
    station_code: str | None
    channel: Channel
    pay_means: PayMeans
    window_from_s: int | None
    window_to_s: int | None
    valid_from: date
    valid_to: date | None
    note: str

    def portions_on(self, day: date, as_weekday: int) -> int:
        """Portions due on ``day`` when the pattern of ``as_weekday`` (1 = Monday) holds."""
        in_force = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return self.portions[as_weekday - 1] if in_force else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """One person's order for one day and slot. ``resident_part_fen`` and the subsidy are for the whole quantity."""

    id: OrderId
    natural_key: str
    resident_id: ResidentId
    resident_code: str
    standing_order_id: int | None
    day: date
    slot: MealSlot
    quantity: int
    size: Size
    dish_code: str | None
    choice: str
    diets: tuple[str, ...]
    delivery: Delivery
    station_code: str | None
    channel: Channel
    unit_price_fen: Fen
    resident_part_fen: Fen
    expected_subsidy_fen: Fen
    pay_means: PayMeans
    window_from_s: int
    window_to_s: int
    state: OrderState
    cancel_reason: str
    flags: tuple[Flag, ...]
    flag_owner: str
    note: str
    created_by: str
    created_at: datetime
    street_code: str
    paid_fen: Fen = 0
    avoids: tuple[str, ...] = ()

    @property
    def due_fen(self) -> Fen:
        """Still to be paid (negative: to be given back)."""
        return (self.resident_part_fen if self.state is OrderState.PLACED else 0) - self.paid_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class DishChoiceRecord:
    """What somebody decided for one meal: which dish or none, whose word it was, by which means, who wrote it down when."""

    id: int
    resident_id: ResidentId
    day: date
    slot: MealSlot
    kind: ChoiceKind
    dish_code: str | None
    means: Channel
    voice: Voice
    note: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord:
    """Money for one order. ``amount_fen`` is positive; ``kind`` says which way."""

    id: int
    order_id: OrderId
    kind: PaymentKind
    amount_fen: Fen
    means: PayMeans
    at: datetime
    by_name: str
    reference: str

    @property
    def signed_fen(self) -> Fen:
        return self.amount_fen if self.kind is PaymentKind.PAYMENT else -self.amount_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLineRecord:
    """One order as frozen: everything that planning, kitchen and money may rely on, whatever the ledger says later.

    ``lon``/``lat`` are the door's, or the station's for orders collected there. ``cash_due_fen`` is what the driver collects.
    ``flag_owner`` answers for the line whenever it has no place: the dispatcher of the street.
    """

    line_id: BookLineId
    order_id: OrderId
    resident_id: ResidentId
    revision: int
    quantity: int
    street_code: str
    lon: float | None
    lat: float | None
    precision: Precision
    place_key: str
    floor: int | None
    has_lift: bool
    diets: tuple[str, ...]
    strict_diets: frozenset[str]
    dish_code: str | None
    size: Size
    delivery: Delivery
    station_code: str | None
    handover: Handover
    priority: int
    must_serve: bool
    window_from_s: int
    window_to_s: int
    unit_price_fen: Fen
    cash_due_fen: Fen
    flags: tuple[Flag, ...]
    flag_owner: str
    amendment_id: int | None
    avoids: tuple[str, ...] = ()
    strict_avoids: frozenset[str] = frozenset()

    @property
    def flag(self) -> str:
        """The first thing that a person has to mend, or nothing."""
        return str(self.flags[0]) if self.flags else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentRecord:
    """A change of a closed book, with reason and person."""

    id: int
    kind: AmendmentKind
    order_id: OrderId
    cancels_line_id: BookLineId | None
    adds_line_id: BookLineId | None
    reason: str
    by_name: str
    at: datetime
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBookRecord:
    """The book of one day and slot. ``lines`` are those in effect: frozen − cancelled + added."""

    id: int
    day: date
    slot: MealSlot
    state: BookState
    closed_at: datetime | None
    closed_by: str
    lines: tuple[BookLineRecord, ...]
    amendments: tuple[AmendmentRecord, ...]

    @property
    def portions(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def digest(self) -> str:
        """SHA-256 over everything that a plan or a kitchen takes from the book: equal books have equal digests."""
        lines = sorted(self.lines, key=lambda line: line.line_id)
        content = [self.day.isoformat(), str(self.slot), *map(_plain, lines)]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRoll:
    """``active = ordered_residents + paused + not_due``: nobody in service is missing from a day."""

    day: date
    slot: MealSlot
    active: int
    ordered_residents: int
    paused: int
    not_due: int
    ordered_portions: int

    def __post_init__(self) -> None:
        if self.active != self.ordered_residents + self.paused + self.not_due:
            raise ValueError(f"a day's roll must add up, got {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LateChange:
    """Something that the ledger says since the book was closed; a person turns it into an amendment."""

    kind: AmendmentKind
    resident_id: ResidentId
    resident_code: str
    order_id: OrderId | None
    standing_order_id: int | None
    code: str
    sentence: str


def _plain(line: BookLineRecord) -> list[Any]:
    """The line's values in the order of its fields. Not ``asdict``: that copies deeply and takes ten times as long.

    Avoided foods count only where there are some, so that books from before they were kept have the digest that plans know.
    """
    names = BookLineRecord.__slots__ if line.avoids else BookLineRecord.__slots__[:-2]
    values = (getattr(line, name) for name in names)
    return [sorted(value) if isinstance(value, frozenset) else value for value in values]
