"""The words of the money: dated rules, entitlements, claim lines, identities, settlements. Amounts are integer fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mealroute.core.money import Fen
from mealroute.rulebook import records as rulebook
from mealroute.rulebook.records import Beneficiary, Rule

__all__ = ["Beneficiary"]


class Confirmation(StrEnum):
    """What shows that a meal reached its person: the strongest piece that there is. Closed list, strongest first.

    ``card``, ``qr`` and ``face`` are a counter machine's own record of the meal; ``code`` the spoken code that matched; ``counter`` a
    station's hand-out; ``seen`` the word of whoever handed over; ``contact`` somebody else took it; ``unseen`` nobody was met.
    """

    CARD = "card"
    QR = "qr"
    FACE = "face"
    CODE = "code"
    SIGNATURE = "signature"
    PHOTO = "photo"
    COUNTER = "counter"
    SEEN = "seen"
    CONTACT = "contact"
    UNSEEN = "unseen"


class PeriodState(StrEnum):
    """A closed period never opens again; a mistake in it becomes a line of a later one."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """The rules in force and the district that pays by them; ask it for a day, never for "now"."""

    payer: str
    payer_name: str
    book: rulebook.Rulebook
    district: str = ""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every version of every rule."""
        return self.book.rules

    def on(self, day: date) -> tuple[Rule, ...]:
        """The rules in force on ``day`` whose switch is on, by priority."""
        return self.book.on(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentOnDay:
    """What the rules need to know about a resident on the day of the meal. Nothing else is looked at."""

    resident_id: int
    code: str
    state: str
    living: str
    basic_service: bool
    pause_reason: str | None = None
    categories: tuple[str, ...] = ()
    age: int | None = None
    ability_level: int | None = None
    assessed: bool = True
    household: str = ""
    diets: tuple[str, ...] = ()
    registration: str = ""
    born: date | None = None
    enrolled: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How a meal was brought and what shows it. ``confirmed_at`` is when the record was made, by our clock.

    ``delivery`` is home or station; ``stop_no`` the place in the route and ``planned_s`` its planned second of the day; ``source`` the way
    in which the record came (phone, paper, desk …); ``recorded_at`` when it reached us. ``confirmation`` is the strongest piece of evidence,
    ``shown_by`` are all of them in the words of the rules; ``proxy``: somebody else took the meal.
    """

    run_id: int | None = None
    route_no: int | None = None
    stop_no: int | None = None
    planned_s: int | None = None
    driver_code: str = ""
    station_code: str = ""
    delivery: str = ""
    channel: str = ""
    pay_means: str = ""
    confirmation: Confirmation = Confirmation.SEEN
    shown_by: frozenset[str] = frozenset({"seen"})
    proxy: bool = False
    site_kind: str = ""
    deliverer_kind: str = ""
    confirmed_at: datetime | None = None
    recorded_at: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One delivered order line with its evidence. ``paid_fen`` is what the resident has paid for the whole order, net."""

    book_line_id: int
    order_id: int
    proof_id: int
    day: date
    slot: str
    outcome: str
    portions: int
    unit_price_fen: Fen
    paid_fen: Fen
    street_code: str
    vendor_code: str
    resident: ResidentOnDay
    carried: Carried = Carried()
    zone: str = ""
    meal_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLineRecord:
    """One line of a settlement under one rule, with everything needed to compute it again.

    ``natural_key`` says what is paid for, once for ever (rule, person and day for a subsidy a day). ``payee`` is who gets the money: the
    vendor that takes it off the price or runs the service, a site, a deliverer. Lines that no meal stands behind (a site's month, a
    one-off grant) have no order, proof or person, ``slot`` is empty then and ``day`` the last day that they pay for.
    """

    natural_key: str
    rule_id: str
    rule_version: int
    document_no: str
    beneficiary: Beneficiary
    amount_fen: Fen
    shares: tuple[tuple[str, Fen], ...]
    order_id: int | None
    book_line_id: int | None
    proof_id: int | None
    resident_id: int | None
    resident_code: str
    day: date
    slot: str
    street_code: str
    vendor_code: str
    unit_price_fen: Fen
    resident_paid_fen: Fen
    copay_fen: Fen
    outcome: str
    unit: str = "person-day"
    payee: str = ""
    category: str = ""
    age: int | None = None
    ability_level: int | None = None
    run_id: int | None = None
    route_no: int | None = None
    driver_code: str = ""
    station_code: str = ""
    delivery: str = ""
    confirmation: str = ""
    confirmed_at: datetime | None = None
    source: str = ""
    basis: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimProblem:
    """A handover, or a site's figures (then no line and no order), that a rule does not pay, and why."""

    rule_id: str
    beneficiary: Beneficiary
    book_line_id: int | None
    order_id: int | None
    resident_code: str
    day: date
    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAccount:
    """One delivered order line in portions: ``delivered = subsidised + self_paid + unclaimed``.

    ``unclaimed`` portions need an explanation, and so does money that is still owed (``outstanding_fen``) where all portions
    are claimed or paid; ``code`` and ``sentence`` say what is known, ``automatic`` whether that is enough.
    """

    book_line_id: int
    order_id: int
    resident_id: int
    resident_code: str
    day: date
    slot: str
    street_code: str
    delivered: int
    subsidised: int
    self_paid: int
    unclaimed: int
    outstanding_fen: Fen
    code: str = ""
    sentence: str = ""
    automatic: bool = False

    def is_open(self, explained: Mapping[int, int]) -> bool:
        """Whether words are missing. ``explained`` maps lines to explained portions (0 where only money was owed)."""
        if self.unclaimed:
            return explained.get(self.book_line_id, 0) < self.unclaimed
        return self.outstanding_fen > 0 and self.book_line_id not in explained


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationRecord:
    """Why delivered portions of a line were neither subsidised nor paid in full, and who says so."""

    book_line_id: int
    day: date
    code: str
    sentence: str
    portions: int
    automatic: bool
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Term:
    """One term of an identity: its words and its figure."""

    label: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """``total = sum of parts``: shown as an equation, true or false."""

    code: str
    total: Term
    parts: tuple[Term, ...]
    unit: str = "portions"

    @property
    def difference(self) -> int:
        return self.total.value - sum(part.value for part in self.parts)

    @property
    def holds(self) -> bool:
        return self.difference == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Imbalance:
    """A difference that keeps a period open: what was expected, what was found, where; in portions unless ``unit`` says fen."""

    code: str
    sentence: str
    expected: int
    found: int
    subject: str = ""
    day: date | None = None
    unit: str = "portions"

    @property
    def difference(self) -> int:
        return self.found - self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """One day and meal of the month in portions, as the books, the plan and the doors have it.

    ``ordered`` is what the closed book holds; ``planned`` and ``unassigned`` come from the published plan. ``open`` are
    loaded portions without any record; ``stray`` are placed orders of the day that are in no closed book, ``adrift``
    portions recorded as delivered that no published plan carries.
    """

    day: date
    slot: str
    ordered: int
    planned: int
    unassigned: int
    delivered: int
    not_delivered: int
    open: int
    stray: int
    adrift: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """A piece of the chain that nobody has explained: a swipe and a meal that do not go together, cash that was not handed in.

    ``code`` is swipe or cash; ``unit`` portions or fen.
    """

    code: str
    subject: str
    sentence: str
    day: date
    street_code: str
    expected: int
    found: int
    unit: str = "portions"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFacts:
    """The current proof of a line: what a claim line must point to."""

    proof_id: int
    book_line_id: int
    outcome: str
    delivered: int


def payee_name(line: ClaimLineRecord, resident: str, vendor: str) -> str:
    """Who a line pays: the vendor by name, a resident by the name given (masked, as a rule), anybody else by their code."""
    if line.payee == line.vendor_code:
        return vendor or line.payee
    return resident or line.payee if line.payee == line.resident_code else line.payee
