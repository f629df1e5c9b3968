"""The order of fragility: who is called first when not everybody can have a meal. Pure."""

from collections.abc import Iterable

from mealroute.dispatch.fallback_records import WithoutMeal
from mealroute.residents.records import CategoryTable


def marks_of(categories: Iterable[str], table: CategoryTable) -> tuple[tuple[str, ...], tuple[int, ...], bool]:
    """What makes a person fragile, heaviest first, with the weights of data/rules/categories.yaml; and whether they must never be left out.

    The same weights decide whom the plan serves first, so that the two can't disagree.
    """
    held = [rule for rule in table.rules if rule.code in set(categories)]
    held.sort(key=lambda rule: (not rule.must_serve, -rule.priority, rule.code))
    return (
        tuple(rule.code for rule in held), tuple(sorted((rule.priority for rule in held), reverse=True)),
        any(rule.must_serve for rule in held),
    )  # fmt: skip


def by_fragility(people: Iterable[WithoutMeal]) -> tuple[WithoutMeal, ...]:
    """Those who must be served first, then by their heaviest mark, the next one and so on, then by how long nobody has seen them."""
    endless = 10**6

    def order(one: WithoutMeal) -> tuple[bool, tuple[int, ...], int, int]:
        unseen = endless if one.unseen_days is None else one.unseen_days
        return not one.must_serve, tuple(-weight for weight in (*one.weights, 0)), -unseen, one.resident_id

    return tuple(sorted(people, key=order))
