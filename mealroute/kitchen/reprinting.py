"""The kitchen's papers of a version that took the place of another, with only what is other than before."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.kitchen import queries, reprint, rules, service
from mealroute.kitchen.records import ProductionSheet
from mealroute.kitchen.reprint import KitchenCountChange, TripChange
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanVersionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprint:
    """``sheet`` is the new version's, with labels for those portions only that need another one."""

    old_number: int
    sheet: ProductionSheet
    counts: tuple[KitchenCountChange, ...]
    trips: tuple[TripChange, ...]


def reprint_of(db: Session, old_id: PlanVersionId, new_id: PlanVersionId, *, scope: Scope | None = None) -> Reprint:
    """What of the count, the packing lists and the labels differs, within a kitchen's, a vendor's or a street's own.

    Raises ValueError where the two versions are for different meals.
    """
    before, after = planning.summary(db, old_id), planning.summary(db, new_id)
    if (before.day, before.slot) != (after.day, after.slot):
        raise ValueError("two versions of different meals have nothing to compare")
    old = queries.planned_portions(db, old_id, scope=scope)
    new = queries.planned_portions(db, new_id, scope=scope)
    sheet = service.production(db, new_id, scope=scope)
    return Reprint(
        old_number=before.number, sheet=replace(sheet, labels=rules.labels(reprint.rows_to_label(old, new))),
        counts=reprint.count_changes(old, new), trips=reprint.trip_changes(service.packing_of(before, old), sheet.packing),
    )  # fmt: skip
