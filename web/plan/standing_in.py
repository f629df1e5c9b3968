"""When somebody cannot come: which route is the hardest to replace, and who would take its stops. Looked at, never done from here."""

from __future__ import annotations

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.drafting import queries
from mealroute.drafting.words import differences
from web import here
from web.permissions import requires
from web.plan.blueprint import bp
from web.plan.desk import own_draft
from web.plan.drafted import board_of_draft
from web.plan.eye import Eye
from web.plan.places import beside


@bp.get("/days/<day:day>/<slot:slot>/plan/standing-in")
@requires("plan.view")
def standing_in(day: date, slot: MealSlot) -> ResponseReturnValue:
    """The routes that would leave most behind; with ``of`` only that one."""
    eye = Eye.of(day, slot, request.args)
    asked = request.args.get("of", 0, type=int)
    with unit_of_work(read_only=True) as db:
        draft_id = own_draft(db, day, slot)
        view = queries.view(db, draft_id)
        route = view.route(asked) if asked else None
        found = queries.hardest_to_replace(db, draft_id, route.vehicle if route else None)
        board = board_of_draft(db, view, scope=here.actor().scope, eye=eye)
    numbers = {one.vehicle: one.number for one in view.routes}
    rows = [
        (
            board.route(numbers[one.vehicle]), one, [numbers[v] for v in one.takers if v in numbers],
            [spare.vehicle_code for spare in view.spare if spare.vehicle in one.takers], differences(one.whole),
        )
        for one in found
    ]  # fmt: skip
    return beside("plan/_standing_in.html", _("When somebody cannot come"), {"eye": eye, "rows": rows, "asked": route})
