"""Use-cases of the draft board. Every write names the revision that the person saw, so that nobody overwrites unseen."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.drafting import build, changing, grounding, loading, queries, rules, storing, viewing
from mealroute.drafting.alterations import SUPPOSED, UNIT
from mealroute.drafting.changes import Change, VehicleIn
from mealroute.drafting.changing import Applied
from mealroute.drafting.evaluate import Evaluation
from mealroute.drafting.loading import Standing
from mealroute.drafting.models import DraftEdit, PlanDraft
from mealroute.drafting.records import Answer, Arrangement, DraftId, DraftState, EditKind, Ground
from mealroute.orders.records import BookLineId
from mealroute.planning import queries as planning
from mealroute.planning import service as plans
from mealroute.planning.build import MatrixOf
from mealroute.planning.records import PlanOutput, PlanState, PlanVersionId, PlanVersionRecord, RouteLine, VisitKind
from solver.cost import cost_terms, number
from solver.plan import Plan, Unassigned


def open_draft(
    db: Session,
    version_id: PlanVersionId,
    *,
    matrix_of: MatrixOf,
    by: Actor,
    clock: Clock,
    done: Collection[BookLineId] = (),
    drop: str = "",
) -> DraftId:
    """A working copy of a version; the open one where that is its base already.

    Trips of a published plan that have been loaded by now, and those with a line in ``done`` (its handover is recorded), are
    *under way* and stay as they are. ``drop`` (a reason) ends a draft that stands on another version; without it that is a Conflict.
    """
    version = planning.version(db, version_id)
    standing = queries.open_row_of(db, version.day, version.slot)
    if standing is not None and standing.base_version_id == version_id:
        return DraftId(standing.id)
    if standing is not None and not drop.strip():
        raise Conflict(
            "draft-open", _("%(by)s has a draft open on another version.", by=standing.opened_by),
            _("Go on with that one, or drop it with a reason."), draft=standing.id,
        )  # fmt: skip
    if standing is not None:
        drop_draft(db, DraftId(standing.id), drop, by=by, clock=clock)
    ground = grounding.build(db, version.day, version.slot, matrix_of=matrix_of, parent=version_id)
    arrangement = _under_way(build.of_version(ground, version), version, ground, done, clock)
    row = PlanDraft(
        day=version.day, slot=str(version.slot), base_version_id=version_id, state=DraftState.OPEN, revision=0, opened_by=by.name,
        opened_at=clock.now(), closed_by="", close_reason="",
    )  # fmt: skip
    db.add(row)
    db.flush()
    stored = grounding.keep(db, DraftId(row.id), ground)
    db.add(
        DraftEdit(
            draft_id=row.id, revision=0, kind=EditKind.OPENED, detail={"version": version.number}, stops=[], vehicles=[],
            arrangement=storing.pack_arrangement(arrangement), ground_id=stored.id, shows=0, parent=None, redo=[],
            account_id=by.account_id, by_name=by.name, at=clock.now(),
        )
    )  # fmt: skip
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="drafting.opened", subject=f"draft/{row.id}", detail={"version": version_id}
    )
    return DraftId(row.id)


def edit(
    db: Session,
    draft_id: DraftId,
    change: Change,
    *,
    seen: int,
    by: Actor,
    clock: Clock,
    matrix_of: MatrixOf | None = None,
) -> Answer:
    """Carry out one change on the newest state, if nobody touched the same stops or routes since ``seen``.

    Raises
    ------
    Conflict
        ``draft-moved-on`` (``facts``: by, kind, revision), or a lock or an ended draft is in the way.
    """
    row = loading.open_row(db, draft_id)
    _require_unmoved(db, row, change, seen)
    at = loading.standing(db, row)
    if isinstance(change, VehicleIn) and _unknown(at.ground, change):
        return _put_in(db, row, at, change, seen=seen, by=by, clock=clock, matrix_of=matrix_of)
    done = changing.apply(at.ground, at.now, change)
    return _written(db, row, at, done, seen=seen, by=by, clock=clock)


def undo(db: Session, draft_id: DraftId, *, seen: int, by: Actor, clock: Clock) -> Answer:
    """Take the last change back, whoever made it; orders in the book stay as they are. ``seen`` must be the newest revision."""
    row = loading.open_row(db, draft_id)
    _require_newest(db, row, seen)
    at = loading.standing(db, row)
    shown = _edit_at(db, row, at.edit.shows)
    if shown.parent is None:
        raise Conflict("nothing-to-undo", _("There is nothing to undo: this is how the draft was opened."))
    back = _edit_at(db, row, shown.parent)
    detail = {"revision": shown.revision, "kind": shown.kind, "by": shown.by_name}
    return _turned(db, row, at, back, EditKind.UNDONE, detail, [*at.edit.redo, shown.revision], by=by, clock=clock)


def redo(db: Session, draft_id: DraftId, *, seen: int, by: Actor, clock: Clock) -> Answer:
    """Do again what was undone last, as long as nothing else was changed since."""
    row = loading.open_row(db, draft_id)
    _require_newest(db, row, seen)
    at = loading.standing(db, row)
    if not at.edit.redo:
        raise Conflict("nothing-to-redo", _("There is nothing to redo."))
    again = _edit_at(db, row, at.edit.redo[-1])
    detail = {"revision": again.revision, "kind": again.kind, "by": again.by_name}
    return _turned(db, row, at, again, EditKind.REDONE, detail, at.edit.redo[:-1], by=by, clock=clock)


def take_in_orders(db: Session, draft_id: DraftId, *, matrix_of: MatrixOf, by: Actor, clock: Clock) -> Answer:
    """Bring the draft up to date with the book and the fleet: what is new is unassigned, what is gone leaves its route."""
    row = loading.open_row(db, draft_id)
    at = loading.standing(db, row)
    before = at.ground
    ground = grounding.build(
        db, row.day, MealSlot(row.slot), matrix_of=matrix_of, parent=PlanVersionId(row.base_version_id), before=before, assumes=before.assumes
    )  # fmt: skip
    had, has = set(before.orders.values()), set(ground.orders.values())
    detail = {"added": len(has - had), "gone": len(had - has)}
    return regrounded(
        db, row, at, ground, at.arrangement, EditKind.ORDERS_CHANGED, detail, seen=row.revision, by=by, clock=clock
    )


def save(
    db: Session,
    draft_id: DraftId,
    *,
    lines: Sequence[RouteLine] = (),
    confirmed: Mapping[int, str] | None = None,
    by: Actor,
    clock: Clock,
) -> PlanVersionId:
    """End the draft as the next plan version, checked anew and with its violations.

    ``confirmed``: for each thing that the draft supposes (its place in ``view.assumes``) how it was made true. Raises Conflict
    ``draft-outdated`` where the book has changed, ``assumptions-open`` where one is not confirmed.
    """
    row = loading.open_row(db, draft_id)
    at = loading.standing(db, row)
    if viewing.outdated(db, row, at):
        raise Conflict(
            "draft-outdated",
            _("The order book has changed since the draft took it in."),
            _("Take the orders in first."),
        )
    supposed = [each for each in at.ground.assumes if each["kind"] in SUPPOSED]
    told = {n: text.strip() for n, text in (confirmed or {}).items()}
    if any(not told.get(n) for n in range(len(supposed))):
        raise Conflict(
            "assumptions-open",
            _("The draft supposes something that nobody has made true yet."),
            _("Say for each how it was arranged."),
        )
    view = viewing.view_of(db, at)
    sentences = {each.stop: (each.sentence, each.code) for each in view.unplaced if each.stop is not None}
    plan = Plan(at.now.plan.routes, tuple(Unassigned(stop, *sentences[stop]) for stop in at.now.unplaced))
    version_id = plans.save_draft(
        db,
        replace(at.now.given, parent_id=PlanVersionId(row.base_version_id)),
        _output(at.now, plan),
        lines=lines,
        by=by,
        clock=clock,
    )
    _end(row, DraftState.SAVED, "", by=by, clock=clock)
    row.version_id = version_id
    audit.record(
        db, by=by, clock=clock, action="drafting.saved", subject=f"draft/{row.id}", reason="; ".join(told.values()),
        detail={"version": version_id, "revision": row.revision},
    )  # fmt: skip
    return version_id


def drop_draft(db: Session, draft_id: DraftId, reason: str, *, by: Actor, clock: Clock) -> None:
    """End a draft without a version; its trail stays. Needs a reason once anything was changed."""
    row = loading.open_row(db, draft_id)
    if row.revision and not reason.strip():
        raise MealrouteError("reason-needed", _("Say why the draft is dropped."))
    _end(row, DraftState.DROPPED, reason.strip(), by=by, clock=clock)
    audit.record(db, by=by, clock=clock, action="drafting.dropped", subject=f"draft/{row.id}", reason=reason.strip())


# -- what the use-cases share -------------------------------------------------------------------------------------------


def regrounded(
    db: Session, row: PlanDraft, at: Standing, ground: Ground, arrangement: Arrangement, kind: EditKind, detail: Mapping[str, Any], *, seen: int, by: Actor, clock: Clock
) -> Answer:  # fmt: skip
    """Go on with another ground: what is no longer there leaves the arrangement."""
    problem = ground.given.built.problem
    kept = rules.projected(arrangement, {stop.id for stop in problem.stops}, {v.id for v in problem.vehicles})
    stored = grounding.keep(db, DraftId(row.id), ground)
    done = Applied(arrangement=build.numbered(kept), kind=kind, detail=detail)
    return _written(db, row, at, done, seen=seen, by=by, clock=clock, ground_id=stored.id)


def _written(
    db: Session, row: PlanDraft, at: Standing, done: Applied, *, seen: int, by: Actor, clock: Clock, ground_id: int | None = None
) -> Answer:  # fmt: skip
    """Add the change to the trail and answer with what it did."""
    shows = row.revision + 1
    moved = _moved(at.arrangement, done.arrangement)
    edit = DraftEdit(
        draft_id=row.id, revision=shows, kind=done.kind, detail=dict(done.detail), stops=sorted(done.stops | moved),
        vehicles=sorted(done.vehicles), arrangement=storing.pack_arrangement(done.arrangement),
        ground_id=ground_id if ground_id is not None else at.edit.ground_id, shows=shows, parent=at.edit.shows, redo=[],
        account_id=by.account_id, by_name=by.name, at=clock.now(),
    )  # fmt: skip
    return _added(db, row, at, edit, seen=seen)


def _turned(
    db: Session, row: PlanDraft, at: Standing, to: DraftEdit, kind: EditKind, detail: Mapping[str, Any], redo_of: Sequence[int], *, by: Actor, clock: Clock
) -> Answer:  # fmt: skip
    """Show an earlier state again, on today's ground: orders that came or went since stay as they are now."""
    problem = at.ground.given.built.problem
    earlier = storing.unpack_arrangement(to.arrangement)
    fit = rules.projected(earlier, {stop.id for stop in problem.stops}, {vehicle.id for vehicle in problem.vehicles})
    fit = replace(
        build.numbered(replace(fit, numbers={**at.arrangement.numbers, **fit.numbers})),
        under_way=at.arrangement.under_way,
    )
    edit = DraftEdit(
        draft_id=row.id, revision=row.revision + 1, kind=kind, detail=dict(detail), stops=sorted(_moved(at.arrangement, fit)), vehicles=[],
        arrangement=storing.pack_arrangement(fit), ground_id=at.edit.ground_id, shows=to.shows, parent=None, redo=list(redo_of),
        account_id=by.account_id, by_name=by.name, at=clock.now(),
    )  # fmt: skip
    return _added(db, row, at, edit, seen=row.revision)


def _added(db: Session, row: PlanDraft, at: Standing, edit: DraftEdit, *, seen: int) -> Answer:
    db.add(edit)
    row.revision = edit.revision
    db.flush()
    after = loading.standing(db, row)
    vehicles = viewing.changed_vehicles(at.now, after.now)
    shown = vehicles
    if seen != at.edit.revision:
        shown |= viewing.changed_vehicles(loading.standing(db, row, at=seen).now, after.now)
    return Answer(
        view=viewing.view_of(db, after), changed=shown, impact=viewing.effects(at.now, after.now, vehicles),
        others=queries.between(db, DraftId(row.id), seen, at.edit.revision), new_broken=viewing.new_faults(at.now, after.now),
    )  # fmt: skip


def _put_in(
    db: Session, row: PlanDraft, at: Standing, change: VehicleIn, *, seen: int, by: Actor, clock: Clock, matrix_of: MatrixOf | None
) -> Answer:  # fmt: skip
    """A vehicle of the register that the roster left behind: the ground is built again with it."""
    if matrix_of is None or not change.driver_code:
        raise MealrouteError("driver-needed", _("Say who drives it."), _("Choose a driver who is free that day."))
    pair = {"kind": UNIT, "vehicle": change.vehicle_code, "driver": change.driver_code}
    ground = grounding.build(
        db, row.day, MealSlot(row.slot), matrix_of=matrix_of, parent=PlanVersionId(row.base_version_id), before=at.ground, assumes=(*at.ground.assumes, pair)
    )  # fmt: skip
    vehicle = next((v for v in ground.given.built.vehicles if v.vehicle_code == change.vehicle_code), None)
    if vehicle is None:
        raise MealrouteError(
            "vehicle-no-kitchen", _("No kitchen cooks where this vehicle loads."), _("Choose another vehicle.")
        )
    detail = {"vehicle": vehicle.number, "driver": change.driver_code}
    return regrounded(db, row, at, ground, at.arrangement, EditKind.VEHICLE_IN, detail, seen=seen, by=by, clock=clock)


def _unknown(ground: Ground, change: VehicleIn) -> bool:
    known = {vehicle.vehicle_code for vehicle in ground.given.built.vehicles}
    return change.vehicle_code not in known


def _require_unmoved(db: Session, row: PlanDraft, change: Change, seen: int) -> None:
    if seen > row.revision:
        raise Conflict("revision-unknown", _("This page shows another draft."), _("Load the page again."))
    stops, vehicles = changing.touches(change)
    for other in queries.between(db, DraftId(row.id), seen, row.revision):
        if other.stops & stops or other.vehicles & vehicles:
            raise Conflict(
                "draft-moved-on", _("%(by)s has just changed the same stops or route.", by=other.by),
                _("Look at what changed, then try again."), by=other.by, kind=str(other.kind), revision=other.revision,
            )  # fmt: skip


def _require_newest(db: Session, row: PlanDraft, seen: int) -> None:
    if seen != row.revision:
        others = queries.between(db, DraftId(row.id), seen, row.revision)
        by = others[-1].by if others else ""
        raise Conflict(
            "draft-moved-on", _("%(by)s has changed the draft in the meantime.", by=by), _("Look at what changed, then try again."), by=by
        )  # fmt: skip


def _edit_at(db: Session, row: PlanDraft, revision: int) -> DraftEdit:
    return db.scalars(select(DraftEdit).where(DraftEdit.draft_id == row.id, DraftEdit.revision == revision)).one()


def _moved(before: Arrangement, after: Arrangement) -> frozenset[int]:
    """Stops that have another vehicle, or none, or one again."""
    one = {stop: route.vehicle for route in before.routes for stop in route.stops}
    other = {stop: route.vehicle for route in after.routes for stop in route.stops}
    return frozenset(stop for stop in one.keys() | other.keys() if one.get(stop) != other.get(stop))


def _output(now: Evaluation, plan: Plan) -> PlanOutput:
    problem = now.given.built.problem
    terms = cost_terms(problem, plan)
    return PlanOutput(
        plan=plan, violations=now.violations, cost=round(terms.cost), familiarity=round(number(terms.familiarity)), seconds=0.0,
        engine=build.MANUAL, seed=0,
    )  # fmt: skip


def _end(row: PlanDraft, state: DraftState, reason: str, *, by: Actor, clock: Clock) -> None:
    row.state, row.closed_by, row.closed_at, row.close_reason = state, by.name, clock.now(), reason


def _under_way(
    arrangement: Arrangement, version: PlanVersionRecord, ground: Ground, done: Iterable[BookLineId], clock: Clock
) -> Arrangement:
    """Mark what a published plan has on the road by now, and hold its start."""
    if version.summary.state is not PlanState.PUBLISHED:
        return arrangement
    now_s = int((clock.now() - at_seconds(version.day, 0, clock.zone)).total_seconds())
    vehicles = {vehicle.vehicle_code: vehicle.number for vehicle in ground.given.built.vehicles}
    stop_of = {line: stop.number for stop in ground.given.built.stops for line in stop.lines}
    finished = set(done)
    way: set[int] = set()
    starts: dict[int, int] = {}
    for route in version.routes:
        left = {v.trip for v in route.visits if v.kind in {VisitKind.START, VisitKind.RELOAD} and v.begin_s <= now_s}
        left |= {v.trip for v in route.visits if finished & set(v.lines)}
        lines = [line for visit in route.visits if visit.trip in left for line in visit.lines]
        way |= {stop_of[line] for line in lines if line in stop_of}
        if lines and route.vehicle_code in vehicles:
            starts[vehicles[route.vehicle_code]] = route.visits[0].begin_s
    return replace(arrangement, under_way=frozenset(way), starts=starts)
