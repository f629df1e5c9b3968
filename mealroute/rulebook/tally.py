"""Figures of a month or a year counted from the meals themselves: the base of rules by volume."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from mealroute.rulebook.facts import Figures, Meal
from mealroute.rulebook.vocabulary import HOME

_OF = {"operator": "operator", "site": "site", "deliverer": "deliverer"}


def tally(meals: Iterable[Meal], kind: str, unit: str) -> tuple[Figures, ...]:
    """The counts of each operator, site or deliverer for each month or year: ``meals`` (one an order line), ``person-days``,
    ``persons``, ``deliveries``, ``days`` with a meal, and ``meals-a-day`` on those days, rounded down.

    Meals that name no such payee are left out. The newer of two proofs of one order line counts.
    """
    newest: dict[int, Meal] = {}
    for meal in meals:
        known = newest.get(meal.meal_id)
        if known is None or meal.proof_id > known.proof_id:
            newest[meal.meal_id] = meal
    groups: dict[tuple[date, str], list[Meal]] = defaultdict(list)
    for meal in newest.values():
        subject: str = getattr(meal, _OF[kind])
        if subject and meal.portions > 0:
            first = meal.day.replace(day=1)
            groups[first.replace(month=1) if unit == "year" else first, subject].append(meal)
    return tuple(_figures(first, subject, groups[first, subject], kind, unit) for first, subject in sorted(groups))


def _figures(first: date, subject: str, meals: list[Meal], kind: str, unit: str) -> Figures:
    days = {meal.day for meal in meals}
    counts = {
        "meals": len(meals), "person-days": len({(meal.person.person_id, meal.day) for meal in meals}),
        "persons": len({meal.person.person_id for meal in meals}), "deliveries": sum(meal.way == HOME for meal in meals),
        "days": len(days), "meals-a-day": len(meals) // len(days),
    }  # fmt: skip
    kinds = {meal.site_kind for meal in meals}
    return Figures(
        subject=subject,
        kind=kind,
        unit=unit,
        day=first,
        counts=counts,
        site_kind=kinds.pop() if len(kinds) == 1 and kind == "site" else "",
    )
