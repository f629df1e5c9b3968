"""Handing a day's orders out as a file: within the actor's scope, masked, and on the audit trail."""

import hashlib
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.orders import exports, queries
from mealroute.residents.models import Resident
from mealroute.residents.records import ExportedFile


def export_orders(
    db: Session, day: date, slot: MealSlot, *, kind: Literal["csv", "xlsx"], by: Actor, clock: Clock, reason: str = ""
) -> ExportedFile:
    """The orders of a day and slot as ``csv`` or ``xlsx``. The audit keeps who, why, how many rows and the file's SHA-256."""
    orders = queries.orders_on(db, day, slot, scope=by.scope)
    names = dict(db.execute(select(Resident.id, Resident.name)).tuples().all())
    dishes = {dish.code: dish for dish in menus.dishes(db)}
    table = exports.orders_table(orders, names=names, streets=street_names(db), dishes=dishes)
    about = (
        (_("Taken by"), by.name), (_("On"), clock.local(clock.now()).isoformat(" ", "minutes")), (_("For"), day.isoformat()),
        (_("Reason"), reason.strip()), (_("Rows"), str(len(orders))),
    )  # fmt: skip
    content = exports.orders_csv(table) if kind == "csv" else exports.orders_xlsx(table, about)
    digest = hashlib.sha256(content).hexdigest()
    audit.record(
        db, by=by, clock=clock, action="orders.exported", subject=f"book/{day}/{slot}", reason=reason.strip(),
        detail={"kind": kind}, rows=len(orders), digest=digest,
    )  # fmt: skip
    return ExportedFile(f"orders-{day.isoformat()}-{slot}.{kind}", content, len(orders), digest)
