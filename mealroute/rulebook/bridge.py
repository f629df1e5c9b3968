"""The month's present handovers as meals of the rulebook, without knowing the folder that makes them.

What a handover of today does not say (age, categories, places, times) is left unknown: a rule that asks for it refuses.
"""

from datetime import date
from typing import Protocol

from mealroute.core.money import Fen
from mealroute.rulebook.facts import Meal, Person


class ResidentFacts(Protocol):
    """A resident on the day of the meal, as the claims of today know one."""

    @property
    def resident_id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def living(self) -> str: ...
    @property
    def basic_service(self) -> bool: ...
    @property
    def pause_reason(self) -> str | None: ...


class HandoverFacts(Protocol):
    """A delivered order line with its evidence, as the claims of today know one."""

    @property
    def book_line_id(self) -> int: ...
    @property
    def order_id(self) -> int: ...
    @property
    def proof_id(self) -> int: ...
    @property
    def day(self) -> date: ...
    @property
    def slot(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def portions(self) -> int: ...
    @property
    def unit_price_fen(self) -> Fen: ...
    @property
    def paid_fen(self) -> Fen: ...
    @property
    def street_code(self) -> str: ...
    @property
    def vendor_code(self) -> str: ...
    @property
    def resident(self) -> ResidentFacts: ...


def person_of(resident: ResidentFacts, street_code: str = "") -> Person:
    """The resident as the rules see one."""
    return Person(
        person_id=resident.resident_id, code=resident.code, state=resident.state, pause_reason=resident.pause_reason,
        living=resident.living, basic_service=resident.basic_service, residence=street_code,
    )  # fmt: skip


def meal_of(handover: HandoverFacts, person: Person | None = None) -> Meal:
    """The handover as the rules see it; ``person`` where more is known about them than the handover says."""
    return Meal(
        meal_id=handover.book_line_id, order_id=handover.order_id, proof_id=handover.proof_id,
        person=person or person_of(handover.resident, handover.street_code), day=handover.day, slot=handover.slot,
        price_fen=handover.unit_price_fen, paid_fen=handover.paid_fen, portions=handover.portions, outcome=handover.outcome,
        operator=handover.vendor_code, place=handover.street_code,
    )  # fmt: skip
