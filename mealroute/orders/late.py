"""What the ledger says since a book was closed, and turning it into amendments: a pause must not end before a locked door."""

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.menus import rules as menu_rules
from mealroute.menus.records import NORMAL, DishRecord
from mealroute.orders import build, queries, rules
from mealroute.orders.build import Ask
from mealroute.orders.closing import add_line, amend_line, closed_book
from mealroute.orders.context import DayContext
from mealroute.orders.materialise import NOT_IN_SERVICE, PAUSED, ask_of, new_order
from mealroute.orders.paying import locked_order
from mealroute.orders.records import (
    AmendmentKind,
    BookLineRecord,
    BookState,
    ChoiceKind,
    Delivery,
    Flag,
    LateChange,
    OrderBookRecord,
    OrderId,
    Pricing,
)
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId, ResidentRecord, ResidentState


def late_changes(db: Session, day: date, slot: MealSlot, *, scope: Scope) -> tuple[LateChange, ...]:
    """Where the closed book and the ledger differ: pauses and departures, points found, new diets, standing orders not in it.

    An open book has none: its orders follow the ledger by themselves.
    """
    book = queries.book(db, day, slot)
    if book is None or book.state is not BookState.CLOSED:
        return ()
    context = DayContext(db=db, day=day, slot=slot)
    known = {int(line.resident_id) for line in book.lines} - context.in_service.keys()
    gone = residents.by_ids(db, map(ResidentId, known), day=day)
    found: list[LateChange] = []
    dishes = {dish.code: dish for dish in menus.dishes(db)}
    for line in book.lines:
        person = context.in_service.get(int(line.resident_id))
        if person is None:
            sentence = _("This resident is no longer in service.")
            found.append(_of(line, gone[line.resident_id], AmendmentKind.CANCEL, NOT_IN_SERVICE, sentence))
        else:
            found.extend(_differences(line, person, context, dishes))
    found.extend(_missing(context))
    streets = {int(person.id): person.street_code for person in (*context.in_service.values(), *gone.values())}
    return tuple(change for change in found if scope.sees_street(streets[int(change.resident_id)]))


def absorb_late_changes(
    db: Session, day: date, slot: MealSlot, *, by: Actor, clock: Clock, pricing: Pricing
) -> tuple[OrderBookRecord, tuple[LateChange, ...]]:
    """Amend the closed book so that it agrees with the ledger again; each amendment has the change's sentence as reason."""
    book = closed_book(db, day, slot)
    changes = late_changes(db, day, slot, scope=by.scope)
    # All orders are locked before the first amendment takes the audit's lock: nobody else may hold one and wait for the other.
    orders = {change.order_id: locked_order(db, change.order_id, by=by) for change in changes if change.order_id}
    for change in changes:
        if change.order_id is not None:
            order = orders[change.order_id]
            ask = None if change.kind is AmendmentKind.CANCEL else ask_of(order)
            amend_line(db, order, ask=ask, reason=change.sentence, by=by, clock=clock, pricing=pricing)
            continue
        context = DayContext(db=db, day=day, slot=slot)
        resident = context.in_service[int(change.resident_id)]
        standing = next(item for item in context.standing if item.id == change.standing_order_id)
        ask = Ask.standing(build.standing_record(standing), standing.portions[context.service.as_weekday - 1])
        key = rules.standing_key(day, slot, standing.code)
        order = new_order(context, resident, ask, key, by=by, clock=clock, pricing=pricing, standing_id=standing.id)
        add_line(context, book, order, resident, reason=change.sentence, by=by, clock=clock)
    return queries.book_of(db, book), changes


def _differences(
    line: BookLineRecord, person: ResidentRecord, context: DayContext, dishes: Mapping[str, DishRecord]
) -> Iterator[LateChange]:
    if person.state is ResidentState.PAUSED:
        sentence = _("The ledger now has a pause for this resident.")
        yield _of(line, person, AmendmentKind.CANCEL, PAUSED, sentence)
        return
    home = line.delivery is Delivery.HOME
    diets = {*map(str, person.diets), *map(str, person.strict_diets)} - {NORMAL}
    if home and Flag.NO_POINT in line.flags and person.point is not None:
        sentence = _("The ledger now has a point for this door.")
        yield _of(line, person, AmendmentKind.CHANGE, "point-found", sentence)
    elif diets != set(line.diets) - {NORMAL} or {*person.avoids, *person.strict_avoids} != set(line.avoids):
        sentence = _("The diets in the ledger are no longer those of the line.")
        yield _of(line, person, AmendmentKind.CHANGE, "diet-changed", sentence)
    elif line.dish_code in dishes:
        never = menu_rules.strict_of(person.needs, person.strict_needs, context.diets)
        if menu_rules.clashes(dishes[line.dish_code or ""], never, context.diets):
            sentence = _("The dish of this line now holds something that the resident must not eat.")
            yield _of(line, person, AmendmentKind.CHANGE, "dish-clashes", sentence)


def _missing(context: DayContext) -> Iterator[LateChange]:
    """Standing orders that are due but have no order; one that a person cancelled is not missed."""
    held = {order.natural_key for order in context.of_slot()}
    for standing in context.standing:
        person = context.in_service.get(standing.resident_id)
        due = standing.portions[context.service.as_weekday - 1] > 0
        decided = context.choices.get(standing.resident_id)
        declined = decided is not None and decided.kind is ChoiceKind.NO_MEAL
        active = person is not None and person.state is ResidentState.ACTIVE and not declined
        if due and active and person and rules.standing_key(context.day, context.slot, standing.code) not in held:
            yield LateChange(
                kind=AmendmentKind.ADD, resident_id=person.id, resident_code=person.code, order_id=None,
                standing_order_id=standing.id, code="not-in-book",
                sentence=_("A standing order asks for a meal that is not in the book."),
            )  # fmt: skip


def _of(line: BookLineRecord, person: ResidentRecord, kind: AmendmentKind, code: str, sentence: str) -> LateChange:
    return LateChange(
        kind=kind, resident_id=line.resident_id, resident_code=person.code, order_id=OrderId(line.order_id),
        standing_order_id=None, code=code, sentence=sentence,
    )  # fmt: skip
