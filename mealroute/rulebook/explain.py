"""What a person would get for a meal on a day, rule by rule: what is paid, or which condition stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass

from mealroute.core.money import Fen
from mealroute.rulebook.compiled import Library
from mealroute.rulebook.condition_words import found, say
from mealroute.rulebook.conditions import Level, Money
from mealroute.rulebook.evaluate import evaluate
from mealroute.rulebook.facts import Earlier, Meal
from mealroute.rulebook.records import Beneficiary, Rule, Rulebook
from mealroute.rulebook.results import Line, Refusal


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of a rule: in words, whether it holds, and what was found."""

    wanted: str
    holds: bool
    found: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One rule on one meal. Exactly one of ``line`` and ``refusal``."""

    rule: Rule
    meal: Meal
    line: Line | None
    refusal: Refusal | None
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A day of a person: every rule on every meal, and what it comes to. ``later`` are rules settled by month, year or application."""

    answers: tuple[Answer, ...]
    later: tuple[Rule, ...]

    def sum_for(self, beneficiary: Beneficiary) -> Fen:
        return sum(one.line.amount_fen for one in self.answers if one.line and one.rule.beneficiary is beneficiary)

    @property
    def copay_fen(self) -> Fen:
        """What the resident pays for all meals of the day."""
        meals = {one.meal.meal_id: one.meal for one in self.answers}
        return sum(meal.price_fen * meal.portions for meal in meals.values()) - self.sum_for(Beneficiary.RESIDENT)


def explain(book: Rulebook, meals: Sequence[Meal], earlier: Sequence[Earlier] = ()) -> Explained:
    """Every rule of the day on every meal, in the order in which rules are asked.

    ``meals`` are one person's of one day; ``earlier`` what was claimed before in the same week, month or year.
    """
    done = evaluate(book, meals, earlier=earlier)
    library = Library(book)
    answers = []
    for meal in meals:
        for rule in library.on(meal.day).rules:
            line = next((one for one in done.lines if one.rule.key == rule.rule.key and one.item is meal), None)
            refusal = next((one for one in done.refusals if one.rule.key == rule.rule.key and one.item is meal), None)
            amount = line.amount_fen if line else 0
            money = (
                refusal.money if refusal and refusal.money else Money(amount, 0, sum(one.price_fen for one in meals), 0)
            )
            checks = tuple(
                Check(
                    say(condition, book.names),
                    test(meal.person, meal, money),
                    found(condition, meal.person, meal, money, book.names, book.calendar),
                )
                for condition, level, test in rule.every_test
                if level is not Level.FIGURES
            )
            answers.append(Answer(rule.rule, meal, line, refusal, checks))
    later = tuple(rule for rule in book.on(meals[0].day) if rule.unit.periodic) if meals else ()
    return Explained(tuple(answers), later)
