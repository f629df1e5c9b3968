"""Doors worth a look, loading checks with differences, and one photo or signature at a time, on record."""

import base64
from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.delivery import door_queries, evidence, loading
from web import here
from web.permissions import requires

bp = Blueprint("doors", __name__, template_folder="templates")
MOST = 600


@bp.get("/days/<day:day>/<slot:slot>/doors")
@requires("live.view")
def index(day: date, slot: MealSlot) -> ResponseReturnValue:
    """First what somebody should look at; with ``all`` every recorded door."""
    everything = "all" in request.args
    with unit_of_work(read_only=True) as db:
        seen = door_queries.doors_seen(db, day, slot, scope=here.actor().scope, clock=here.clock())
        checks = loading.checks(db, day, slot, scope=here.actor().scope)
    odd = [door for door in seen if door.odd]
    return render_template(
        "doors/index.html", day=day, slot=slot, everything=everything, odd=odd, doors=(seen if everything else odd)[:MOST], count=len(seen),
        checks=checks, most=MOST,
    )  # fmt: skip


@bp.post("/days/<day:day>/<slot:slot>/evidence/<int:piece>")
@requires("delivery.record")
def show(day: date, slot: MealSlot, piece: int) -> ResponseReturnValue:
    """One photo or signature; who looked at it is recorded."""
    with unit_of_work() as db:
        shown = evidence.show(
            db,
            piece,
            instance=here.settings().instance_dir,
            scope=here.actor().scope,
            by=here.actor(),
            clock=here.clock(),
        )
    picture = f"data:{shown.mime};base64,{base64.b64encode(shown.photo).decode()}" if shown.photo else ""
    strokes = [" ".join(map(str, stroke)) for stroke in shown.strokes]
    return render_template("doors/evidence.html", day=day, slot=slot, picture=picture, strokes=strokes)
