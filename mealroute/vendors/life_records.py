"""The words of a vendor's life: steps, the two lists, what was answered, and what was reported and decided."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mealroute.core.i18n import language
from mealroute.vendors.records import VendorState


class ListName(StrEnum):
    """The two lists that the district keeps (policy M10, D55)."""

    ADMISSION = "admission"
    NEGATIVE = "negative"


class Answer(StrEnum):
    """What was found for an item of the admission checklist."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItemRecord:
    """One version of an item. Version 0 is shipped with the program; ``ends`` takes the item off the list from ``valid_from``."""

    list_name: ListName
    code: str
    version: int
    text: str
    text_en: str
    basis: str
    required: bool
    valid_from: date
    ends: bool = False
    reason: str = ""
    by_name: str = ""
    at: datetime | None = None

    @property
    def wording(self) -> str:
        """The item in the reader's language; a text without English stays Chinese."""
        return self.text if language() == "zh" else self.text_en or self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecord:
    """Who found what, when, with which evidence."""

    item_code: str
    item_version: int
    answer: Answer
    evidence: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistLine:
    """An item in force and the newest answer to its present wording, if any."""

    item: ListItemRecord
    answer: AnswerRecord | None

    @property
    def open(self) -> bool:
        """Not answered yet, or answered with no."""
        return self.answer is None or self.answer.answer is Answer.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of a vendor's life; ``from_state`` ``None`` = it came into the register."""

    vendor_code: str
    from_state: VendorState | None
    to_state: VendorState
    effective_on: date
    reason: str
    incident_id: int | None
    by_name: str
    account_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecord:
    """A report against a vendor under an item of the negative list, and its decision (``confirmed`` ``None`` = open)."""

    id: int
    vendor_code: str
    item: ListItemRecord | None
    item_code: str
    happened_on: date
    account: str
    by_name: str
    at: datetime
    confirmed: bool | None = None
    decision_reason: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
