"""Counting the meals that come back. Whoever counts is not told how many the records leave, so that the count is one of its own."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.kitchen.log import reached_kitchen, write_row
from mealroute.kitchen.log_queries import kitchens_in_scope
from mealroute.kitchen.return_models import ReturnedMeals
from mealroute.kitchen.return_records import ReturnInput, ReturnRow

MOST = 500
"""More portions on one trip are a slip of the finger."""


def count_returned(db: Session, entry: ReturnInput, *, by: Actor, clock: Clock) -> bool:
    """Write the count of one trip; another number than before needs a word. True = written, False = it was here already.

    Raises
    ------
    MealrouteError
        ``kitchen-not-found``, ``returned-out-of-range``, ``note-missing``.
    """
    kitchen = reached_kitchen(db, entry.kitchen_code, by)
    if not 0 <= entry.portions <= MOST:
        raise MealrouteError("returned-out-of-range", _("That cannot be the number of meals."), _("Count again."))
    if db.scalar(select(ReturnedMeals.id).where(ReturnedMeals.client_id == entry.client_id)) is not None:
        return False
    before = returned(db, entry.day, entry.slot, scope=Scope.everything()).get(
        (kitchen.code, entry.vehicle_code, entry.trip)
    )
    if before is not None and before.portions != entry.portions and not entry.note.strip():
        raise MealrouteError(
            "note-missing",
            _("This trip was counted before: %(n)d. Write down why it is another number.", n=before.portions),
        )
    row = {
        "client_id": entry.client_id, "day": entry.day, "slot": entry.slot, "kitchen_code": kitchen.code, "vehicle_code": entry.vehicle_code[:40],
        "trip": entry.trip, "portions": entry.portions, "note": entry.note.strip(), "by_name": by.name[:80], "at": clock.now(),
    }  # fmt: skip
    new = write_row(db, ReturnedMeals, row, None)
    if new is None:
        return False
    audit.record(
        db, by=by, clock=clock, action="kitchen.returned-counted", subject=f"returned/{new}",
        detail={"vehicle": entry.vehicle_code, "trip": entry.trip, "portions": entry.portions},
    )  # fmt: skip
    return True


def returned(db: Session, day: date, slot: str, *, scope: Scope) -> dict[tuple[str, str, int], ReturnRow]:
    """(kitchen, vehicle, trip) → the count that holds, of one meal."""
    found: dict[tuple[str, str, int], ReturnRow] = {}
    query = select(ReturnedMeals).where(
        ReturnedMeals.day == day, ReturnedMeals.slot == slot, *kitchens_in_scope(scope, ReturnedMeals.kitchen_code)
    )
    for row in db.scalars(query.order_by(ReturnedMeals.id)):
        key = row.kitchen_code, row.vehicle_code, row.trip
        found[key] = ReturnRow(
            vehicle_code=row.vehicle_code, trip=row.trip, portions=row.portions, note=row.note, by_name=row.by_name, at=row.at,
            counts=(found[key].counts if key in found else 0) + 1,
        )  # fmt: skip
    return found
