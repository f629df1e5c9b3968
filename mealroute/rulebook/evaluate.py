"""Facts in, lines and refusals out. The same facts in any order give the same lines; any past day gives the same fen.

``evaluate(book, meals, figures)`` is for a month of a district. ``Engine`` is the same in a stream: build one for each
rulebook, ``remember`` what was claimed before, then pass each person's meals of each day once, in the engine's own order, and keep
nothing but the lines. For a million meals::

    engine = Engine(book)
    for person, meals in groups:            # sorted by engine.turn_of(person_id, day)
        for line in engine.day(person, meals):
            ...

Use one ``Person`` object for all days on which nothing about the person changes: its conditions are then worked out once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

from mealroute.rulebook import figures as periods
from mealroute.rulebook.compiled import Bundles, Compiled, Library, RuleSet, bundles
from mealroute.rulebook.counters import Purse, caps_of
from mealroute.rulebook.facts import Earlier, Figures, Meal, Person
from mealroute.rulebook.person_day import PersonDay, stop, turn
from mealroute.rulebook.quick import one_meal, plain_rules
from mealroute.rulebook.records import CapPer, Rulebook
from mealroute.rulebook.results import Line, Refusal


@dataclass(frozen=True, slots=True)
class Outcome:
    """All lines, by day, meal and rule; and, where they were asked for, all refusals."""

    lines: tuple[Line, ...]
    refusals: tuple[Refusal, ...]


class _Survivors(NamedTuple):
    """The rules whose conditions on the person hold; ``plain`` where none of them counts or chooses."""

    bundles: Bundles
    plain: tuple[Compiled, ...] | None


class Engine:
    """One rulebook at work over one run of facts. Holds compiled rules and the counters of caps, no meals and no lines."""

    def __init__(self, book: Rulebook, *, refusals: bool = False, only_unsettled: bool = False) -> None:
        """``only_unsettled``: refusals of those days alone on which a meal has neither a line nor its whole price."""
        self.book = book
        self.refusals: list[Refusal] = []
        self._asked = refusals and not only_unsettled
        self._needed = only_unsettled
        self._library = Library(book)
        self._purse = Purse(book.rules)
        self._memo: dict[int, tuple[Person, dict[int, _Survivors]]] = {}
        self._last: tuple[object, ...] | None = None
        self._paid: set[str] = set()
        self.by_day = any(
            cap.per is not CapPer.PERSON for rule in book.rules if not rule.unit.periodic for cap in caps_of(rule)
        )

    def turn_of(self, person_id: int, day: date) -> tuple[object, ...]:
        """The order in which person-days have to come.

        By person, then day; by day, then person where a rule has a cap that persons share (a household's, a site's): such a cap goes
        to the earlier day, within a day to the smaller id.
        """
        return (day, person_id) if self.by_day else (person_id, day)

    def remember(self, lines: Iterable[Earlier]) -> None:
        """What earlier claims have paid, so that a week, month or year which began before goes on. Before the first day."""
        for line in sorted(lines, key=lambda one: one.day):
            self._purse.remember(line)

    def paid_already(self, keys: Iterable[str]) -> None:
        """Natural keys of lines on figures that were claimed before: a one-off grant is paid once."""
        self._paid.update(keys)

    def day(self, person: Person, meals: Sequence[Meal]) -> list[Line]:
        """The lines of one person's meals of one day, all of that day at once.

        Raises
        ------
        ValueError
            The day comes out of the order of ``turn_of``, or the meals are not of one day.
        """
        meals = unique(meals)
        if not meals:
            return []
        day = meals[0].day
        here = self.turn_of(person.person_id, day)
        if (self._last is not None and here <= self._last) or meals[-1].day != day:
            raise ValueError("person-days have to come once each, in the order of turn_of")
        self._last = here
        rules = self._library.on(day)
        if not rules.rules:
            return []
        survivors = self._survivors(person, rules)
        if not self._asked:
            lines = self._quick(person, meals, survivors)
            if lines is not None and not (self._needed and _unsettled(meals, lines)):
                return lines
        work = PersonDay(person, meals, rules, self._purse, asked=self._asked)
        lines = work.settle(survivors.bundles)
        if self._needed and _unsettled(meals, lines):
            self._purse.drop()
            work = PersonDay(person, meals, rules, self._purse, asked=True)
            lines = work.settle(survivors.bundles)
        self._purse.keep(day)
        self.refusals += work.why
        return lines

    def _quick(self, person: Person, meals: Sequence[Meal], survivors: "_Survivors") -> list[Line] | None:
        """The lines of a simple day, which count under no cap; None where it is not simple."""
        if not survivors.bundles:
            return []
        if survivors.plain is not None and len(meals) == 1 and stop(person) is None:
            return one_meal(person, meals[0], survivors.plain)
        return None

    def figures(self, figures: Figures) -> list[Line]:
        """The lines of one payee's figures; by day and subject where caps or groups matter."""
        rules = [self._library.of(rule, figures.day) for rule in self.book.on(figures.day) if rule.unit.periodic]
        lines, refusals = periods.settle(figures, bundles(iter(rules)), self._purse, self._paid, asked=self._asked)
        self.refusals += refusals
        return lines

    def _survivors(self, person: Person, rules: RuleSet) -> "_Survivors":
        known = self._memo.get(person.person_id)
        if known is None or (known[0] is not person and known[0] != person):
            if not self.by_day:
                self._memo.clear()
            known = (person, {})
            self._memo[person.person_id] = known
        found = known[1].get(id(rules))
        if found is None:
            kept = rules.for_person(person)
            found = _Survivors(kept, plain_rules(kept))
            known[1][id(rules)] = found
        return found


def _unsettled(meals: Sequence[Meal], lines: Sequence[Line]) -> bool:
    """Whether somebody will ask why a meal got nothing: it has no line and was not paid in full."""
    paid_for = {line.item.meal_id for line in lines if isinstance(line.item, Meal)}
    return any(meal.meal_id not in paid_for and meal.paid_fen < meal.price_fen * meal.portions for meal in meals)


def unique(meals: Sequence[Meal]) -> Sequence[Meal]:
    """One meal an order line (the newest proof), none of them empty, in the order of the day."""
    if len(meals) == 1:
        return meals if meals[0].portions > 0 else ()
    newest: dict[int, Meal] = {}
    for meal in meals:
        known = newest.get(meal.meal_id)
        if known is None or meal.proof_id > known.proof_id:
            newest[meal.meal_id] = meal
    return sorted((meal for meal in newest.values() if meal.portions > 0), key=lambda meal: (meal.day, *turn(meal)))


def evaluate(
    book: Rulebook, meals: Iterable[Meal], figures: Iterable[Figures] = (), *, earlier: Iterable[Earlier] = (),
    paid: Iterable[str] = (), refusals: bool = True, only_unsettled: bool = False,
) -> Outcome:  # fmt: skip
    """Everything that the rulebook pays for these facts.

    ``only_unsettled``: refusals as ``Engine`` gives them then. ``earlier`` are lines of earlier claims whose weeks, months or years go on; ``paid`` natural keys of figures claimed before. Of
    two proofs of one order line the newer counts. Lines come by day, meal, order and rule, those on figures last.
    """
    engine = Engine(book, refusals=refusals, only_unsettled=only_unsettled)
    engine.remember(earlier)
    engine.paid_already(paid)
    lines = list(stream(engine, meals))
    place = {rule.key: place for place, rule in enumerate(sorted(book.rules, key=lambda one: one.priority))}
    lines.sort(key=lambda line: _line_turn(line, place))
    for one in sorted(figures, key=lambda each: (each.day, each.kind, each.subject, each.unit, each.reference)):
        lines += engine.figures(one)
    return Outcome(tuple(lines), tuple(engine.refusals))


def stream(engine: Engine, meals: Iterable[Meal]) -> Iterator[Line]:
    """The lines of meals that come in any order; sorts them first."""
    newest: dict[int, Meal] = {}
    for meal in meals:
        known = newest.get(meal.meal_id)
        if known is None or meal.proof_id > known.proof_id:
            newest[meal.meal_id] = meal

    def order(meal: Meal) -> tuple[object, ...]:
        return (*engine.turn_of(meal.person.person_id, meal.day), *turn(meal))

    for _key, group in groupby(sorted(newest.values(), key=order), key=lambda meal: (meal.person.person_id, meal.day)):
        of_day = tuple(group)
        yield from engine.day(of_day[0].person, of_day)


def _line_turn(line: Line, place: dict[str, int]) -> tuple[object, ...]:
    meal = line.item
    assert isinstance(meal, Meal)
    return (meal.day, *turn(meal), place[line.rule.key])
