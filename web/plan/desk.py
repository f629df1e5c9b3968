"""Which draft a form speaks about, and opening one where a person begins to change a stored version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries as delivery
from mealroute.drafting import queries, service
from mealroute.drafting.records import DraftId
from mealroute.orders.records import BookLineId
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanVersionId
from web import here
from web.plan.eye import Eye
from web.plan.ways import travel_on

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def draft_for(
    db: Session, eye: Eye, form: Mapping[str, str], *, by: Actor, clock: Clock, drop: str = ""
) -> tuple[DraftId, bool]:
    """The open draft that the form was made for, or a new one of its version; and whether it is new.

    Raises Conflict where the page shows a draft that has ended, or a version while a draft of another one is open.
    """
    open_id = queries.open_draft(db, eye.day, eye.slot)
    named = form.get("draft", "")
    if named:
        if open_id is None or str(open_id) != named:
            raise Conflict("draft-ended", _("The draft of this page has ended."), _("Open the plan again."))
        return open_id, False
    version = PlanVersionId(int(form["version"])) if form.get("version", "").isdigit() else None
    if version is None:
        raise Conflict("no-draft", _("No draft is open."), _("Open the plan again."))
    done = [BookLineId(line) for line in delivery.current_proofs(db, delivery.line_ids(db, version))]
    made = service.open_draft(
        db, version, matrix_of=travel_on(db, eye.day).matrix, by=by, clock=clock, done=done, drop=drop
    )
    return made, made != open_id


def own_draft(db: Session, day: date, slot: MealSlot) -> DraftId:
    """The draft that is open for the day and slot. Raises NotFound where there is none."""
    draft_id = queries.open_draft(db, day, slot)
    if draft_id is None:
        raise NotFound("no-draft", _("No draft is open."), _("Open the plan again."))
    return draft_id


def standing_draft(db: Session, eye: Eye) -> DraftId:
    """The open draft, or one of the standing version."""
    found = queries.open_draft(db, eye.day, eye.slot)
    standing = planning.latest(db, eye.day, eye.slot)
    if found is None and standing is None:
        raise MealrouteError("no-plan", _("There is no plan to put it into yet."), _("Plan the routes first."))
    form = {"draft": str(found)} if found is not None else {"version": str(standing.id if standing else "")}
    return draft_for(db, eye, form, by=here.actor(), clock=here.clock())[0]
