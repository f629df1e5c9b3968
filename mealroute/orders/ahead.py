"""The week ahead: everybody who would get a meal that clashes, day by day, read in a few statements a day."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.menus.rules import monday_of
from mealroute.orders import queries
from mealroute.orders.clashes import ClashCase, MealClashes, Standing, case_of
from mealroute.orders.context import DayContext
from mealroute.orders.records import BookState, OrderState
from mealroute.residents.records import ResidentState


def week_clashes(db: Session, monday: date, *, scope: Scope) -> tuple[MealClashes, ...]:
    """The meals of a week that are served, in order, with the clashes of the residents within the scope."""
    found = []
    for day in menus.service_days(db, monday, monday + timedelta(days=6)):
        if day.serves:
            found += [one for slot in MealSlot if (one := meal_clashes(db, day.day, slot, scope=scope)) is not None]
    return tuple(found)


def meal_clashes(db: Session, day: date, slot: MealSlot, *, scope: Scope) -> MealClashes | None:
    """One meal, or None where nobody would get one. Standing orders and single ones count; pauses are taken off."""
    context = DayContext(db=db, day=day, slot=slot)
    asked = dict(_asked(context))
    if not asked or not context.menu.entries:
        return None
    book = queries.book(db, day, slot)
    people = [
        person
        for number, person in context.in_service.items()
        if number in asked and person.state is ResidentState.ACTIVE and scope.sees_street(person.street_code)
    ]
    cases = (
        case_of(
            person, asked[int(person.id)], context.menu, context.diets, context.choices.get(int(person.id)),
            owner=context.owners.get(person.street_code, ""),
        )
        for person in people
    )  # fmt: skip
    held = [case for case in cases if case is not None]
    order = list(Standing)[::-1]
    return MealClashes(
        day=day, slot=slot, due=len(people), published=menus.published_version(db, monday_of(day)) is not None,
        closed=book is not None and book.state is BookState.CLOSED,
        cases=tuple(sorted(held, key=lambda case: (order.index(case.standing), case.person.street_code, case.person.code))),
    )  # fmt: skip


def open_cases(meals: Iterable[MealClashes]) -> tuple[ClashCase, ...]:
    """What still needs a person, by street, person and day."""
    found = [case for meal in meals if not meal.closed for case in meal.cases if case.standing is Standing.OPEN]
    return tuple(sorted(found, key=lambda case: (case.person.street_code, case.person.code, case.day, case.slot)))


def _asked(context: DayContext) -> Iterable[tuple[int, str]]:
    """(resident, choice) of everything asked for; a standing order's choice stands before a single order's."""
    for order in context.of_slot():
        if order.standing_order_id is None and (order.state == OrderState.PLACED or order.auto_cancelled):
            yield order.resident_id, order.choice
    for standing in context.standing:
        if standing.portions[context.service.as_weekday - 1]:
            yield standing.resident_id, standing.choice
