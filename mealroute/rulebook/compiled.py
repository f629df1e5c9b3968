"""Each version of a rule turned into cheap tests, once; the rules of a day as one set that days share while nothing changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from mealroute.core.money import Fen
from mealroute.rulebook.conditions import Level, Money, Test, all_of, level_of, test_of
from mealroute.rulebook.counters import caps_of, nth_cap
from mealroute.rulebook.facts import Meal, Person
from mealroute.rulebook.records import (
    Amount,
    AmountKind,
    Beneficiary,
    Calendar,
    Cap,
    Condition,
    Rule,
    Rulebook,
    StackMode,
    Unit,
)
from mealroute.rulebook.sharing import Parts, divide
from mealroute.rulebook.values import Windows
from mealroute.rulebook.vocabulary import HOME

_PAYEE: dict[Beneficiary, Callable[[Meal], str]] = {
    Beneficiary.RESIDENT: lambda meal: meal.person.code,
    Beneficiary.OPERATOR: lambda meal: meal.operator,
    Beneficiary.DELIVERER: lambda meal: meal.deliverer,
    Beneficiary.SITE: lambda meal: meal.site,
}


@dataclass(slots=True, kw_only=True)
class Compiled:
    """One rule version ready to be asked. ``parts`` remembers how an amount divides; ``slots`` None = every meal."""

    rule: Rule
    place: int
    person_tests: tuple[Test, ...]
    day_tests: tuple[Test, ...]
    meal_tests: tuple[Test, ...]
    money_tests: tuple[Test, ...]
    every_test: tuple[tuple[Condition, Level, Test], ...]
    slots: frozenset[str] | None
    home_only: bool
    resident: bool
    tied: bool
    once_a_day: bool
    greatest: bool
    plain: Fen | None
    amounts: tuple[tuple[Test | None, Amount], ...]
    clauses: tuple[Test, ...] | None
    payee: Callable[[Meal], str]
    caps: tuple[Cap, ...]
    nth: Cap | None
    parts: dict[tuple[Fen, tuple[bool, ...]], Parts] = field(default_factory=dict)

    def divided(self, fen: Fen, person: Person, meal: object, money: Money) -> Parts:
        """The parts of the payers; they may add up to less where a share is lost."""
        if self.clauses is None:
            holds: tuple[bool, ...] = ()
        else:
            holds = tuple(test(person, meal, money) for test in self.clauses)
        found = self.parts.get((fen, holds))
        if found is None:
            sharing = self.rule.sharing
            found = divide(fen, sharing, holds or (True,) * len(sharing.shares))
            self.parts[fen, holds] = found
        return found


def compiled(rule: Rule, place: int, calendar: Calendar) -> Compiled:
    """The rule as tests, cheap and telling ones first."""
    tests = [(one, level_of(one), test_of(one, calendar)) for one in rule.conditions]
    asked = {one.key: one.value for one in rule.conditions}
    slots = asked.get("slots")
    plain = rule.amount.kind is AmountKind.FIXED and rule.amount.at_least is None and rule.amount.at_most is None
    if rule.amount.kind is AmountKind.CASES:
        amounts = tuple((all_of(when, calendar) if when else None, amount) for when, amount in rule.amount.cases)
    else:
        amounts = ((None, rule.amount),)
    clauses = tuple(
        all_of(share.when, calendar) if share.when else lambda _p, _m, _x: True for share in rule.sharing.shares
    )

    def at(level: Level, *without: str) -> tuple[Test, ...]:
        return tuple(test for one, found, test in tests if found is level and one.key not in without)

    return Compiled(
        rule=rule, place=place, person_tests=at(Level.PERSON), day_tests=at(Level.DAY), meal_tests=at(Level.MEAL, "slots"),
        money_tests=at(Level.MONEY, "own_part_paid"), every_test=tuple(tests),
        slots=slots.names if isinstance(slots, Windows) else None, home_only=rule.unit is Unit.DELIVERY,
        resident=rule.beneficiary is Beneficiary.RESIDENT, tied=asked.get("own_part_paid") is True,
        once_a_day=rule.unit is Unit.PERSON_DAY, greatest=rule.stack is not None and rule.stack.mode is StackMode.MAX,
        plain=rule.amount.fen if plain else None, amounts=amounts,
        clauses=clauses if any(share.when for share in rule.sharing.shares) else None, payee=_PAYEE[rule.beneficiary],
        caps=caps_of(rule), nth=nth_cap(rule),
    )  # fmt: skip


Bundles = tuple[tuple[Compiled, ...], ...]
"""Rules in order; those of one group of which the greatest counts are asked together."""


class _Day(NamedTuple):
    day: date


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """The rules on meals in force on some days, in order, and those among them that can pay on this very kind of day."""

    rules: tuple[Compiled, ...]
    today: tuple[Compiled, ...]

    def for_person(self, person: Person) -> Bundles:
        """The rules whose conditions on the person hold."""
        return bundles(
            rule
            for rule in self.today
            if all(test(person, None, None) for test in rule.person_tests)
        )  # fmt: skip


def bundles(rules: Iterator[Compiled]) -> Bundles:
    """Rules in order, a group of which the greatest counts at the place of its first rule."""
    found: list[list[Compiled]] = []
    groups: dict[str, list[Compiled]] = {}
    for rule in rules:
        stack = rule.rule.stack
        if stack is not None and stack.mode is StackMode.MAX:
            if stack.group in groups:
                groups[stack.group].append(rule)
                continue
            groups[stack.group] = []
            groups[stack.group].append(rule)
            found.append(groups[stack.group])
        else:
            found.append([rule])
    return tuple(tuple(bundle) for bundle in found)


class Library:
    """The rulebook compiled; sets and rules are shared between all days on which they are the same."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._days: dict[date, RuleSet] = {}
        self._sets: dict[tuple[int, ...], RuleSet] = {}
        self._rules: dict[tuple[str, object], Compiled] = {}
        self._places = {rule.key: place for place, rule in enumerate(sorted(book.rules, key=lambda one: one.priority))}

    def on(self, day: date) -> RuleSet:
        """The rules on meals of a day."""
        found = self._days.get(day)
        if found is None:
            rules = tuple(self.of(rule, day) for rule in self.book.on(day) if not rule.unit.periodic)
            today = tuple(rule for rule in rules if all(test(None, _Day(day), None) for test in rule.day_tests))
            key = (*map(id, rules), -1, *map(id, today))
            found = self._sets.setdefault(key, RuleSet(rules, today))
            self._days[day] = found
        return found

    def of(self, rule: Rule, day: date) -> Compiled:
        """The rule with the district's options of the day filled in."""
        filled, option = rule, None
        for condition in rule.conditions:
            if condition.key == "outcomes_option":
                chosen = self.book.option_on(condition.value, day)
                option = chosen.value if chosen and isinstance(chosen.value, frozenset) else frozenset[str]()
                others = tuple(one for one in rule.conditions if one is not condition)
                here = rule.conditions.index(condition)
                filled = replace(rule, conditions=(*others[:here], Condition("outcomes", option), *others[here:]))
        key = (rule.key, option)
        if key not in self._rules:
            self._rules[key] = compiled(filled, self._places[rule.key], self.book.calendar)
        return self._rules[key]


def is_home(meal: Meal) -> bool:
    """Whether the meal was brought home."""
    return meal.way == HOME
