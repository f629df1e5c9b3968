"""The words of the close: four steps by four people, their history, what is due to whom. Amounts are integer fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mealroute.core.money import Fen
from mealroute.settlement import correction_words
from mealroute.subsidy.records import ClaimLineRecord, payee_name


class Step(StrEnum):
    """The four steps of a month in their order; each is another person's."""

    PREPARE = "prepare"
    CHECK = "check"
    APPROVE = "approve"
    PAY = "pay"


ORDER = tuple(Step)


class Act(StrEnum):
    """What somebody did within a step. ``objected`` is finance's word on a closed month: it is kept and changes nothing."""

    EXPLAINED = "explained"
    PREPARED = "prepared"
    SIGNED = "signed"
    SENT_BACK = "sent-back"
    APPROVED = "approved"
    PAID = "paid"
    OBJECTED = "objected"


class Stage(StrEnum):
    """Where a month stands: which step is next, or that all is done."""

    TO_PREPARE = "to-prepare"
    TO_CHECK = "to-check"
    TO_APPROVE = "to-approve"
    TO_PAY = "to-pay"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One entry of a month's history. ``step`` is the capacity in which the person acted, ``digest`` what they had before them.

    ``street`` is set where a street's part was signed or sent back; ``back_to`` only where something was sent back.
    """

    number: int
    step: Step
    act: Act
    street: str = ""
    back_to: Step | None = None
    reason: str = ""
    digest: str = ""
    account_id: int
    by_name: str
    by_role: str
    at: datetime
    figures: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetPart:
    """What one street signs: its own lines, portions and corrections. ``digest`` changes when any of them does.

    ``open`` counts delivered lines that still need words. Portions, except ``lines`` (claims and corrections) and the amount.
    """

    street: str
    lines: int
    amount_fen: Fen
    delivered: int
    subsidised: int
    self_paid: int
    explained: int
    open: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a month stands, derived from its history and from what its streets have to sign now.

    ``stale`` streets have signed something that has changed since: they sign again.
    """

    stage: Stage
    prepared: StepRecord | None = None
    signed: Mapping[str, StepRecord] = field(default_factory=dict)
    unsigned: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    approved: StepRecord | None = None
    sent_back: StepRecord | None = None

    @property
    def step(self) -> Step | None:
        """The step that is to be done next; None when the month is paid."""
        return None if self.stage is Stage.DONE else ORDER[list(Stage).index(self.stage)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What one payee gets from one fund for a month, and what of it has been paid. Negative: to be recovered."""

    payee: str
    payee_name: str
    fund: str
    due_fen: Fen
    paid_fen: Fen

    @property
    def left_fen(self) -> Fen:
        return self.due_fen - self.paid_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord:
    """One transfer as finance wrote it down: to whom, from which fund, when, under which voucher."""

    payee: str
    payee_name: str
    fund: str
    amount_fen: Fen
    paid_on: date
    voucher: str
    note: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that was changed in a month's records after it was prepared: what, where, by whom."""

    kind: str
    at: datetime
    by_name: str
    day: date | None
    street: str
    subject: str
    words: str
    book_line_id: int | None = None


class Word(StrEnum):
    """What a person decides about one line of a closed month."""

    TAKE_BACK = "take-back"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A signed line that another month needs: ``line`` carries the signed amount, shares and copay; ``month`` is the closed one.

    ``number`` is its place among the corrections of this natural key and payee. ``claim_line_id`` names the closed line.
    """

    month: str
    number: int
    kind: str
    reason: str
    claim_line_id: int | None
    line: ClaimLineRecord

    @property
    def why(self) -> str:
        """The reason in the reader's language; what a person wrote as they wrote it."""
        return correction_words.why(self.kind, self.reason, self.month, self.line.basis)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentRecord:
    """A correction as it is settled in a month, with the words that people read; ``line.amount_fen`` is signed."""

    line_no: int
    correction: Correction
    resident_name: str
    resident_id_masked: str
    street_name: str
    vendor_name: str
    by_name: str
    at: datetime | None

    @property
    def payee_name(self) -> str:
        """Who is paid: the vendor, or the resident by the masked name."""
        return payee_name(self.correction.line, self.resident_name, self.vendor_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """A line that is due and kept out of its month; ``released`` once it may be paid, ``settled`` once it has been.

    ``findings`` are those that hold it, ``reasons`` their sentences.
    """

    line: ClaimLineRecord
    resident_name: str
    reasons: tuple[str, ...]
    findings: tuple[int, ...] = ()
    payee_name: str = ""
    released: bool = False
    settled: bool = False
