"""Two versions of a rule side by side: what changes in words, and what that makes in money."""

from dataclasses import dataclass, replace
from datetime import date

from mealroute.core.money import Fen
from mealroute.rulebook.amounts import bounded, for_figures, for_meal, own_part
from mealroute.rulebook.condition_words import Names
from mealroute.rulebook.records import Amount, AmountKind, Beneficiary, Rule, Rulebook
from mealroute.rulebook.sentences import sentences
from mealroute.rulebook.sharing import Parts, divide

PRICES: tuple[Fen, ...] = (300, 500, 800, 1000, 1200, 1500, 1800, 2000, 2500, 3000)
"""Prices for which amounts are set side by side: from a breakfast to a dear set meal."""


@dataclass(frozen=True, slots=True)
class Change:
    """One statement that differs; empty where one side does not make it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Figure:
    """What both versions pay at one price or count, and for which case of the amount."""

    case: int
    at: int
    before: Fen | None
    after: Fen | None
    parts_before: Parts
    parts_after: Parts

    @property
    def differs(self) -> bool:
        return (self.before, self.parts_before) != (self.after, self.parts_after)


def changes(before: Rule | None, after: Rule | None, names: Names) -> tuple[Change, ...]:
    """Statements that are new, gone or different, in the order of the newer version."""
    old = {} if before is None else {one.part: one for one in sentences(before, names)}
    new = {} if after is None else {one.part: one for one in sentences(after, names)}
    found = []
    for part in [*new, *(part for part in old if part not in new)]:
        one, two = old.get(part), new.get(part)
        if one is None or two is None or one.text != two.text:
            label = (two or one).label if (two or one) else ""  # type: ignore[union-attr]
            found.append(Change(label, one.text if one else "", two.text if two else ""))
    return tuple(found)


def figures(before: Rule | None, after: Rule | None) -> tuple[Figure, ...]:
    """Amounts side by side: by price for rules on meals, by count at every step of a table for rules on figures."""
    known = before or after
    if known is None:
        return ()
    marks: tuple[int, ...] = PRICES
    if known.unit.periodic:
        marks = tuple(sorted({step for rule in (before, after) if rule for step in _steps(rule)}))
    found = []
    cases = max(len(_cases(rule)) for rule in (before, after) if rule)
    for case in range(cases):
        for mark in marks:
            one, parts_one = _paid(before, case, mark)
            two, parts_two = _paid(after, case, mark)
            found.append(Figure(case, mark, one, two, parts_one, parts_two))
    return tuple(found)


def _cases(rule: Rule) -> tuple[Amount, ...]:
    if rule.amount.kind is AmountKind.CASES:
        return tuple(amount for _when, amount in rule.amount.cases)
    return (rule.amount,)


def _steps(rule: Rule) -> set[int]:
    steps = {1}
    for amount in _cases(rule):
        for tier in amount.tiers:
            steps |= {max(tier.least - 1, 0), tier.least}
        if amount.kind in {AmountKind.EACH, AmountKind.PERCENT}:
            steps |= {10, 100}
    return steps


def _paid(rule: Rule | None, case: int, mark: int) -> tuple[Fen | None, Parts]:
    if rule is None or case >= len(_cases(rule)):
        return None, ()
    amount = _cases(rule)[case]
    if rule.unit.periodic:
        fen = for_figures(amount, mark, mark * 100)
    elif rule.beneficiary is Beneficiary.RESIDENT:
        fen = min(for_meal(amount, mark, mark, mark, 1), max(mark - own_part(amount, mark), 0))
    else:
        fen = bounded(amount, for_meal(amount, mark, mark, mark, 1))
    return fen, divide(fen, rule.sharing, (True,) * len(rule.sharing.shares))


@dataclass(frozen=True, slots=True)
class BookChange:
    """One rule of two books: both, the old alone (dropped) or the new alone (added)."""

    rule_id: str
    before: Rule | None
    after: Rule | None
    changes: tuple[Change, ...]


def books(before: Rulebook, after: Rulebook, day: date) -> tuple[BookChange, ...]:
    """What two rulebooks say differently on a day, rule by rule."""
    old = {rule.rule_id: rule for rule in before.on(day)}
    new = {rule.rule_id: rule for rule in after.on(day)}
    names = {**before.names, **after.names}
    found = []
    for rule_id in [*new, *(one for one in old if one not in new)]:
        one, two = old.get(rule_id), new.get(rule_id)
        if one is None or two is None or _bare(one) != _bare(two):
            found.append(BookChange(rule_id, one, two, changes(one, two, names)))
    return tuple(found)


def _bare(rule: Rule) -> Rule:
    return replace(rule, line=None, version=0, valid_from=date.min, valid_to=None)
