"""What the rules look at, and nothing else: people on a day, meals handed over, figures of a period. Immutable.

Amounts are integer fen, ages full years, times minutes since local midnight, codes those of the vocabulary. An unknown fact is
None or empty, and a rule that asks for it says so instead of guessing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from mealroute.core.money import Fen

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as of one day. Use one object for all days on which nothing changes: what depends on it is worked out once.

    ``residence`` and ``registration`` are official place codes (street 9 digits, district 6): where they live, and where their
    household is registered. ``household`` names those who share a door. ``assessed``: the ability assessment is valid that day.
    ``born`` is the day of birth, ``enrolled`` the first day in service.
    """

    person_id: int
    code: str
    state: str = "active"
    pause_reason: str | None = None
    age: int | None = None
    living: str = "unknown"
    basic_service: bool = False
    categories: frozenset[str] = NOTHING
    ability_level: int | None = None
    assessed: bool = True
    residence: str = ""
    registration: str = ""
    zone: str = ""
    household: str = ""
    diets: frozenset[str] = NOTHING
    born: date | None = None
    enrolled: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meal:
    """One order line that was handed over, with its evidence. ``meal_id`` names the line; of two proofs the newer counts.

    ``price_fen`` is for one portion, ``paid_fen`` what was paid for the whole order, net. ``minute`` is when it was confirmed.
    ``place`` is the official code of where it was served (the site's; for a delivery that of the home).
    """

    meal_id: int
    person: Person
    day: date
    slot: str
    price_fen: Fen
    paid_fen: Fen = 0
    portions: int = 1
    order_id: int = 0
    proof_id: int = 0
    minute: int | None = None
    outcome: str = "handed-over"
    way: str = ""
    channel: str = ""
    confirmed_by: frozenset[str] = NOTHING
    proxy: bool = False
    meal_kind: str = ""
    operator: str = ""
    site: str = ""
    site_kind: str = ""
    place: str = ""
    deliverer: str = ""
    deliverer_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is known of one payee for one month, quarter, year or application: the base of periodic and one-off rules.

    ``subject`` is the payee's code, ``kind`` its beneficiary kind, ``unit`` month, quarter, year or one-off, ``day`` the first day of the
    period or the day of the application: the rules in force on it decide. ``counts`` hold whole numbers by name (signed-persons,
    meals, star, capacity), ``sums`` fen by name (cost). ``reference`` is the agreement or the application.
    """

    subject: str
    kind: str
    unit: str
    day: date
    counts: Mapping[str, int] = field(default_factory=dict)
    sums: Mapping[str, Fen] = field(default_factory=dict)
    site_kind: str = ""
    place: str = ""
    zone: str = ""
    tags: frozenset[str] = NOTHING
    person: Person | None = None
    reference: str = ""

    @property
    def span(self) -> str:
        """``2026-02``, ``2026-Q1``, ``2026`` or empty: which period of the subject this is."""
        quarter = f"{self.day:%Y}-Q{(self.day.month + 2) // 3}"
        return {"month": f"{self.day:%Y-%m}", "quarter": quarter, "year": f"{self.day:%Y}"}.get(self.unit, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A line of an earlier claim: what caps of its week, month or year have already given, and what is never paid twice."""

    rule_id: str
    day: date
    slot: str
    amount_fen: Fen
    person_id: int | None = None
    household: str = ""
    place: str = ""
    operator: str = ""
    site: str = ""
    deliverer: str = ""
    subject: str = ""
