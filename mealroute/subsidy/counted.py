"""Counts of a month that a rulebook defines itself: a part of the meals by conditions on person and meal. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mealroute.rulebook.conditions import Money, all_of
from mealroute.rulebook.facts import Person
from mealroute.rulebook.records import Rulebook
from mealroute.subsidy.evaluating import meal_of
from mealroute.subsidy.records import Handover, ResidentOnDay
from mealroute.subsidy.site_facts import Derived, Payee, payees_of, person_of


@dataclass(slots=True)
class _Sum:
    meals: int = 0
    deliveries: int = 0
    days: set[tuple[int, object]] = field(default_factory=set)
    people: set[int] = field(default_factory=set)

    def of(self, measure: str) -> int:
        return {
            "meals": self.meals, "deliveries": self.deliveries, "person-days": len(self.days), "persons": len(self.people),
        }[measure]  # fmt: skip


def derived(book: Rulebook, handovers: Iterable[Handover]) -> Derived:
    """The book's own counts of every payee of the month; nothing is looked at where it defines none."""
    if not book.counted:
        return Derived()
    tests = [(name, one, all_of(one.when, book.calendar)) for name, one in book.counted.items()]
    people: dict[tuple[ResidentOnDay, str, str], Person] = {}
    found: dict[tuple[Payee, str], _Sum] = defaultdict(_Sum)
    for given in handovers:
        who = given.resident, given.street_code, given.zone
        if who not in people:
            people[who] = person_of(*who)
        meal = meal_of(given, people[who])
        money = Money(0, 0, meal.price_fen, 0)
        for name, _counted, test in tests:
            if test(meal.person, meal, money):
                for payee in payees_of(given):
                    one = found[payee, name]
                    one.meals += given.portions
                    one.deliveries += given.carried.delivery == "home"
                    one.days.add((given.resident.resident_id, given.day))
                    one.people.add(given.resident.resident_id)
    sums: dict[Payee, Mapping[str, int]] = {}
    for payee in {payee for payee, _name in found}:
        sums[payee] = {
            name: found[payee, name].of(one.of) for name, one in book.counted.items() if (payee, name) in found
        }
    return Derived(frozenset(book.counted), sums)
