"""Vendors, drivers and rules as the checks know them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFacts:
    """A vendor with its papers; ``states`` by the day from which each holds. ``phones``: blind indexes of its people."""

    code: str
    licence_to: date | None
    contract_from: date | None
    contract_to: date | None
    states: tuple[tuple[date, str], ...]
    state: str
    capacity: Mapping[str, int]
    phones: frozenset[str]

    def state_on(self, day: date) -> str:
        begun = [(since, n, state) for n, (since, state) in enumerate(self.states) if since <= day]
        return max(begun)[2] if begun else self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverFacts:
    """A driver's usual shift and papers; bit 0 of ``weekdays`` is Monday."""

    code: str
    vendor: str
    phone: str
    shift_from_s: int
    shift_to_s: int
    weekdays: int
    certificate_to: date | None


class RuleSays(NamedTuple):
    """What the checks of the money must know of a rule; the defaults are those of the city's rules of 2022.

    ``once_a_day``: a person has it once a day, not once a meal. ``tied``: to the resident's own payment. ``above``: the price must be above
    it. ``basic``: for recipients of basic services. ``slots`` None: any meal of the day. ``asks``: every condition that it names anywhere.
    """

    once_a_day: bool = True
    tied: bool = True
    above: bool = True
    basic: bool = True
    slots: frozenset[str] | None = frozenset({"lunch", "dinner"})
    asks: frozenset[str] = frozenset({"basic_service"})


OF_2022 = RuleSays()
"""What is assumed of a rule that is in no rulebook."""


class CapFacts(NamedTuple):
    """How often a person may get a rule in a ``day``, ``week``, ``month``, ``quarter`` or ``year``; ``payer``: which of several has the rule."""

    rule: str
    window: str
    most: int
    payer: int = 0
