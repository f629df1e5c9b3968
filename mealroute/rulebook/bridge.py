"""The month's present handovers as meals of the rulebook, without knowing the folder that makes them.

What a handover of today does not say (age, categories, places, times) is left unknown: a rule that asks for it refuses.
"""

from datetime import date, datetime, tzinfo
from typing import Any, Protocol

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


class CarriedFacts(Protocol):
    """How a meal was brought and what shows it, where a handover says so."""

    @property
    def driver_code(self) -> str: ...
    @property
    def station_code(self) -> str: ...
    @property
    def delivery(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def confirmation(self) -> str: ...
    @property
    def confirmed_at(self) -> datetime | None: ...


_WAYS = {"home": "home", "station": "pick-up"}
"""Where an order is taken to → how it is eaten."""


def person_of(resident: ResidentFacts, street_code: str = "") -> Person:
    """The resident as the rules see one: with age, categories and ability where the claims know them."""
    return Person(
        person_id=resident.resident_id, code=resident.code, state=resident.state, pause_reason=resident.pause_reason,
        living=resident.living, basic_service=resident.basic_service, residence=street_code, age=getattr(resident, "age", None),
        categories=frozenset(getattr(resident, "categories", ())), ability_level=getattr(resident, "ability_level", None),
    )  # fmt: skip


def meal_of(handover: HandoverFacts, person: Person | None = None, *, zone: tzinfo | None = None) -> Meal:
    """The handover as the rules see it; ``person`` where more is known about them than the handover says.

    With ``zone`` the local minute of the confirmation is known, else it is not.
    """
    carried: CarriedFacts | None = getattr(handover, "carried", None)
    known: dict[str, Any] = {}
    if carried is not None:
        at = carried.confirmed_at
        local = at.astimezone(zone) if at is not None and zone is not None else None
        known = {
            "way": _WAYS.get(carried.delivery, ""), "channel": carried.channel, "confirmed_by": frozenset({str(carried.confirmation)}),
            "deliverer": carried.driver_code, "site": carried.station_code, "minute": None if local is None else local.hour * 60 + local.minute,
        }  # fmt: skip
    return Meal(
        **known,
        meal_id=handover.book_line_id, order_id=handover.order_id, proof_id=handover.proof_id,
        person=person or person_of(handover.resident, handover.street_code), day=handover.day, slot=handover.slot,
        price_fen=handover.unit_price_fen, paid_fen=handover.paid_fen, portions=handover.portions, outcome=handover.outcome,
        operator=handover.vendor_code, place=handover.street_code,
    )  # fmt: skip
