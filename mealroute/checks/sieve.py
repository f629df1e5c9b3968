"""What spares the checks most meals: who can be found at all in a month, which kinds of claims, who came twice, which records a phone made.

A sieve leaves out only what cannot fire, so that a check reads as its rule does and a city's month costs microseconds a meal.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from mealroute.checks.facts import BY_HAND, Claim, Day, Meal, Person, World

DEGREE_M = 111_400
"""Metres: no degree of latitude or longitude is longer."""
By = Mapping[tuple[str, str], list[Meal]]
"""Meals of one driver and meal slot."""


class Kind(NamedTuple):
    """The meals of a day in one street whose claims are alike."""

    claims: tuple[Claim, ...]
    street: str
    meals: list[Meal]

    @property
    def has_own(self) -> bool:
        """A claim of the resident is among them."""
        return any(claim.beneficiary == "resident" for claim in self.claims)


def of_people(day: Day, world: World, check: str, may: Callable[[Person], bool]) -> list[tuple[Meal, Person]]:
    """The meals that stayed with those whom ``check`` can find at all; ``may`` is asked once a person and month."""
    known = world.suspects.get(check)
    if known is None:
        known = world.suspects[check] = {number: person for number, person in world.people.items() if may(person)}
    return [(meal, known[meal.resident]) for meal in day.delivered if meal.resident in known] if known else []


def kinds(day: Day) -> Sequence[Kind]:
    """All meals of the day by their claims; a city's claims are few that are many times there."""

    def made() -> Sequence[Kind]:
        found: dict[tuple[int, str], Kind] = {}
        for meal in day.meals:
            key = id(meal.claims), meal.street
            known = found.get(key)
            if known is None:
                found[key] = Kind(meal.claims, meal.street, [meal])
            else:
                known.meals.append(meal)
        return tuple(found.values())

    return day.once("kinds", made)


def refunded_orders(day: Day) -> frozenset[int]:
    """Orders of the day with a refund."""

    def made() -> frozenset[int]:
        moved = day.money
        return frozenset(
            meal.order for meal in day.meals if any(one.kind == "refund" for one in moved.get(meal.order, ()))
        )

    return day.once("refunded_orders", made)


def came_twice(day: Day) -> frozenset[int]:
    """Residents with more than one meal that stayed."""

    def made() -> frozenset[int]:
        people = [meal.resident for meal in day.delivered]
        if len(set(people)) == len(people):
            return frozenset()
        return frozenset(resident for resident, n in Counter(people).items() if n > 1)

    return day.once("came_twice", made)


def by_phone(day: Day) -> By:
    """``Day.by_driver`` without what somebody keyed."""
    return day.once(
        "by_phone",
        lambda: {
            key: made
            for key, meals in day.by_driver().items()
            if (made := [meal for meal in meals if meal.source not in BY_HAND])
        },
    )


def placed(day: Day) -> By:
    """``Day.by_driver``: the records whose place and door are known."""
    return day.once(
        "placed",
        lambda: {
            key: [meal for meal in meals if meal.lon is not None and meal.door_lon is not None]
            for key, meals in day.by_driver().items()
        },
    )


def may_be_apart(meal: Meal, metres: float) -> bool:
    """Whether phone and door may lie further apart than that; False is certain."""
    if meal.lon is None or meal.lat is None or meal.door_lon is None or meal.door_lat is None:
        return False
    return (abs(meal.lon - meal.door_lon) + abs(meal.lat - meal.door_lat)) * DEGREE_M > metres


def tight_pairs(
    meals: Sequence[Meal], asked: Collection[tuple[float, float, float, float]], *, kmh: int, slack_s: int
) -> list[tuple[Meal, Meal]]:
    """Records that follow each other so fast that a straight line at ``kmh`` may take longer, or whose way was ``asked`` of the roads."""
    found: list[tuple[Meal, Meal]] = []
    metres_a_second = kmh / 3.6
    before: Meal | None = None
    x0 = y0 = x = y = None
    for meal in meals:
        x, y = (meal.lon, meal.lat) if meal.lon is not None else (meal.door_lon, meal.door_lat)
        if before is not None and x is not None and y is not None and x0 is not None and y0 is not None:
            room = ((meal.made_s or 0) - (before.made_s or 0) + slack_s) * metres_a_second
            if (abs(x - x0) + abs(y - y0)) * DEGREE_M > room or (asked and (x0, y0, x, y) in asked):
                found.append((before, meal))
        before, x0, y0 = meal, x, y
    return found
