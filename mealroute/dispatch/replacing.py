"""A new version beside the published one, as it is driven: vendors may have put other drivers on their runs. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.clock import Clock
from mealroute.dispatch import transfers
from mealroute.dispatch.models import Run
from mealroute.dispatch.under_way import Doors, on_the_road, under_way
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineId
from mealroute.planning import queries as planning
from mealroute.planning.change_records import Changes, Meal
from mealroute.planning.changes import compare
from mealroute.planning.opened import opened
from mealroute.planning.records import PlanVersionId, PlanVersionRecord, RouteRecord
from mealroute.planning.violations import PlanViolation


@dataclass(frozen=True, slots=True)
class Replacement:
    """Both versions as driven, what differs, and what is under way and would be changed."""

    old: PlanVersionRecord
    new: PlanVersionRecord
    changes: Changes
    under_way: tuple[PlanViolation, ...]
    on_the_road: frozenset[str]
    """Vehicles whose run is loaded or done in part: they go on with it, whatever became of papers since."""

    @property
    def newly_given(self) -> tuple[RouteRecord, ...]:
        """Routes of the new version that are handed to somebody now, rather than driven on."""
        return tuple(route for route in self.new.routes if route.vehicle_code not in self.on_the_road)


def replacement(
    db: Session, old_id: PlanVersionId, new_id: PlanVersionId, *, doors: Doors, clock: Clock
) -> Replacement:
    """What publishing ``new_id`` in the place of ``old_id`` would change now."""
    planned, new = planning.version(db, old_id), planning.version(db, new_id)
    runs = db.scalars(select(Run).where(Run.version_id == old_id)).all()
    old = with_hands(db, as_driven(planned, runs), runs)
    new = replace(new, routes=tuple(_carried(route, planned.routes, old.routes) for route in new.routes))
    meals = meals_of(db, (old, new))
    now_s = seconds_into(old.day, clock.local(clock.now()))
    going = frozenset(route.vehicle_code for route in old.routes if on_the_road(route, doors, now_s))
    found = under_way(old, new, meals, doors, now_s=now_s)
    return Replacement(old, new, compare(old, new, meals), found, going)


def changes_between(db: Session, old_id: PlanVersionId, new_id: PlanVersionId) -> Changes:
    """What differs between any two versions of one meal, as planned."""
    old, new = planning.version(db, old_id), planning.version(db, new_id)
    return compare(old, new, meals_of(db, (old, new)))


def as_driven(version: PlanVersionRecord, runs: Sequence[Run]) -> PlanVersionRecord:
    """The version with the driver and vehicle of each run in the place of the planned ones."""
    by_route = {run.route_id: run for run in runs}
    return replace(
        version,
        routes=tuple(
            replace(route, driver_code=by_route[route.id].driver_code, vehicle_code=by_route[route.id].vehicle_code)
            if route.id in by_route
            else route
            for route in version.routes
        ),
    )


def with_hands(db: Session, version: PlanVersionRecord, runs: Sequence[Run]) -> PlanVersionRecord:
    """The version with the stops that changed hands on the road where they are now, routes opened for them last.

    What a person has taken over is on no route.
    """
    given = transfers.of_versions(db, [version.id])
    if not given:
        return version
    by_run = {run.route_id: run.id for run in runs}
    every = (*version.routes, *opened(db, [version.id]))
    routes = {by_run[route.id]: route for route in every if route.id in by_run}
    found = transfers.routes_driven(db, routes, given, version.routes)
    return replace(version, routes=tuple(found.get(by_run.get(route.id, 0), route) for route in every))


def meals_of(db: Session, versions: Iterable[PlanVersionRecord]) -> dict[int, Meal]:
    """What a comparison needs to know about every line of the versions."""
    wanted = {line for each in versions for route in each.routes for visit in route.visits for line in visit.lines}
    wanted |= {left.book_line_id for each in versions for left in each.unassigned}
    return {
        int(line.line_id): Meal(
            order_id=int(line.order_id), portions=line.quantity, diets=tuple(line.diets), dish_code=line.dish_code or "", size=str(line.size)
        )
        for line in orders.lines(db, [BookLineId(line) for line in wanted]).values()
    }  # fmt: skip


def seconds_into(day: date, now: datetime) -> int:
    """Seconds from the midnight of ``day`` to the local time ``now``; negative before that day."""
    return (now.date() - day).days * 86_400 + now.hour * 3600 + now.minute * 60 + now.second


def _carried(route: RouteRecord, planned: Sequence[RouteRecord], driven: Sequence[RouteRecord]) -> RouteRecord:
    """A route that was planned for the same driver and vehicle before keeps those whom the vendor has put there since."""
    for before, now in zip(
        planned, driven, strict=False
    ):  # what was opened on the road comes last and was never planned
        if (before.driver_code, before.vehicle_code) == (route.driver_code, route.vehicle_code):
            return replace(route, driver_code=now.driver_code, vehicle_code=now.vehicle_code)
    return route
