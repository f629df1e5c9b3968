"""The words of vendors' scores: whose doing a figure is, and a month's score."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    """Whose doing a figure is: who brought the meal, or whose kitchen cooked it. The two may be different vendors (M46)."""

    DELIVERED = "delivered"
    COOKED = "cooked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreInput:
    """One score to be kept; ``period`` is a month (``2026-02``), ``score`` 0–100 or None where there is too little to say."""

    vendor_code: str
    side: Side
    period: str
    score: int | None
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRecord:
    """A kept score with its revision and the moment it was written."""

    vendor_code: str
    side: Side
    period: str
    revision: int
    score: int | None
    digest: str
    at: datetime
