"""The same answers as ``Engine``, worked out once for each kind of day: what the rules pay depends on few facts, and most days are alike.

A kind is everything that the evaluator looks at: the rules left for the person, what the caller says of the meals, and what caps and groups
have left. Anything that cannot be told apart by that makes the key wider (``_wide``) or the book unfit (``fits``), never the answer wrong.
The tests hold it against ``Engine`` on random months.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, NamedTuple

from mealroute.core.money import Fen
from mealroute.rulebook import figures as periods
from mealroute.rulebook.compiled import Bundles, Compiled, Library, RuleSet, bundles
from mealroute.rulebook.conditions import Level, level_of
from mealroute.rulebook.counters import Purse, cap_key, caps_of, group_key
from mealroute.rulebook.facts import Earlier, Figures, Meal, Person
from mealroute.rulebook.holding import Bits, Holding
from mealroute.rulebook.person_day import PersonDay, stop
from mealroute.rulebook.records import (
    AmountKind,
    Cap,
    CapPer,
    Condition,
    Conditions,
    Every,
    Nested,
    Rule,
    Rulebook,
    StackMode,
)
from mealroute.rulebook.results import Line, Refusal
from mealroute.rulebook.sharing import Parts

_TOLD_BY_MEAL = frozenset({
    "slots", "window", "ways", "site_kinds", "places", "operators", "sites", "meal_kinds", "channels", "deliverer_kinds", "proxy",
    "own_part_paid", "outcomes", "outcomes_option", "confirmed_by", "price", "day_spend", "subsidised",
})  # fmt: skip
"""Conditions that look at the meal, its money and nothing else."""
_PERSON = tuple(one.name for one in fields(Person) if one.name not in {"person_id", "code", "household"})
_SHORT = frozenset({Every.MEAL, Every.DAY})


class Kept(NamedTuple):
    """One line of a kind of day; ``meal`` is its place among the meals of the day, ``pays`` the rule that pays."""

    pays: Compiled
    meal: int
    fen: Fen
    parts: Parts
    copay: Fen
    cut: str


class Told(NamedTuple):
    """A refusal of the ``meal``-th meal of the day. Its item is a meal of the same kind, perhaps another day's."""

    meal: int
    refusal: Refusal


class Answer(NamedTuple):
    """The lines of a day by meal and rule, and the refusals of the resident's rules where a meal got nothing and was not paid in full."""

    lines: tuple[Kept, ...]
    refusals: tuple[Told, ...]


class _Lines(NamedTuple):
    """``counting``: those of the lines that later days have to know of."""

    lines: tuple[Kept, ...]
    unsettled: bool
    counting: tuple[Kept, ...]


class _Ours(NamedTuple):
    """The rules whose conditions on the person hold, and those of them that count or hold a group for longer than a day."""

    bundles: Bundles
    caps: tuple[tuple[Cap, bool], ...]
    groups: tuple[Rule, ...]
    rules: int


_NONE = _Ours((), (), (), 0)
_NOTHING = Answer((), ())
MealFacts = tuple[Hashable, ...]


class KindsOfDay:
    """One rulebook over one run of people's days: each person's in order, the people in any, for they share nothing.

    ``fits``: False where people share a cap; then only ``Engine`` will do. ``asks_minute``: the caller has to tell meals apart by the minute.
    """

    def __init__(self, book: Rulebook, earlier: Iterable[Earlier] = ()) -> None:
        rules = [rule for rule in book.rules if not rule.unit.periodic]
        self.fits = all(cap.per is CapPer.PERSON for rule in rules for cap in caps_of(rule))
        self.asks_minute = any("window" in _keys(rule) for rule in rules)
        self._wide = any(map(_mixed, rules))
        self._library, self.purse = Library(book), Purse(book.rules)
        for line in sorted(earlier, key=lambda one: one.day):
            self.purse.remember(line)
        self._ours: dict[tuple[int, int], _Ours] = {}
        self._holds: dict[int, Holding] = {}
        self._bits = Bits()
        self._today: dict[int, int] = {}
        self._alike: dict[int, _Ours] = {}
        self._lines: dict[Hashable, _Lines] = {}
        self._told: dict[Hashable, tuple[Told, ...]] = {}
        self._asking: dict[tuple[int, int], _Ours] = {}

    def day(self, person: Person, day: date, meals: Sequence[MealFacts], made: Callable[[], Sequence[Meal]]) -> Answer:
        """One person's meals of one day, in the order in which they are looked at.

        ``meals`` says of each meal everything that rules may look at but the person and the day (operator and site too; of the deliverer,
        whether one is known): equal facts, equal answers. ``made`` makes the meals themselves where the kind is new.
        """
        rules = self._library.on(day)
        if not rules.rules:
            return _NOTHING
        ours = self._ours.get((id(person), id(rules)))
        if ours is None:
            ours = self._ours[id(person), id(rules)] = self._survivors(person, rules)
        key: Hashable = None, *meals
        if ours.bundles:
            state = self._state(ours, person, day, len(meals)) if ours.caps or ours.groups else ()
            key = id(ours), state, (day, self._person(person)) if self._wide else None, *meals
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = self._new(person, made(), rules, ours)
        refusals = self._refusals(person, day, (rules, ours), meals, made) if found.unsettled else ()
        if found.counting:
            for line in found.counting:
                self.purse.add(line.pays.caps, person, _At(day), line.fen)  # type: ignore[arg-type]
                if line.pays.rule.stack is not None:
                    self.purse.hold(group_key(line.pays.rule, person.person_id, day, ""), line.pays.rule)
            self.purse.keep(day)
        return Answer(found.lines, refusals)

    def figures(self, figures: Figures, paid: set[str]) -> list[Line]:
        """The lines of one payee's figures, after all days; ``paid`` are keys that were claimed before, and grows."""
        rules = [
            self._library.of(rule, figures.day) for rule in self._library.book.on(figures.day) if rule.unit.periodic
        ]
        return periods.settle(figures, bundles(iter(rules)), self.purse, paid, asked=False)[0]

    def _new(self, person: Person, meals: Sequence[Meal], rules: RuleSet, ours: "_Ours") -> "_Lines":
        """A kind of day that has not been met yet, by the plain evaluator."""
        kept: tuple[Kept, ...] = ()
        if ours.bundles:
            place = {meal.meal_id: n for n, meal in enumerate(meals)}
            work = PersonDay(person, meals, rules, self.purse, asked=False)
            lines = work.settle(ours.bundles)
            self.purse.drop()
            kept = tuple(
                Kept(offer.rule, place[offer.meal.meal_id], line.amount_fen, line.parts, line.copay_fen, line.cut)
                for offer, line in zip(work.offers, lines, strict=True)
            )
            kept = tuple(sorted(kept, key=lambda line: (line.meal, line.pays.place)))
        return _Lines(kept, _unsettled(meals, {line.meal for line in kept}), tuple(filter(_counts_on, kept)))

    def _refusals(
        self, person: Person, day: date, asked: tuple[RuleSet, "_Ours"], meals: Sequence[MealFacts], made: Callable[[], Sequence[Meal]]
    ) -> tuple[Told, ...]:  # fmt: skip
        rules, ours = asked
        every = self._asking.get((id(rules), id(ours)))
        if every is None:
            own = {rule.place for bundle in ours.bundles for rule in bundle}
            every = self._asking[id(rules), id(ours)] = _ours(
                bundles(rule for rule in rules.rules if rule.resident or rule.place in own)
            )
        state = self._state(every, person, day, len(meals))
        key = id(rules), state, day if self._wide else None, self._person(person), *meals
        found = self._told.get(key)
        if found is None:
            items = made()
            place = {meal.meal_id: n for n, meal in enumerate(items)}
            work = PersonDay(person, items, rules, self.purse, asked=True, residents_only=True)
            work.settle(every.bundles)
            self.purse.drop()
            found = self._told[key] = tuple(
                Told(place[no.item.meal_id], no) for no in work.why if isinstance(no.item, Meal)
            )
        return found

    def _survivors(self, person: Person, rules: RuleSet) -> "_Ours":
        """The rules of the day whose conditions on the person hold; people for whom the same hold share them."""
        known = self._holds.get(id(person))
        if known is None:
            known = self._holds[id(person)] = Holding(person)
        if stop(person) is not None:
            return _NONE
        today = self._today.get(id(rules))
        if today is None:
            today = self._today[id(rules)] = self._bits.of(rules.today)
        same = known.of(today, self._bits)
        if same not in self._alike:
            self._alike[same] = _ours(bundles(rule for rule in rules.today if self._bits.of((rule,)) & same))
        return self._alike[same]

    def _state(self, ours: _Ours, person: Person, day: date, meals: int) -> Hashable:
        """What caps and groups that are longer than a day have left for the person: what a day of so many meals can tell apart, no more."""
        item = _At(day)
        found: list[Hashable] = []
        for cap, nth in ours.caps:
            key = cap_key(cap, person, item)  # type: ignore[arg-type]
            count, fen = self.purse.used(key)
            room = None if cap.count is None else min(cap.count - count, meals * ours.rules)
            found.append(
                (room, self.purse.reached(cap, key, day), fen if cap.fen is not None else 0, count if nth else 0)
            )
        for rule in ours.groups:
            holder = self.purse.holder(group_key(rule, person.person_id, day, ""))
            found.append(None if holder is None else holder.key)
        return tuple(found)

    def _person(self, person: Person) -> Hashable:
        return tuple(getattr(person, name) for name in _PERSON)


class _At(NamedTuple):
    """Enough of a meal for a counter that is longer than a day."""

    day: date
    slot: str = ""


def _ours(kept: Bundles) -> _Ours:
    rules = [rule for bundle in kept for rule in bundle]
    caps: dict[Cap, bool] = {}
    for rule in rules:
        for cap in rule.caps:
            if cap.every not in _SHORT:
                caps[cap] = caps.get(cap, False) or cap == rule.nth
    groups = [
        rule.rule for rule in rules if (stack := rule.rule.stack) is not None and stack.mode is not StackMode.SUM and stack.every not in _SHORT
    ]  # fmt: skip
    return _Ours(kept, tuple(caps.items()), tuple(groups), len(rules))


def _counts_on(line: Kept) -> bool:
    """Whether the line counts for longer than its day."""
    stack = line.pays.rule.stack
    return (stack is not None and stack.every not in _SHORT) or any(cap.every not in _SHORT for cap in line.pays.caps)


def _unsettled(meals: Sequence[Meal], claimed: Iterable[int]) -> bool:
    """As ``evaluate`` has it: a meal has neither a line nor its whole price."""
    has = set(claimed)
    return any(n not in has and meal.paid_fen < meal.price_fen * meal.portions for n, meal in enumerate(meals))


def _mixed(rule: Rule) -> bool:
    """Whether a rule looks at the person or the day together with the meal."""
    if any(when for when, _amount in rule.amount.cases) or any(share.when for share in rule.sharing.shares):
        return True
    if rule.amount.kind is AmountKind.CASES and not rule.amount.cases:
        return True
    return any(_beyond(one) for one in rule.conditions)


def _beyond(condition: Condition) -> bool:
    level = level_of(condition)
    if isinstance(condition.value, Nested):
        return level is not Level.PERSON
    return level not in {Level.PERSON, Level.DAY} and condition.key not in _TOLD_BY_MEAL


def _keys(rule: Rule) -> frozenset[str]:
    blocks: list[Conditions] = [
        rule.conditions,
        *(when for when, _amount in rule.amount.cases),
        *(one.when for one in rule.sharing.shares),
    ]
    return frozenset(key for block in blocks for one in block for key in _within(one))


def _within(condition: Condition) -> Iterator[str]:
    yield condition.key
    value: Any = condition.value
    if isinstance(value, Nested):
        for block in value.blocks:
            for one in block:
                yield from _within(one)
