"""The words of the money: dated rules, entitlements, claim lines, identities, settlements. Amounts are integer fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from mealroute.core.money import Fen


class Beneficiary(StrEnum):
    """Whose money a rule pays: the resident's (taken off the price) or the operator's."""

    RESIDENT = "resident"
    OPERATOR = "operator"


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
class Conditions:
    """What must hold on the day of the meal. ``outcomes`` are the ways of delivery that are paid for.

    With ``outcomes_option`` the district's option of that name gives the outcomes, day by day.
    """

    basic_service: bool
    at_home: bool
    slots: frozenset[str]
    price_above_amount: bool
    resident_paid_part: bool
    outcomes: frozenset[str]
    outcomes_option: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """One version of one rule, with the document that it comes from. Both dates inclusive; old versions are kept.

    ``payer_shares`` are weights; see ``rules.split`` for the odd fen. ``option`` names the district option that must be on.
    """

    rule_id: str
    version: int
    title: str
    title_en: str
    description: str
    document_no: str
    document_title: str
    reference: str
    source: str
    beneficiary: Beneficiary
    unit: str
    amount_fen: Fen
    payer_shares: tuple[tuple[str, int], ...]
    conditions: Conditions
    option: str | None
    valid_from: date
    valid_to: date | None

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionValue:
    """What a district has decided about one option from a day on, and where that is written."""

    valid_from: date
    value: bool | frozenset[str]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All versions of all rules and the district's options; ask it for a day, never for "now"."""

    payer: str
    payer_name: str
    rules: tuple[RuleVersion, ...]
    options: Mapping[str, tuple[OptionValue, ...]] = field(default_factory=dict)

    def option_on(self, key: str, day: date) -> OptionValue | None:
        """The value in force on ``day``: the one that began last."""
        values = [value for value in self.options.get(key, ()) if value.valid_from <= day]
        return max(values, key=lambda value: value.valid_from, default=None)

    def on(self, day: date) -> tuple[RuleVersion, ...]:
        """The rules in force on ``day``, in the order of the file, with the district's options of that day filled in.

        A rule whose option is off is left out.
        """
        return tuple(self._filled(rule, day) for rule in self.rules if rule.in_force(day) and self._chosen(rule, day))

    def _chosen(self, rule: RuleVersion, day: date) -> bool:
        if rule.option is None:
            return True
        option = self.option_on(rule.option, day)
        return option is not None and option.value is True

    def _filled(self, rule: RuleVersion, day: date) -> RuleVersion:
        if rule.conditions.outcomes_option is None:
            return rule
        option = self.option_on(rule.conditions.outcomes_option, day)
        outcomes = option.value if option and isinstance(option.value, frozenset) else frozenset()
        return replace(rule, conditions=replace(rule.conditions, outcomes=outcomes))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How a meal was brought and what shows it. ``confirmed_at`` is when the record was made, by our clock.

    ``delivery`` is home or station; ``stop_no`` the place in the route and ``planned_s`` its planned second of the day; ``source`` the way
    in which the record came (phone, paper, desk …); ``recorded_at`` when it reached us.
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


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a rule does not pay: a stable code and a sentence."""

    code: str
    sentence: str


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
    """A handover that a rule does not pay, and why."""

    rule_id: str
    beneficiary: Beneficiary
    book_line_id: int
    order_id: int
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
class ProofFacts:
    """The current proof of a line: what a claim line must point to."""

    proof_id: int
    book_line_id: int
    outcome: str
    delivered: int
