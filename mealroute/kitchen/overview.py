"""Where a kitchen's day stands: what is due, what was out of range. The kitchen's page shows it first, today's board when overdue."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock
from mealroute.core.slots import MealSlot
from mealroute.kitchen import boxes, log_queries, packing, queries, reminders, service
from mealroute.kitchen.figures import figures_on
from mealroute.kitchen.log_records import Due, DueState, WatchRecord
from mealroute.kitchen.records import BenchTrip
from mealroute.planning import queries as planning


@dataclass(frozen=True, slots=True, kw_only=True)
class KitchenDay:
    """Reminders by urgency, open watch items of any day, and trips that are late or have changed since they were packed."""

    due: tuple[Due, ...]
    watches: tuple[WatchRecord, ...]
    late: tuple[BenchTrip, ...]

    @property
    def overdue(self) -> tuple[Due, ...]:
        return tuple(each for each in self.due if each.state is DueState.OVERDUE)

    @property
    def now(self) -> tuple[Due, ...]:
        """What can be done at this moment; what lies ahead is left out."""
        return tuple(each for each in self.due if each.state is not DueState.AHEAD)

    @property
    def alarms(self) -> int:
        return len(self.overdue) + len(self.watches) + len(self.late)


def overview(db: Session, day: date, slot: MealSlot, *, scope: Scope, clock: Clock, kitchen: str = "") -> KitchenDay:
    """Everything that a kitchen, its vendor or the district's desk has to look at; ``kitchen`` narrows it down to one.

    Reminders are about whole kitchens: whoever reaches only some streets is reminded of the kitchens that cook for them.
    """
    version = planning.latest(db, day, slot)
    now = clock.now()
    rows = queries.planned_portions(db, version.id, scope=scope) if version else ()
    rows = tuple(row for row in rows if kitchen in {"", row.kitchen_code})
    readings = log_queries.readings(db, day, day, scope=scope, slot=str(slot))
    samples = log_queries.samples(db, day, day, scope=scope, slot=str(slot))
    figures = figures_on(day)
    due = reminders.due_of_meal(rows, samples, readings, day=day, zone=clock.zone, now=now)
    held = reminders.due_holdings(rows, readings, figures, day=day, zone=clock.zone, now=now)
    away = [each for each in boxes.balances(db, day, scope=scope, now=now) if kitchen in {"", each.kitchen_code}]
    kept = [each for each in log_queries.kept_samples(db, scope=scope) if kitchen in {"", each.kitchen_code}]
    discards = reminders.due_discards(kept, figures, now)
    trips = service.packing_of(version, rows) if version else ()
    return KitchenDay(
        due=reminders.sorted_due((*due, *held, *discards, *reminders.due_boxes(away, figures))),
        watches=tuple(
            watch for watch in log_queries.watches(db, scope=scope) if kitchen in {"", watch.reading.kitchen_code}
        ),
        late=packing.late(packing.bench(db, version, trips, scope=scope, clock=clock)) if version else (),
    )
