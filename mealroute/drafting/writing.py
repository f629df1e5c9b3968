"""How a change enters a draft's trail: appended with the arrangement after it, answered with what it did."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict
from mealroute.core.i18n import _
from mealroute.drafting import build, changing, grounding, loading, queries, rules, storing, viewing
from mealroute.drafting.changes import Change
from mealroute.drafting.changing import Applied
from mealroute.drafting.happenings import Happened
from mealroute.drafting.loading import Standing
from mealroute.drafting.models import DraftEdit, PlanDraft
from mealroute.drafting.records import Answer, Arrangement, DraftId, EditKind, Ground


def written(
    db: Session, row: PlanDraft, at: Standing, done: Applied, *, seen: int, by: Actor, clock: Clock, ground_id: int | None = None
) -> Answer:  # fmt: skip
    """Add the change to the trail and answer with what it did."""
    shows = row.revision + 1
    moved = rules.moved_stops(at.arrangement, done.arrangement)
    edit = DraftEdit(
        draft_id=row.id, revision=shows, kind=done.kind, detail=dict(done.detail), stops=sorted(done.stops | moved),
        vehicles=sorted(done.vehicles), arrangement=storing.pack_arrangement(done.arrangement),
        ground_id=ground_id if ground_id is not None else at.edit.ground_id, shows=shows, parent=at.edit.shows, redo=[],
        account_id=by.account_id, by_name=by.name, at=clock.now(),
    )  # fmt: skip
    return _added(db, row, at, edit, seen=seen)


def turned(
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
        draft_id=row.id, revision=row.revision + 1, kind=kind, detail=dict(detail), stops=sorted(rules.moved_stops(at.arrangement, fit)), vehicles=[],
        arrangement=storing.pack_arrangement(fit), ground_id=at.edit.ground_id, shows=to.shows, parent=None, redo=list(redo_of),
        account_id=by.account_id, by_name=by.name, at=clock.now(),
    )  # fmt: skip
    return _added(db, row, at, edit, seen=row.revision)


def regrounded(
    db: Session, row: PlanDraft, at: Standing, ground: Ground, arrangement: Arrangement, kind: EditKind, detail: Mapping[str, Any], *, seen: int, by: Actor, clock: Clock
) -> Answer:  # fmt: skip
    """Go on with another ground: what is no longer there leaves the arrangement."""
    problem = ground.given.built.problem
    kept = rules.projected(arrangement, {stop.id for stop in problem.stops}, {v.id for v in problem.vehicles})
    stored = grounding.keep(db, DraftId(row.id), ground)
    done = Applied(arrangement=build.numbered(kept), kind=kind, detail=detail)
    return written(db, row, at, done, seen=seen, by=by, clock=clock, ground_id=stored.id)


def fitted(arrangement: Arrangement, ground: Ground) -> Arrangement:
    """The arrangement on another ground: what is no longer there is left out."""
    problem = ground.given.built.problem
    return rules.projected(arrangement, {stop.id for stop in problem.stops}, {v.id for v in problem.vehicles})


def happened(
    db: Session, row: PlanDraft, at: Standing, event: Happened, *, seen: int, by: Actor, clock: Clock
) -> Answer:
    """One step for what happened, with the repair in it; on a ground of its own where the event changed that."""
    ground_id = None
    if event.ground is not at.ground:
        stored = grounding.keep(db, DraftId(row.id), event.ground)
        loading.remember(stored.digest, event.ground)
        ground_id = stored.id
    done = Applied(
        arrangement=build.numbered(event.arrangement), kind=event.kind, detail=event.detail, stops=event.homeless, vehicles=event.vehicles
    )  # fmt: skip
    return written(db, row, at, done, seen=seen, by=by, clock=clock, ground_id=ground_id)


def require_unmoved(db: Session, row: PlanDraft, change: Change, seen: int) -> None:
    if seen > row.revision:
        raise Conflict("revision-unknown", _("This page shows another draft."), _("Load the page again."))
    stops, vehicles = changing.touches(change)
    for other in queries.between(db, DraftId(row.id), seen, row.revision):
        if other.stops & stops or other.vehicles & vehicles:
            raise Conflict(
                "draft-moved-on", _("%(by)s has just changed the same stops or route.", by=other.by),
                _("Look at what changed, then try again."), by=other.by, kind=str(other.kind), revision=other.revision,
            )  # fmt: skip


def require_newest(db: Session, row: PlanDraft, seen: int) -> None:
    if seen != row.revision:
        others = queries.between(db, DraftId(row.id), seen, row.revision)
        by = others[-1].by if others else ""
        raise Conflict(
            "draft-moved-on", _("%(by)s has changed the draft in the meantime.", by=by), _("Look at what changed, then try again."), by=by
        )  # fmt: skip


def edit_at(db: Session, row: PlanDraft, revision: int) -> DraftEdit:
    return db.scalars(select(DraftEdit).where(DraftEdit.draft_id == row.id, DraftEdit.revision == revision)).one()


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
