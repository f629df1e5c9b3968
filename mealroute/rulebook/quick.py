"""The same as ``person_day`` for the plain case that most days are: one meal, no caps, no groups, nobody asks why not.

A law of the tests holds that both ways give the same lines.
"""

from typing import NamedTuple

from mealroute.core.money import Fen
from mealroute.rulebook.amounts import for_meal, own_part
from mealroute.rulebook.compiled import Bundles, Compiled
from mealroute.rulebook.conditions import Money
from mealroute.rulebook.facts import Meal, Person
from mealroute.rulebook.records import Amount, StackMode
from mealroute.rulebook.results import Line
from mealroute.rulebook.sharing import Parts
from mealroute.rulebook.vocabulary import HOME


class _Paid(NamedTuple):
    rule: Compiled
    payee: str
    fen: Fen
    parts: Parts
    cut: str


def plain_rules(bundles: Bundles) -> tuple[Compiled, ...] | None:
    """The rules where none of them counts anything or chooses between others; else None."""
    rules = tuple(rule for bundle in bundles for rule in bundle)
    for rule in rules:
        if rule.caps or (rule.rule.stack is not None and rule.rule.stack.mode is not StackMode.SUM):
            return None
    return rules


def one_meal(person: Person, meal: Meal, rules: tuple[Compiled, ...]) -> list[Line] | None:
    """The lines of the only meal of a day; None where what others pay has to be weighed."""
    price, slot = meal.price_fen, meal.slot
    granted = 0
    tied = False
    found: list[_Paid] = []
    for rule in rules:
        if (rule.slots is not None and slot not in rule.slots) or (rule.home_only and meal.way != HOME):
            continue
        for test in rule.meal_tests:
            if not test(person, meal, None):
                break
        else:
            amount = rule.amounts[0][1] if rule.plain is not None else _chosen(rule, person, meal, granted)
            if amount is None:
                continue
            nominal = (
                rule.plain if rule.plain is not None else for_meal(amount, price, max(price - granted, 0), price, 1)
            )
            if rule.tied:
                if meal.paid_fen <= 0 < price:
                    continue
                if meal.paid_fen < price - nominal:
                    return None
            if rule.money_tests:
                money = Money(nominal, 0, price, granted)
                if not all(test(person, meal, money) for test in rule.money_tests):
                    continue
            fen, cut = nominal, ""
            if rule.resident:
                room = price - granted - own_part(amount, price)
                if fen > room:
                    fen, cut = room, "price"
            payee = rule.payee(meal)
            if fen <= 0 or not payee:
                continue
            parts = rule.divided(fen, person, meal, Money(fen, 0, price, granted))
            if rule.clauses is not None:
                kept = sum(part for _payer, part in parts)
                if kept < fen:
                    fen, cut = kept, "lost-share"
                if fen <= 0:
                    continue
            if rule.resident:
                granted += fen
                tied = tied or rule.tied
            found.append(_Paid(rule, payee, fen, parts, cut))
    if tied and meal.paid_fen < price - granted:
        return None
    return _lines(found, person, meal, price - granted)


def _chosen(rule: Compiled, person: Person, meal: Meal, granted: Fen) -> Amount | None:
    for test, amount in rule.amounts:
        if test is None or test(person, meal, Money(0, 0, meal.price_fen, granted)):
            return amount
    return None


def _lines(found: list[_Paid], person: Person, meal: Meal, copay: Fen) -> list[Line]:
    lines = []
    for rule, payee, fen, parts, cut in found:
        own = 0
        if rule.resident:
            own, copay = copay, 0
        lines.append(Line(rule.rule, person, meal, payee, fen, parts, own, cut))
    return lines
