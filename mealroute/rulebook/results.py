"""What the rules answer: lines that are paid, and refusals with their reason."""

from datetime import date
from typing import NamedTuple

from mealroute.core.money import Fen
from mealroute.rulebook.conditions import Money
from mealroute.rulebook.facts import Figures, Meal, Person
from mealroute.rulebook.records import Beneficiary, Condition, Rule, Unit
from mealroute.rulebook.sharing import Parts


class Line(NamedTuple):
    """One amount that one rule pays. ``parts`` are the payers' and add up to ``amount_fen``.

    ``copay_fen``: what is left of the price after all resident's lines of the meal; it stands on the first of them, 0 elsewhere.
    ``cut``: why it is less than the rule's own amount: ``price``, ``cap``, ``lost-share``, or empty.
    """

    rule: Rule
    person: Person | None
    item: Meal | Figures
    payee: str
    amount_fen: Fen
    parts: Parts
    copay_fen: Fen
    cut: str

    @property
    def day(self) -> date:
        return self.item.day

    @property
    def meal(self) -> Meal | None:
        return self.item if isinstance(self.item, Meal) else None

    @property
    def figures(self) -> Figures | None:
        return self.item if isinstance(self.item, Figures) else None

    @property
    def key(self) -> str:
        """The natural key: a rule never pays it twice, whatever the version."""
        return key_of(self.rule, self.item)


def key_of(rule: Rule, item: Meal | Figures) -> str:
    """``rule/person/day/slot`` for a meal or delivery, ``rule/person/day``, ``rule/subject/period``, ``rule/subject`` for one-off."""
    if isinstance(item, Figures):
        who = item.subject if item.person is None else f"{item.subject}/{item.person.person_id}"
        return f"{rule.rule_id}/{who}/{item.span}" if item.span else f"{rule.rule_id}/{who}"
    whole_day = f"{rule.rule_id}/{item.person.person_id}/{item.day.isoformat()}"
    return whole_day if rule.unit is Unit.PERSON_DAY else f"{whole_day}/{item.slot}"


class Refusal(NamedTuple):
    """Why a rule does not pay for a meal, or for a person's figures. ``other`` names the rule that pays instead."""

    rule: Rule
    person: Person | None
    item: Meal | Figures
    code: str
    condition: Condition | None = None
    money: Money | None = None
    other: Rule | None = None

    @property
    def sentence(self) -> str:
        """The reason in the current language."""
        from mealroute.rulebook.words import refusal_sentence

        return refusal_sentence(self)

    @property
    def beneficiary(self) -> Beneficiary:
        return self.rule.beneficiary
