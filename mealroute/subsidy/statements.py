"""A month on paper: its figures, sums, open differences, and the settlement that is left when it is closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from mealroute.core.money import Fen
from mealroute.subsidy.records import ClaimLineRecord, Identity, Imbalance, PeriodState, payee_name


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPortion:
    """A delivered line that still needs a person's explanation before the month can close. The name is masked."""

    book_line_id: int
    order_id: int
    resident_code: str
    resident_name: str
    day: date
    slot: str
    street_code: str
    portions: int
    outstanding_fen: Fen
    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """The month as summary.json states it. Portions, except ``claimed_lines`` (rows) and the amounts."""

    month: str
    ordered: int
    planned: int
    unassigned: int
    portions_loaded: int
    delivered: int
    not_delivered: int
    subsidised: int
    self_paid: int
    explained: int
    claimed_lines: int
    claimed_fen: Fen
    copay_fen: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMoney:
    """One day and meal: ``delivered = subsidised + self_paid + explained + open``; ``open`` still needs a person's words."""

    delivered: int
    subsidised: int
    self_paid: int
    explained: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Lines and amount of one group (a rule, a vendor, a street); ``shares`` by payer."""

    key: str
    label: str
    lines: int
    portions: int
    residents: int
    amount_fen: Fen
    shares: tuple[tuple[str, Fen], ...] = ()
    document_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthStatement:
    """All that a settlement page shows of one month."""

    payer: str
    payer_name: str
    state: PeriodState
    closed_by: str | None
    closed_at: datetime | None
    csv_sha256: str | None
    figures: MonthFigures
    service_days: int
    residents: int
    copay_paid_fen: Fen
    outstanding_fen: Fen
    by_rule: tuple[Sum, ...]
    by_vendor: tuple[Sum, ...]
    by_street: tuple[Sum, ...]
    identities: tuple[Identity, ...]
    imbalances: tuple[Imbalance, ...]
    open_portions: tuple[OpenPortion, ...]
    explanations: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementLine:
    """One row of the settlement's files: a claim line with the words that people read. Name and ID number are masked.

    ``id`` is the row's own number while the month stands as built; ``line_no`` its place in the file.
    """

    id: int
    line_no: int
    claim: ClaimLineRecord
    resident_name: str
    resident_id_masked: str
    street_name: str
    vendor_name: str

    @property
    def payee_name(self) -> str:
        """Who is paid: the vendor, or the resident by the masked name."""
        return payee_name(self.claim, self.resident_name, self.vendor_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A month's claim lines and sums; immutable once ``state`` is closed."""

    payer: str
    payer_name: str
    month: str
    state: PeriodState
    closed_by: str | None
    closed_at: datetime | None
    csv_sha256: str | None
    figures: MonthFigures
    by_rule: tuple[Sum, ...]
    lines: tuple[SettlementLine, ...]
