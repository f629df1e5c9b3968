"""What the kitchen asks for: the counts, packing lists and labels of a plan version."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.kitchen import queries, rules
from mealroute.kitchen.figures import figures_on
from mealroute.kitchen.records import KitchenSheet, PackingTrip, PlannedPortion, ProductionSheet
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanVersionId, PlanVersionSummary
from mealroute.vendors import queries as vendors


def production(db: Session, version_id: PlanVersionId, *, scope: Scope | None = None) -> ProductionSheet:
    """Everything the kitchens need for one version; ``scope`` limits it to a kitchen's, a vendor's or a street's own.

    Raises NotFound for an unknown version.
    """
    version = planning.summary(db, version_id)
    rows = queries.planned_portions(db, version_id, scope=scope)
    by_kitchen: dict[str, list[PlannedPortion]] = defaultdict(list)
    for row in rows:
        by_kitchen[row.kitchen_code].append(row)
    sheets = []
    for kitchen in vendors.kitchens(db):
        part = by_kitchen.pop(kitchen.code, [])
        if not part:
            continue
        batches = rules.batches(part)
        sheets.append(
            KitchenSheet(
                kitchen_code=kitchen.code, kitchen_name=kitchen.name, capacity=kitchen.daily_capacity,
                cooked_at_s=batches[0].cooked_at_s, ready_at_s=batches[0].ready_at_s, eat_by_s=batches[0].eat_by_s,
                portions=sum(row.quantity for row in part), dishes=rules.dish_counts(part), groups=rules.diet_groups(part),
                departures=rules.departures(part), batches=batches,
            )
        )  # fmt: skip
    if by_kitchen:
        raise ValueError(f"routes load at unknown kitchens: {sorted(by_kitchen)}")
    return ProductionSheet(
        day=version.day, slot=version.slot, version=version.number, portions=sum(row.quantity for row in rows),
        kitchens=tuple(sheets), packing=packing_of(version, rows), labels=rules.labels(rows),
    )  # fmt: skip


def packing_of(version: PlanVersionSummary, rows: Sequence[PlannedPortion]) -> tuple[PackingTrip, ...]:
    """The packing lists of some portions of a version, timed by the district's figures of that day."""
    return rules.packing(rows, figures_on(version.day).pace)
