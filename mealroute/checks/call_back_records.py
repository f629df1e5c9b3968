"""The words of the call-back: who is asked, what was heard, and how sure one can be of the share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

SeedId = NewType("SeedId", int)
PickId = NewType("PickId", int)

METHOD = "sha256-rank-1"
"""Each meal of the list gets SHA-256 of ``seed|month|vendor|line``; the smallest are asked, one meal a resident."""


class Heard(StrEnum):
    """What a resident (or whoever answered for them) said about one meal. Nothing is ever preselected."""

    RECEIVED = "received"
    NOT_RECEIVED = "not-received"
    CANNOT_SAY = "cannot-say"
    NOT_REACHED = "not-reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One meal of the list that is drawn from: a record that says it was handed over."""

    line: int
    resident: int
    resident_code: str
    day: date
    slot: str
    proof: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """One vendor's list: how many meals, their hash, how many are asked about."""

    vendor: str
    meals: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRecord:
    """A published seed with what it draws from; ``drawn``: the picks have been made."""

    id: SeedId
    month: str
    number: int
    seed: str
    origin: str
    method: str
    reason: str
    by_name: str
    at: datetime
    populations: tuple[Population, ...]
    drawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PickRecord:
    """One meal to ask about. Name and phone are masked; the answer is the newest."""

    id: PickId
    vendor: str
    position: int
    book_line_id: int
    resident_id: int
    resident_code: str
    name: str
    phone: str
    street_code: str
    day: date
    slot: str
    answer: Heard | None
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the answers say of all meals of a vendor and month.

    ``low`` and ``high`` bound the share of meals that did not come, by Wilson's interval over those who could say; None while
    nobody could. Shares are per mille, low rounded down and high up.
    """

    vendor: str
    month: str
    asked: int
    heard: Mapping[Heard, int] = field(default_factory=dict)
    rate: int | None = None
    low: int | None = None
    high: int | None = None

    @property
    def told(self) -> int:
        """How many could say."""
        return self.heard.get(Heard.RECEIVED, 0) + self.heard.get(Heard.NOT_RECEIVED, 0)

    @property
    def waiting(self) -> int:
        return self.asked - sum(self.heard.values())
