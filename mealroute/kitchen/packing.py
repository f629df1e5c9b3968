"""The packing bench: which trip is next, which is late, and the tick of the person who packed it."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.errors import Conflict, Forbidden, NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.kitchen import queries, rules
from mealroute.kitchen.models import PackedTrip
from mealroute.kitchen.records import BenchTrip, PackingTrip, PlannedPortion, Tick, TripState
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanState, PlanVersionId, PlanVersionSummary

Key = tuple[str, int]
"""A trip of the meal: vehicle and its n-th loading."""


def bench(
    db: Session, version: PlanVersionSummary, trips: tuple[PackingTrip, ...], *, scope: Scope, clock: Clock
) -> tuple[BenchTrip, ...]:
    """The trips in the order in which they load, each with where it stands now.

    ``trips`` are those within ``scope``; of a trip that serves several streets somebody may hold only a part.
    """
    if scope.through_runs().streets is None:
        whole = {(trip.vehicle_code, trip.trip): trip.content for trip in trips}
    else:
        whole = _contents(queries.planned_portions(db, version.id))
    ticked = ticks(db, version.day, str(version.slot))
    now_s = int((clock.now() - at_seconds(version.day, 0, clock.zone)).total_seconds())
    found = [
        BenchTrip(trip=trip, tick=tick, state=rules.trip_state(trip, whole[key], tick, now_s))
        for trip in trips
        for key in [(trip.vehicle_code, trip.trip)]
        for tick in [ticked.get(key)]
    ]
    return tuple(sorted(found, key=lambda each: (each.trip.load_at_s, each.trip.pack_from_s, each.trip.route)))


def ticks(db: Session, day: date, slot: str) -> dict[Key, Tick]:
    """The tick that holds for each trip of a meal that has one."""
    query = select(PackedTrip).where(PackedTrip.day == day, PackedTrip.slot == slot).order_by(PackedTrip.number)
    return {
        (row.vehicle_code, row.trip): Tick(
            number=row.number, content=row.content, portions=row.portions, packed=row.packed, by_name=row.by_name, at=row.at
        )
        for row in db.scalars(query)
    }  # fmt: skip


def tick(
    db: Session,
    version_id: PlanVersionId,
    *,
    vehicle_code: str,
    trip: int,
    content: str,
    packed: bool,
    by: Actor,
    clock: Clock,
) -> bool:
    """Tick a trip as packed, or take the tick back. True = written, False = it stood like this already.

    Raises
    ------
    MealrouteError
        ``plan-not-published``, ``trip-not-found``, ``trip-not-whole`` (part of it lies beyond the person's reach),
        ``trip-changed`` (the boxes' content is no longer what the page showed).
    """
    version = planning.summary(db, version_id)
    if version.state is not PlanState.PUBLISHED:
        raise Conflict(
            "plan-not-published",
            _("Boxes are packed for a published plan."),
            _("Load the page again for the newest one."),
        )
    found = _trip(db, version_id, vehicle_code, trip, by)
    if packed and found.content != content:
        raise Conflict(
            "trip-changed",
            _("What goes into these boxes has changed since the page was loaded."),
            _("Load the page again and pack what it shows now."),
        )
    held = ticks(db, version.day, str(version.slot)).get((vehicle_code, trip))
    if held is not None and (held.packed, held.content) == (packed, found.content):
        return False
    if held is None and not packed:
        return False
    row = {
        "day": version.day, "slot": str(version.slot), "vehicle_code": vehicle_code, "trip": trip,
        "number": 1 if held is None else held.number + 1, "kitchen_code": found.kitchen_code, "content": found.content,
        "portions": found.portions, "packed": packed, "by_name": by.name[:80], "at": clock.now(),
    }  # fmt: skip
    if not insert_new(db, PackedTrip, [row], PackedTrip.id, PackedTrip.number):
        return False  # somebody else was a moment quicker; the page shows whose tick stands
    audit.record(
        db, by=by, clock=clock, action="kitchen.packed" if packed else "kitchen.unpacked", subject=f"plan/{version_id}",
        detail={"vehicle": vehicle_code, "trip": trip, "portions": found.portions},
    )  # fmt: skip
    return True


def late(trips: tuple[BenchTrip, ...]) -> tuple[BenchTrip, ...]:
    """The trips that should be packed by now and are not, or that have changed since they were."""
    return tuple(each for each in trips if each.state in {TripState.LATE, TripState.CHANGED})


def _trip(db: Session, version_id: PlanVersionId, vehicle_code: str, trip: int, by: Actor) -> PackingTrip:
    mine = rules.packing(_of(db, version_id, vehicle_code, trip, scope=by.scope))
    if not mine:
        raise NotFound("trip-not-found", _("There is no such trip in this plan."))
    if mine[0].content != rules.packing(_of(db, version_id, vehicle_code, trip))[0].content:
        raise Forbidden("trip-not-whole", _("Part of this trip serves people beyond your reach; its kitchen ticks it."))
    return mine[0]


def _of(
    db: Session, version_id: PlanVersionId, vehicle_code: str, trip: int, *, scope: Scope | None = None
) -> list[PlannedPortion]:
    rows = queries.planned_portions(db, version_id, scope=scope)
    return [row for row in rows if (row.vehicle_code, row.trip) == (vehicle_code, trip)]


def _contents(rows: tuple[PlannedPortion, ...]) -> dict[Key, str]:
    parts: dict[Key, list[PlannedPortion]] = defaultdict(list)
    for row in rows:
        parts[row.vehicle_code, row.trip].append(row)
    return {key: rules.content_of(part) for key, part in parts.items()}
