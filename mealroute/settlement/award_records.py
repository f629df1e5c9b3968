"""The words of vendors' awards: dated grades with or without an amount, and what a month comes to for each vendor."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mealroute.core.money import Fen


class AmountKind(StrEnum):
    """How an award is reckoned: a sum, so much a delivered portion, or a share of the operator's subsidy."""

    FIXED = "fixed"
    PORTION = "portion"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardAmount:
    """``value`` is fen for a sum and a portion, whole per cent for a share."""

    kind: AmountKind
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A grade from a score on; ``amount`` None: no rule gives money for it."""

    code: str
    zh: str
    en: str
    least: int
    amount: AwardAmount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardPolicy:
    """One dated version of ``vendor-awards.yaml``; ``document`` and ``shares`` are empty where no amount is given.

    ``version`` counts the versions from 1; ``shares`` are payers with their weights, in the order of the file.
    """

    version: int
    valid_from: date
    source: str
    document: str
    score: str
    least_portions: int
    grades: tuple[Grade, ...]
    shares: tuple[tuple[str, int], ...] = ()

    @property
    def pays(self) -> bool:
        """Whether any grade is worth money."""
        return any(grade.amount is not None for grade in self.grades)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorMonth:
    """A vendor's month: the same figures that were settled, and the kept scores of its two sides (None: not enough data).

    ``portions`` and amounts hold the corrections of other months that the month settles; awards themselves are in none of them.
    """

    vendor_code: str
    vendor_name: str
    portions: int
    claimed_fen: Fen
    operator_fen: Fen
    delivered_score: int | None
    cooked_score: int | None
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What a vendor's month is graded and worth. ``why`` says what is missing where there is no grade."""

    month: VendorMonth
    score: int | None
    grade: Grade | None
    amount_fen: Fen | None
    why: str = ""
    rank: int | None = None
    """Place by score; equal scores share a place, and who has no grade has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedAward:
    """An award as a named person fixed it; later revisions stand beside earlier ones."""

    vendor_code: str
    vendor_name: str
    revision: int
    score: int | None
    grade: str
    amount_fen: Fen | None
    document: str
    rules_from: date
    by_name: str
    at: datetime
