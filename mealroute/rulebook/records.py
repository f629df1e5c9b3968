"""The rule language as records: dated versions of rules, who pays, how much, when, up to which cap. Amounts are integer fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from mealroute.core.money import Fen


class Beneficiary(StrEnum):
    """Whose money a rule pays. A resident's comes off the price; the others are paid to the operator, courier or site."""

    RESIDENT = "resident"
    OPERATOR = "operator"
    DELIVERER = "deliverer"
    SITE = "site"


class Unit(StrEnum):
    """What is paid once: a person's meal, a person's day, one bringing home, a month, a quarter, a year, or a single time."""

    MEAL = "meal"
    PERSON_DAY = "person-day"
    DELIVERY = "delivery"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ONE_OFF = "one-off"

    @property
    def periodic(self) -> bool:
        """Paid on figures of a period or an application, not on a single meal."""
        return self in {Unit.MONTH, Unit.QUARTER, Unit.YEAR, Unit.ONE_OFF}


class AmountKind(StrEnum):
    """How an amount comes about."""

    FIXED = "fixed"
    PERCENT = "percent"
    UP_TO = "up-to"
    DOWN_TO = "down-to"
    EACH = "each"
    TIERS = "tiers"
    CASES = "cases"


class Rounding(StrEnum):
    """What happens to the part of a fen. ``half-even`` rounds to the even neighbour."""

    DOWN = "down"
    UP = "up"
    HALF_UP = "half-up"
    HALF_EVEN = "half-even"


class ShareRounding(StrEnum):
    """Who gets the odd fen of a divided line: the payer named last, or those with the largest remainders (earlier names first)."""

    LAST_PAYER = "last-payer"
    LARGEST_REMAINDER = "largest-remainder"


class StackMode(StrEnum):
    """Of several rules of one group: the greatest amount, all together, or the first by priority alone."""

    MAX = "max"
    SUM = "sum"
    EXCLUSIVE = "exclusive"


class Every(StrEnum):
    """When a cap or the choice within a group begins anew. Weeks run from Monday to Sunday, quarters begin in January, April, July and
    October; nothing is carried over.
    """

    MEAL = "meal"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    EVER = "ever"


class CapPer(StrEnum):
    """Whose uses a cap counts. ``street`` is that of the meal; ``all`` is everybody whom the rulebook pays: a budget, a number of places."""

    PERSON = "person"
    HOUSEHOLD = "household"
    OPERATOR = "operator"
    SITE = "site"
    DELIVERER = "deliverer"
    STREET = "street"
    ALL = "all"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold: the key as written in the file, and what it compares with (``values``, a flag or a set)."""

    key: str
    value: Any


Conditions = tuple[Condition, ...]
"""All of them must hold."""


@dataclass(frozen=True, slots=True)
class Nested:
    """The value of ``any``, ``all`` or ``none`` inside a condition block: whole blocks of conditions."""

    blocks: tuple[Conditions, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """From ``least`` on: ``fen`` once, or ``fen`` for each where ``each`` is set."""

    least: int
    fen: Fen
    each: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much. ``fen`` is the fixed sum, the ceiling (up-to), what stays with the resident (down-to), or the sum for each.

    ``rate`` is a fraction of ``of``: the price, what other rules left of it, the day's spend, or a sum of the figures. ``by``
    names the count of ``each`` and ``tiers``, ``per`` whose times a table on meals counts. ``step`` is the unit that a percentage is rounded
    to, 1 = the fen. ``at_least``/``at_most`` bound the result; ``own_part`` and ``own_rate`` of the price, rounded up, always stay with the
    resident, whichever is more. A resident never gets more than the price.
    """

    kind: AmountKind
    fen: Fen = 0
    rate: tuple[int, int] = (0, 1)
    of: str = "price"
    rounding: Rounding = Rounding.HALF_UP
    step: Fen = 1
    by: str = ""
    per: CapPer = CapPer.PERSON
    tiers: tuple[Tier, ...] = ()
    marginal: bool = False
    cases: tuple[tuple[Conditions, "Amount"], ...] = ()
    at_least: Fen | None = None
    at_most: Fen | None = None
    own_part: Fen = 0
    own_rate: tuple[int, int] = (0, 1)


LOST, SHARED = "lost", "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One payer's part: a ``weight``, a fixed ``fen``, or the ``rest``.

    Where ``when`` does not hold, the part is ``lost`` to the beneficiary, is ``shared`` out among the other payers, or goes
    to the payer named in ``otherwise``.
    """

    payer: str
    weight: int = 0
    fen: Fen | None = None
    rest: bool = False
    when: Conditions = ()
    otherwise: str = LOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Who pays: fixed parts first, in their order, then the rest by weight. The parts are always the line, to the fen."""

    shares: tuple[Share, ...]
    rounding: ShareRounding = ShareRounding.LAST_PAYER

    @property
    def payers(self) -> tuple[str, ...]:
        found = [share.payer for share in self.shares]
        found += [share.otherwise for share in self.shares if share.otherwise not in {LOST, SHARED, *found}]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most ``count`` lines, ``days`` with a line, or ``fen`` for each ``per`` in each ``every``; rules with the same ``pool`` count
    together.
    """

    per: CapPer
    every: Every
    count: int | None
    fen: Fen | None
    pool: str
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The group of rules that a rule belongs to, how they go together, and when the choice begins anew."""

    group: str
    mode: StackMode
    every: Every


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Where a rule is written. ``certainty``: S read in a source, S-low on a weak page only, GK general knowledge."""

    number: str
    title: str
    issued: date | None
    reference: str
    source: str
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One version of one rule. Both dates inclusive; old versions are kept. Smaller ``priority`` goes first, then the file's order.

    ``option`` names the district's switch that must be on. ``assumptions`` say what the source leaves open and the file fills in.
    """

    rule_id: str
    version: int
    title: str
    title_en: str
    description: str
    document: Document
    beneficiary: Beneficiary
    unit: Unit
    amount: Amount
    sharing: Sharing
    conditions: Conditions
    caps: tuple[Cap, ...] = ()
    stack: Stack | None = None
    priority: int = 100
    option: str | None = None
    assumptions: tuple[str, ...] = ()
    valid_from: date
    valid_to: date | None = None
    line: int | None = None

    @property
    def key(self) -> str:
        return f"{self.rule_id}/{self.version}"

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionValue:
    """What a district has decided about one option from a day on, and where that is written."""

    valid_from: date
    value: bool | frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Name:
    """What a code of the file is called in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Days off and days worked that the week alone does not tell; without an entry Monday to Friday are workdays."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def kind(self, day: date) -> str:
        """``holiday``, ``workday`` or ``weekend``."""
        if day in self.holidays:
            return "holiday"
        return "workday" if day in self.workdays or day.weekday() < 5 else "weekend"


@dataclass(frozen=True, slots=True)
class Counted:
    """A count of a month that the file defines: the ``of`` (meals, person-days, persons, deliveries) of those meals for which ``when`` holds."""

    of: str
    when: Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All versions of all rules, the district's options, names of codes, the calendar. Ask it for a day, never for "now"."""

    rules: tuple[Rule, ...]
    options: Mapping[str, tuple[OptionValue, ...]] = field(default_factory=dict)
    names: Mapping[str, Name] = field(default_factory=dict)
    calendar: Calendar = Calendar()
    in_force: bool = True
    counted: Mapping[str, Counted] = field(default_factory=dict)

    def option_on(self, key: str, day: date) -> OptionValue | None:
        """The value in force on ``day``: the one that began last."""
        values = [value for value in self.options.get(key, ()) if value.valid_from <= day]
        return max(values, key=lambda value: value.valid_from, default=None)

    def on(self, day: date) -> tuple[Rule, ...]:
        """The rules in force on ``day`` whose option is on, by priority and order of the file."""
        found = [rule for rule in self.rules if rule.in_force(day) and self._chosen(rule, day)]
        return tuple(sorted(found, key=lambda rule: rule.priority))

    def versions(self, rule_id: str) -> tuple[Rule, ...]:
        """All versions of a rule, oldest first."""
        return tuple(rule for rule in self.rules if rule.rule_id == rule_id)

    def _chosen(self, rule: Rule, day: date) -> bool:
        if rule.option is None:
            return True
        option = self.option_on(rule.option, day)
        return option is not None and option.value is True
