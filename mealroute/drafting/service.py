"""Use-cases of the draft board. Every write names the revision that the person saw, so that nobody overwrites unseen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.drafting import build, changing, grounding, loading, opening, queries, storing, viewing, writing
from mealroute.drafting.alterations import SUPPOSED, UNIT
from mealroute.drafting.changes import Change, ChangeDriver, VehicleIn
from mealroute.drafting.evaluate import Evaluation, evaluate
from mealroute.drafting.loading import Standing
from mealroute.drafting.models import DraftEdit, PlanDraft
from mealroute.drafting.records import Answer, DraftId, DraftState, EditKind, Ground
from mealroute.orders.records import BookLineId
from mealroute.planning import queries as planning
from mealroute.planning import service as plans
from mealroute.planning import why
from mealroute.planning.build import MatrixOf
from mealroute.planning.records import PlanOutput, PlanVersionId, RouteLine
from mealroute.vendors import driver_papers
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
    together = grounding.stops_of_version(db, version)
    ground = grounding.build(db, version.day, version.slot, matrix_of=matrix_of, parent=version_id, together=together)
    arrangement = opening.under_way(build.of_version(ground, version), version, ground, done, clock)
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
    MealrouteError
        ``driver-papers-over``: the driver named has a paper that ran out, and what the change itself refuses.
    """
    row = loading.open_row(db, draft_id)
    writing.require_unmoved(db, row, change, seen)
    if isinstance(change, VehicleIn | ChangeDriver) and change.driver_code:
        _refuse_without_papers(db, row.day, change.driver_code)
    at = loading.standing(db, row)
    if isinstance(change, VehicleIn) and _unknown(at.ground, change):
        return _put_in(db, row, at, change, seen=seen, by=by, clock=clock, matrix_of=matrix_of)
    done = changing.apply(at.ground, at.now, change)
    return writing.written(db, row, at, done, seen=seen, by=by, clock=clock)


def undo(db: Session, draft_id: DraftId, *, seen: int, by: Actor, clock: Clock) -> Answer:
    """Take the last change back, whoever made it; orders in the book stay as they are. ``seen`` must be the newest revision."""
    row = loading.open_row(db, draft_id)
    writing.require_newest(db, row, seen)
    at = loading.standing(db, row)
    shown = writing.edit_at(db, row, at.edit.shows)
    if shown.parent is None:
        raise Conflict("nothing-to-undo", _("There is nothing to undo: this is how the draft was opened."))
    back = writing.edit_at(db, row, shown.parent)
    detail = {"revision": shown.revision, "kind": shown.kind, "by": shown.by_name}
    return writing.turned(
        db, row, at, back, EditKind.UNDONE, detail, [*at.edit.redo, shown.revision], by=by, clock=clock
    )


def redo(db: Session, draft_id: DraftId, *, seen: int, by: Actor, clock: Clock) -> Answer:
    """Do again what was undone last, as long as nothing else was changed since."""
    row = loading.open_row(db, draft_id)
    writing.require_newest(db, row, seen)
    at = loading.standing(db, row)
    if not at.edit.redo:
        raise Conflict("nothing-to-redo", _("There is nothing to redo."))
    again = writing.edit_at(db, row, at.edit.redo[-1])
    detail = {"revision": again.revision, "kind": again.kind, "by": again.by_name}
    return writing.turned(db, row, at, again, EditKind.REDONE, detail, at.edit.redo[:-1], by=by, clock=clock)


def take_in_orders(db: Session, draft_id: DraftId, *, matrix_of: MatrixOf, by: Actor, clock: Clock) -> Answer:
    """Bring the draft up to date with the book and the fleet: what is new is unassigned, what is gone leaves its route."""
    row = loading.open_row(db, draft_id)
    at = loading.standing(db, row)
    ground, detail = grounding.renewed(db, row, at.ground, matrix_of=matrix_of)
    return writing.regrounded(
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
    at = replace(at, now=evaluate(at.ground, at.arrangement))  # checked from scratch, whatever was remembered
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
    left = tuple(Unassigned(stop, *sentences[stop]) for stop in at.now.unplaced)
    plan = why.explained(at.now.given, Plan(at.now.plan.routes, left))
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
    return writing.regrounded(
        db, row, at, ground, at.arrangement, EditKind.VEHICLE_IN, detail, seen=seen, by=by, clock=clock
    )


def _refuse_without_papers(db: Session, day: date, driver_code: str) -> None:
    """Whose health certificate or training has run out is put on no route of that day; the reason is told at once, not at publishing."""
    held = next((each for each in driver_papers.held_back(db, day) if each.code == driver_code), None)
    if held is not None:
        raise MealrouteError(
            "driver-papers-over", _("%(code)s may not drive that day: %(why)s.", code=held.code, why=held.why),
            _("Choose somebody else, or put the new paper on file first."),
        )  # fmt: skip


def _unknown(ground: Ground, change: VehicleIn) -> bool:
    known = {vehicle.vehicle_code for vehicle in ground.given.built.vehicles}
    return change.vehicle_code not in known


def _output(now: Evaluation, plan: Plan) -> PlanOutput:
    problem = now.given.built.problem
    terms = cost_terms(problem, plan)
    return PlanOutput(
        plan=plan, violations=now.violations, cost=round(terms.cost), familiarity=round(number(terms.familiarity)), seconds=0.0,
        engine=build.MANUAL, seed=0,
    )  # fmt: skip


def _end(row: PlanDraft, state: DraftState, reason: str, *, by: Actor, clock: Clock) -> None:
    row.state, row.closed_by, row.closed_at, row.close_reason = state, by.name, clock.now(), reason
