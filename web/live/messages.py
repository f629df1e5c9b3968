"""Messages to a driver, from the page of a run."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import messages
from web import here
from web.live.blueprint import bp
from web.permissions import requires


@bp.post("/days/<day:day>/<slot:slot>/live/runs/<int:run>/messages")
@requires("live.act")
def send_message(day: date, slot: MealSlot, run: int) -> ResponseReturnValue:
    text, client_id = request.form.get("text", ""), request.form.get("client_id", "")[:64]
    with unit_of_work() as db:
        new = messages.send(db, run, text, client_id=client_id, by=here.actor(), clock=here.clock())
    flash(
        _("Sent; you see here when the driver has read it.") if new else _("This was sent before; it counts once."),
        "ok",
    )
    return redirect(url_for("live.run", day=day, slot=slot, run=run, _anchor="messages"), 303)


@bp.post("/days/<day:day>/<slot:slot>/live/runs/<int:run>/messages/<int:message>/told")
@requires("live.act")
def told_message(day: date, slot: MealSlot, run: int, message: int) -> ResponseReturnValue:
    """The desk rang the driver instead."""
    with unit_of_work() as db:
        messages.told(db, message, by=here.actor(), clock=here.clock())
    return redirect(url_for("live.run", day=day, slot=slot, run=run, _anchor="messages"), 303)
