"""Which draft a form speaks about, and opening one where a person begins to change a stored version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries as delivery
from mealroute.drafting import queries, service
from mealroute.drafting.records import DraftId
from mealroute.orders.records import BookLineId
from mealroute.planning.records import PlanVersionId
from web.plan.eye import Eye
from web.plan.ways import travel

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
    made = service.open_draft(db, version, matrix_of=travel().matrix, by=by, clock=clock, done=done, drop=drop)
    return made, made != open_id


def own_draft(db: Session, day: date, slot: MealSlot) -> DraftId:
    """The draft that is open for the day and slot. Raises NotFound where there is none."""
    draft_id = queries.open_draft(db, day, slot)
    if draft_id is None:
        raise NotFound("no-draft", _("No draft is open."), _("Open the plan again."))
    return draft_id
