"""Drivers' sheets after a change: only those that say something else than before, with what changed marked."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock
from mealroute.core.i18n import _
from mealroute.dispatch import queries
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import Manifest
from mealroute.dispatch.replacing import as_driven, meals_of
from mealroute.planning import queries as planning
from mealroute.planning.change_records import Meal, RouteChange, StopChangeKind
from mealroute.planning.changes import route_change
from mealroute.planning.pairing import jobs, pair_stops
from mealroute.planning.records import PlanVersionId, RouteRecord


def replaced_version(db: Session, version_id: PlanVersionId | int) -> PlanVersionId | None:
    """The version in whose place this one was put; None where it was published by itself."""
    before = select(Run.replaces_run_id).where(Run.version_id == version_id, Run.replaces_run_id.is_not(None))
    found = db.scalar(select(Run.version_id).where(Run.id.in_(before)).limit(1))
    return None if found is None else PlanVersionId(found)


def changed_sheets(
    db: Session,
    version_id: PlanVersionId,
    *,
    scope: Scope | None = None,
    clock: Clock,
    link_base: str = "",
    secret_key: str = "",
) -> tuple[Manifest, ...]:
    """The sheets of a version that differ from those that they replace, within the scope; none where it replaced nothing.

    A note says which sheet it replaces and what is gone from it; each stop that is new or changed is marked, and a stop whose
    boxes carry an earlier number names it.
    """
    before = replaced_version(db, version_id)
    if before is None:
        return ()
    runs = {run.id: run for run in db.scalars(select(Run).where(Run.version_id.in_([before, version_id])))}
    old = as_driven(planning.version(db, before), [run for run in runs.values() if run.version_id == before])
    new = as_driven(planning.version(db, version_id), [run for run in runs.values() if run.version_id == version_id])
    meals = meals_of(db, (old, new))
    old_routes, new_routes = ({route.id: route for route in each.routes} for each in (old, new))
    found = []
    for sheet in queries.manifests(db, version_id, scope=scope, link_base=link_base, secret_key=secret_key):
        run = runs[sheet.run_id]
        earlier = runs.get(run.replaces_run_id or 0)
        was = old_routes.get(earlier.route_id) if earlier else None
        if run.route_id not in new_routes:  # opened on the road since: it replaces nothing
            continue
        change = route_change(was, new_routes[run.route_id], meals)
        if change.touched:
            at = f"{clock.local(earlier.published_at):%H:%M}" if earlier else ""
            found.append(_marked(sheet, was, new_routes[run.route_id], change, meals, at=at, number=old.number))
    return tuple(found)


def _marked(
    sheet: Manifest, was: RouteRecord | None, now: RouteRecord, change: RouteChange, meals: Mapping[int, Meal], *, at: str, number: int
) -> Manifest:  # fmt: skip
    if was is None:
        return replace(sheet, note=_("New route: it replaces no earlier sheet."))
    notes = [_("Replaces the sheet of %(at)s (version %(n)d); hand the old one back.", at=at, n=number)]
    gone = [str(stop.old_stop) for stop in change.stops if stop.kind is StopChangeKind.GONE]
    if gone:
        notes.append(_("Gone from the old sheet: stop %(list)s.", list=_(", ").join(gone)))
    return replace(sheet, note=" ".join(notes), marks=_marks(was, now, change, meals))


def _marks(was: RouteRecord, now: RouteRecord, change: RouteChange, meals: Mapping[int, Meal]) -> dict[int, str]:
    """Visit → what is said below the stop's number, one word a line."""
    before, after = jobs(was), jobs(now)
    kept = pair_stops(before, after, {line: meal.order_id for line, meal in meals.items()})
    marks = {after[n].id: _("box %(n)d", n=m + 1) for n, m in kept.items() if n != m}
    for stop in change.stops:
        if stop.kind is not StopChangeKind.GONE:
            marks[stop.visit_id] = "\n".join(filter(None, (_word(stop.kind), marks.get(stop.visit_id, ""))))
    return marks


def _word(kind: StopChangeKind) -> str:
    match kind:
        case StopChangeKind.ADDED:
            return _("added")
        case StopChangeKind.CHANGED:
            return _("other meals")
        case StopChangeKind.REORDERED:
            return _("other place")
        case StopChangeKind.RETIMED:
            return _("Other time")
        case StopChangeKind.GONE:
            return _("gone")
