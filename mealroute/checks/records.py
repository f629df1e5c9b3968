"""The words of the checks: what a check is, what it found, how grave it is and where the finding stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from mealroute.core.money import Fen

FindingId = NewType("FindingId", int)


class Severity(StrEnum):
    """``block``: not payable until cleared. ``hold``: waits for a word before approval. ``warn``: a hint, nothing more."""

    BLOCK = "block"
    HOLD = "hold"
    WARN = "warn"


class FindingState(StrEnum):
    """``gone``: the checks look again and no longer find it, because its cause was mended."""

    OPEN = "open"
    CLEARED = "cleared"
    GONE = "gone"


class Act(StrEnum):
    """One step of a finding's history."""

    FOUND = "found"
    CLEARED = "cleared"
    REOPENED = "reopened"
    GONE = "gone"
    FOUND_AGAIN = "found-again"


class Certainty(StrEnum):
    """Where a check comes from: a document or an audit that was read, or what follows from them by thought."""

    SOURCED = "sourced"
    DERIVED = "derived"


Reference = tuple[str, str]
"""One piece of evidence: its kind (line, proof, run, visit, resident, driver, vendor, station, payment, notice …) and its number or code."""
Limits = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRule:
    """One check as the district has set it from a day on. ``numbers`` are those of policy section 4; empty: beyond the list."""

    code: str
    numbers: tuple[int, ...]
    severity: Severity
    certainty: Certainty
    source: str
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackRule:
    """How many meals a vendor and month are asked about: a share of them (per mille), within bounds. ``z_permille``: 1960 = 95 %."""

    share_permille: int
    least: int
    most: int
    z_permille: int
    source: str

    def size(self, population: int) -> int:
        """Rounded up, never more than there are."""
        return min(population, max(self.least, min(self.most, -(-population * self.share_permille // 1000))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All checks and the call-back in force for a month. The version that has begun by the month's last day."""

    valid_from: date
    source: str
    checks: Mapping[str, CheckRule]
    call_back: CallBackRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one check says about one subject. Findings of the same check and subject are one; their lines are put together.

    ``subject`` is stable from run to run (``resident/12``, ``driver/D01/2026-10-05``). ``lines`` are the book lines that it
    touches; ``beneficiary`` limits it to the resident's or the operator's claim on them. ``params`` fill in the sentence: codes,
    counts and times, never names.
    """

    subject: str
    lines: tuple[int, ...] = ()
    evidence: tuple[Reference, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)
    day: date | None = None
    vendor: str = ""
    street: str = ""
    beneficiary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A check's finding with everything put together. ``natural_key`` is unique; ``digest`` changes with the evidence."""

    natural_key: str
    code: str
    severity: Severity
    month: str
    subject: str
    lines: tuple[int, ...]
    evidence: tuple[Reference, ...]
    params: Mapping[str, object]
    first_day: date | None
    last_day: date | None
    vendor: str
    street: str
    beneficiary: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """A stored finding as a page shows it. ``claims``: claim lines that hang on it now, ``amount_fen`` their sum."""

    id: FindingId
    natural_key: str
    month: str
    code: str
    severity: Severity
    state: FindingState
    subject: str
    vendor: str
    street: str
    first_day: date | None
    last_day: date | None
    lines: int
    claims: int
    amount_fen: Fen
    params: Mapping[str, object]
    evidence: tuple[Reference, ...]
    first_found_at: datetime
    last_found_at: datetime

    @property
    def stops_payment(self) -> bool:
        return self.state is FindingState.OPEN and self.severity is Severity.BLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One line of a finding's history."""

    act: Act
    reason: str
    by_name: str
    role: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One look of the checks at a month."""

    month: str
    at: datetime
    by_name: str
    meals: int
    claims: int
    found: int
    new: int
    gone: int
    reopened: int


def severest(severities: Iterable[Severity]) -> Severity | None:
    """The gravest of several."""
    order = list(Severity)
    return min(severities, key=order.index, default=None)
