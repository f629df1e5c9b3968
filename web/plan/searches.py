"""Searches on a draft: plan again around the locks, or as if something were different. They run as jobs; a what-if waits beside
the plan until a person takes it or lets it go.
"""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.drafting import proposals
from mealroute.drafting.changes import WhatIf
from mealroute.drafting.records import ProposalId
from web import here
from web.permissions import requires
from web.plan.answers import answered
from web.plan.blueprint import bp
from web.plan.desk import own_draft
from web.plan.eye import Eye


@bp.post("/days/<day:day>/<slot:slot>/plan/replan")
@requires("plan.edit")
def replan(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Search around everything that is locked."""
    eye = Eye.of(day, slot, request.args)
    with unit_of_work() as db:
        street = request.form.get("only_street", "")
        proposals.start_replan(
            db, own_draft(db, day, slot), seconds=_seconds(), street=street, by=here.actor(), clock=here.clock()
        )
    here.executor().wake()
    return redirect(eye.url(), 303)


@bp.post("/days/<day:day>/<slot:slot>/plan/what-if")
@requires("plan.edit")
def what_if(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Search as if there were a driver fewer, a kitchen ready earlier, or wider windows."""
    eye, form = Eye.of(day, slot, request.args), request.form
    asked = WhatIf(
        fewer=form.get("fewer") == "yes", kitchen_code=form.get("kitchen_code", ""),
        earlier_s=60 * (form.get("earlier", 0, type=int) if form.get("kitchen_code") else 0),
        wider_minutes=form.get("wider", 0, type=int), street_code=form.get("street_code", "") if form.get("wider") else "",
    )  # fmt: skip
    with unit_of_work() as db:
        draft_id = own_draft(db, day, slot)
        proposals.start_what_if(db, draft_id, asked, seconds=_seconds(), by=here.actor(), clock=here.clock())
    here.executor().wake()
    return redirect(eye.url(), 303)


@bp.post("/days/<day:day>/<slot:slot>/plan/proposals/<int:proposal>/take")
@requires("plan.edit")
def take(day: date, slot: MealSlot, proposal: int) -> ResponseReturnValue:
    eye, seen = Eye.of(day, slot, request.args), request.form.get("seen", 0, type=int)
    with unit_of_work() as db:
        draft_id = own_draft(db, day, slot)
        answer = proposals.take_proposal(
            db, draft_id, ProposalId(proposal), seen=seen, by=here.actor(), clock=here.clock()
        )
        return answered(db, answer, eye)


@bp.post("/days/<day:day>/<slot:slot>/plan/proposals/<int:proposal>/dismiss")
@requires("plan.edit")
def dismiss(day: date, slot: MealSlot, proposal: int) -> ResponseReturnValue:
    eye = Eye.of(day, slot, request.args)
    with unit_of_work() as db:
        draft_id = own_draft(db, day, slot)
        proposals.dismiss_proposal(db, draft_id, ProposalId(proposal), by=here.actor(), clock=here.clock())
    flash(_("The proposal is dismissed; the draft stays as it is."), "info")
    return redirect(eye.url(), 303)


def _seconds() -> float:
    seconds = request.form.get("seconds", 30, type=int)
    if not 5 <= seconds <= 600:
        raise MealrouteError("seconds-wrong", _("From 5 to 600 seconds."))
    return float(seconds)
