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
    papers: frozenset[str] = frozenset()
    """Fingerprints of what tells whose business it is: credit code, licence number, telephone."""

    def state_on(self, day: date) -> str:
        begun = [(since, n, state) for n, (since, state) in enumerate(self.states) if since <= day]
        return max(begun)[2] if begun else self.state

    @property
    def begun(self) -> date | None:
        """The first day that anything says of it; None: it has always been there."""
        known = [since for since, _state in self.states]
        return min((*known, self.contract_from) if self.contract_from else known, default=None)

    def barred_on(self, day: date) -> date | None:
        """Since when it is suspended, where it is that day or has left the service out of a suspension."""
        begun = sorted((since, n, state) for n, (since, state) in enumerate(self.states) if since <= day)
        last = [(since, state) for since, _n, state in begun if state != "exited"][-1:]
        return last[0][0] if last and last[0][1] == "suspended" else None


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
