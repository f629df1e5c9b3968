"""The words of the budget: dated decisions with their document, what is used, and where the year is heading. Integer fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from mealroute.core.money import Fen
from mealroute.settlement.view_records import Dated


class DecisionKind(StrEnum):
    """What a decision does. ``appraisal`` is what the payer grants after its yearly appraisal; it never mixes with the budget."""

    INITIAL = "initial"
    SUPPLEMENT = "supplement"
    CUT = "cut"
    APPRAISAL = "appraisal"


class Alert(StrEnum):
    """How a fund stands: in order, to be watched, to be acted upon; ``none`` where nothing has been decided yet."""

    NONE = "none"
    OK = "ok"
    WATCH = "watch"
    ACT = "act"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraised:
    """A fund whose money is granted by appraisal, with the document that says so."""

    fund: str
    document: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetPolicy:
    """One dated version of ``budget.yaml``."""

    valid_from: date
    source: str
    watch_permille: int
    act_permille: int
    least_months: int
    by_appraisal: tuple[Appraised, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision about a fund's year; a cut is negative. Written once."""

    fund: str
    year: int
    kind: DecisionKind
    amount_fen: Fen
    document_no: str
    document_title: str
    decided_on: date
    note: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUse:
    """What a month takes from one fund. ``complete``: the month is over and known, so that its rate counts for the forecast.

    ``reckoned`` False: a big open month whose figures nobody has reckoned yet; what it commits is not known.
    """

    month: str
    closed: bool
    complete: bool
    service_days: int
    claimed_fen: Fen
    committed_fen: Fen
    paid_fen: Fen
    reckoned: bool = True

    @property
    def used_fen(self) -> Fen:
        return self.claimed_fen + self.committed_fen

    @property
    def rate(self) -> Fraction | None:
        """Fen a service day; None without a service day."""
        return Fraction(self.used_fen, self.service_days) if self.service_days else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The year's end if the days left cost as the months so far: on their mean, on the cheapest and on the dearest month.

    ``low_fen`` and ``high_fen`` are None where there are too few complete months for a range.
    """

    middle_fen: Fen
    low_fen: Fen | None
    high_fen: Fen | None
    months: int
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundYear:
    """One fund in one year. ``committed`` is delivered and due but in no closed month yet, held lines included."""

    fund: str
    year: int
    decided_fen: Fen
    appraised_fen: Fen
    claimed_fen: Fen
    committed_fen: Fen
    paid_fen: Fen
    months: tuple[MonthUse, ...]
    forecast: Forecast | None
    alert: Alert
    appraisal: Appraised | None = None
    decisions: tuple[Decision, ...] = field(default=())

    @property
    def used_fen(self) -> Fen:
        return self.claimed_fen + self.committed_fen

    @property
    def left_fen(self) -> Fen:
        return self.decided_fen - self.used_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetYear:
    """All funds of a year under the policy in force. ``dated``: how old the figures of big open months are."""

    year: int
    today: date
    policy: BudgetPolicy
    funds: tuple[FundYear, ...]
    open_months: Mapping[str, bool] = field(default_factory=dict)
    dated: Mapping[str, Dated] = field(default_factory=dict)
