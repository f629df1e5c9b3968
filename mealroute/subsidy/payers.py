"""Who pays in this database: a district with its rules and the streets whose meals it settles."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mealroute.areas.models import Street
from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.rulebook.counters import caps_of
from mealroute.rulebook.records import CapPer
from mealroute.subsidy.parts import Part
from mealroute.subsidy.records import Rulebook
from mealroute.subsidy.rulebook import load_rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """A district that pays. ``streets`` None: every street of the database, which then knows no other district.

    ``rest``: what belongs to no street (a swipe that nobody claims, a purse without a round) is settled here.
    """

    rules: Rulebook
    streets: frozenset[str] | None = None
    rest: bool = True

    @property
    def code(self) -> str:
        return self.rules.payer

    @property
    def part(self) -> Part | None:
        """What of a month is this payer's; None: all of it, by the rules of the installation."""
        return None if self.streets is None and self.rules is load_rulebook() else self.whole_part

    @property
    def whole_part(self) -> Part:
        """The same as a part in any case, to be narrowed further."""
        return Part(streets=self.streets, rules=self.rules, rest=self.rest)

    @property
    def each_alone(self) -> bool:
        """Whether what a person gets hangs on that person's meals alone: no cap counts over a household, a vendor or a street."""
        return all(cap.per is CapPer.PERSON for rule in self.rules.rules for cap in caps_of(rule))

    def some(self, people: Collection[int] | Select[Any]) -> Part:
        """What these people's lines are computed from: their own meals, or everybody's where a cap counts over more than one."""
        return replace(self.whole_part, people=people) if self.each_alone else self.whole_part

    def within(self, scope: Scope) -> Scope:
        """A reader's scope, narrowed to this payer's streets."""
        if self.streets is None:
            return scope
        streets = self.streets if scope.streets is None else self.streets & scope.streets
        return Scope(
            streets=streets, vendor=scope.vendor, kitchen=scope.kitchen, driver=scope.driver, station=scope.station
        )


Who = str | Payer
"""A payer, or the code of the installation's own."""


def payer_of(db: Session, who: Who) -> Payer:
    """The payer that is meant. A code means the installation's own; where other districts live in the database it settles its own streets only.

    Raises
    ------
    MealrouteError
        ``payer-unknown``.
    """
    if isinstance(who, Payer):
        return who
    rules = load_rulebook()
    if who != rules.payer:
        raise NotFound("payer-unknown", _("There is no payer “%(payer)s”.", payer=who))
    district = dict(db.execute(select(Street.code, Street.district_code)).tuples().all())
    if set(district.values()) <= {rules.district}:
        return Payer(rules=rules)
    return Payer(rules=rules, streets=frozenset(code for code, own in district.items() if own == rules.district))


def code_of(who: Who) -> str:
    """The payer's code."""
    return who.code if isinstance(who, Payer) else who
