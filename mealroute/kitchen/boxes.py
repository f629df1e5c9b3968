"""Counting the boxes out and back. Rows are written once; a miscount is mended by a later row that names it."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.kitchen import box_rules
from mealroute.kitchen.box_records import BoxBalance, BoxInput, BoxKind, BoxRow, BoxWay
from mealroute.kitchen.figures import figures_on
from mealroute.kitchen.log import corrected_row, reached_kitchen, write_row
from mealroute.kitchen.log_queries import kitchens_in_scope
from mealroute.kitchen.models import BoxCount


def count_boxes(db: Session, entry: BoxInput, *, by: Actor, clock: Clock) -> bool:
    """Write one count. True = written, False = it was here already.

    Raises
    ------
    MealrouteError
        ``kitchen-not-found``, ``row-not-found``, ``row-corrected``, and what ``box_rules.check`` refuses.
    """
    kitchen = reached_kitchen(db, entry.kitchen_code, by)
    box_rules.check(entry)
    before: BoxCount | None = corrected_row(db, BoxCount, entry.corrects_id, kitchen.code)
    row = {
        "client_id": entry.client_id, "day": entry.day, "slot": entry.slot, "kitchen_code": kitchen.code,
        "vehicle_code": entry.vehicle_code[:40], "route": entry.route, "trip": entry.trip, "kind": str(entry.kind),
        "way": str(entry.way), "count": entry.count, "note": entry.note.strip(), "by_name": by.name[:80],
        # A corrected count stands at the time of the first: how long boxes are away does not begin anew.
        "at": before.at if before is not None else clock.now(), "corrects_id": entry.corrects_id,
    }  # fmt: skip
    new = write_row(db, BoxCount, row, entry.corrects_id)
    if new is None:
        return False
    audit.record(
        db, by=by, clock=clock, action="kitchen.boxes-counted", subject=f"boxes/{new}",
        detail={"vehicle": entry.vehicle_code, "kind": str(entry.kind), "way": str(entry.way), "count": entry.count,
                "corrects": entry.corrects_id},
    )  # fmt: skip
    return True


def counts(db: Session, *, scope: Scope, day: date | None = None, slot: str = "") -> tuple[BoxRow, ...]:
    """Counts by time, of one meal or of all; corrected ones are marked."""
    query = select(BoxCount).where(*kitchens_in_scope(scope, BoxCount.kitchen_code)).order_by(BoxCount.at, BoxCount.id)
    if day is not None:
        query = query.where(BoxCount.day == day, BoxCount.slot == slot)
    rows = db.scalars(query).all()
    gone = set(db.scalars(select(BoxCount.corrects_id).where(BoxCount.corrects_id.is_not(None))))
    return tuple(
        BoxRow(
            id=row.id, day=row.day, slot=row.slot, kitchen_code=row.kitchen_code, vehicle_code=row.vehicle_code, route=row.route,
            trip=row.trip, kind=BoxKind(row.kind), way=BoxWay(row.way), count=row.count, note=row.note, at=row.at,
            by_name=row.by_name, corrects_id=row.corrects_id, corrected=row.id in gone,
        )
        for row in rows
    )  # fmt: skip


def balances(db: Session, day: date, *, scope: Scope, now: datetime) -> tuple[BoxBalance, ...]:
    """Every kind of box that was ever counted, by kitchen and vehicle, as it stands ``now``."""
    return box_rules.balances(counts(db, scope=scope), now=now, hours=figures_on(day).box_return_hours)
