"""What somebody decides for a resident's meal ahead of its day: another dish, cooked by hand, no meal, or back to the rules."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.menus import rules as menu_rules
from mealroute.menus.timetable import diet_table
from mealroute.menus.words import clash_sentence, slot_label
from mealroute.orders import build, models
from mealroute.orders.context import locked_book
from mealroute.orders.records import BookState, Channel, ChoiceKind, DishChoiceRecord, Voice
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId


def choose(
    db: Session,
    resident_id: ResidentId,
    day: date,
    slot: MealSlot,
    kind: ChoiceKind,
    *,
    dish_code: str | None = None,
    means: Channel,
    voice: Voice,
    note: str = "",
    by: Actor,
    clock: Clock,
) -> DishChoiceRecord:
    """Write the decision down; the orders of the day follow it until the book is closed. The same again changes nothing.

    Raises
    ------
    Conflict
        The book of the meal is closed (amend the order instead), the dish is not on the menu, or a strict need stands against it:
        that is never overridden here, the restriction itself has to change.
    """
    person = residents.resident(db, resident_id, scope=by.scope, day=day)
    book = locked_book(db, day, slot)
    if book.state == BookState.CLOSED or day < clock.today():
        raise Conflict(
            "choice-after-closing",
            _("The %(slot)s book for %(day)s is closed.", slot=slot_label(slot), day=day.isoformat()),
            _("Change the order on the orders page, with a reason."),
        )
    if (kind is ChoiceKind.DISH) != bool(dish_code):
        raise MealrouteError("choice-dish", _("Say which dish."))
    if dish_code:
        entry = next((e for e in menus.menu(db, day, slot).entries if e.dish.code == dish_code), None)
        if entry is None:
            raise NotFound("dish-not-on-menu", _("This dish is not on the menu of the day."))
        table = diet_table()
        never = menu_rules.strict_of(person.needs, person.strict_needs, table)
        wrong = menu_rules.clashes(entry.dish, never, table)
        if wrong:
            raise Conflict(
                "choice-against-strict",
                clash_sentence(wrong[0], entry.dish, table),
                _("If that no longer holds, change it on the resident's card first."),
            )
    last = last_choice(db, resident_id, day, slot)
    said = (kind, dish_code or None, means, voice, note.strip())
    if last is not None and (last.kind, last.dish_code, last.means, last.voice, last.note) == said:
        return last
    row = models.DishChoice(
        resident_id=resident_id, day=day, slot=str(slot), kind=str(kind), dish_code=dish_code or None, means=str(means),
        voice=str(voice), note=note.strip() or None, by_name=by.name, at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="orders.dish-chosen", subject=f"resident/{person.code}",
        detail={"meal": f"{day}/{slot}", "kind": str(kind), "dish": dish_code or "", "means": str(means), "voice": str(voice)},
    )  # fmt: skip
    return build.choice_record(row)


def last_choice(db: Session, resident_id: ResidentId, day: date, slot: MealSlot) -> DishChoiceRecord | None:
    """The last word on one meal of somebody, a decision taken back too."""
    row = models.DishChoice
    query = select(row).where(row.resident_id == resident_id, row.day == day, row.slot == str(slot))
    found = db.scalars(query.order_by(row.id.desc())).first()
    return None if found is None else build.choice_record(found)
