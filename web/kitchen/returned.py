"""Meals that came back in the boxes of a trip: one number a trip, written where the empty boxes are counted."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.kitchen import returns
from mealroute.kitchen.return_records import ReturnInput
from web import here
from web.kitchen.logform import client_id
from web.kitchen.views import bp
from web.permissions import requires


@bp.post("/days/<day:day>/<slot:slot>/kitchen/returned")
@requires("kitchen.log")
def count_returned(day: date, slot: MealSlot) -> ResponseReturnValue:
    form = request.form
    text = form.get("portions", "").strip()
    if not (text.isascii() and text.isdigit()):
        raise MealrouteError("returned-missing", _("Write down how many meals came back, 0 if none did."))
    entry = ReturnInput(
        client_id=client_id(form), day=day, slot=str(slot), kitchen_code=form.get("kitchen", ""), vehicle_code=form.get("vehicle", ""),
        trip=form.get("trip", 0, type=int), portions=int(text[:6]), note=form.get("note", "")[:200],
    )  # fmt: skip
    with unit_of_work() as db:
        returns.count_returned(db, entry, by=here.actor(), clock=here.clock())
    flash(_("The meals that came back are counted."), "ok")
    return redirect(url_for("kitchen.boxes_of_day", day=day, slot=slot, _anchor="h-returned"), 303)
