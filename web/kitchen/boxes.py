"""Empty boxes out and back: counted at loading and at return, with what is missing since when."""

from __future__ import annotations

import uuid
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.kitchen import boxes, returns, service
from mealroute.kitchen.box_records import BoxInput, BoxKind, BoxWay
from mealroute.kitchen.figures import figures_on
from mealroute.planning import queries as planning
from mealroute.vendors import queries as vendors
from web import here
from web.kitchen.logform import client_id
from web.kitchen.views import bp
from web.permissions import requires


@bp.get("/days/<day:day>/<slot:slot>/kitchen/boxes")
@requires("kitchen.view")
def boxes_of_day(day: date, slot: MealSlot) -> ResponseReturnValue:
    scope, now = here.actor().scope, here.clock().now()
    with unit_of_work(read_only=True) as db:
        version = planning.latest(db, day, slot)
        sheet = service.production(db, version.id, scope=scope) if version else None
        counted = boxes.counts(db, scope=scope, day=day, slot=str(slot))
        page = {
            "returned": returns.returned(db, day, str(slot), scope=scope),
            "balances": boxes.balances(db, day, scope=scope, now=now),
            "names": {kitchen.code: kitchen.name for kitchen in vendors.kitchens(db)},
        }
    held = {
        (trip.vehicle_code, trip.trip): [
            row for row in counted if (row.vehicle_code, row.trip) == (trip.vehicle_code, trip.trip)
        ]
        for trip in (sheet.packing if sheet else ())
    }
    return render_template(
        "kitchen/boxes.html", day=day, slot=slot, trips=sorted(sheet.packing, key=lambda trip: trip.load_at_s) if sheet else [],
        counted=counted, held=held, now=now, kinds=tuple(BoxKind), hours=figures_on(day).box_return_hours,
        new_id=lambda: str(uuid.uuid4()), **page,
    )  # fmt: skip


@bp.post("/days/<day:day>/<slot:slot>/kitchen/boxes")
@requires("kitchen.log")
def count_boxes(day: date, slot: MealSlot) -> ResponseReturnValue:
    """One form: a trip or a vehicle, which way, and a number for each kind that was counted."""
    form = request.form
    way = form.get("way", "")
    asked = [(kind, form.get(str(kind), "").strip()) for kind in BoxKind]
    asked = [(kind, text) for kind, text in asked if text]
    if way not in set(BoxWay) or not asked or any(not (text.isascii() and text.isdigit()) for _kind, text in asked):
        raise MealrouteError("boxes-missing", _("Write down how many boxes of which kind, out or back."))
    corrects = form.get("corrects", type=int)
    with unit_of_work() as db:
        for kind, text in asked:
            entry = BoxInput(
                client_id=f"{client_id(form)}-{kind}", day=day, slot=str(slot), kitchen_code=form.get("kitchen", ""),
                vehicle_code=form.get("vehicle", ""), route=form.get("route", 0, type=int), trip=form.get("trip", 0, type=int),
                kind=kind, way=BoxWay(way), count=int(text[:6]), note=form.get("note", "")[:200], corrects_id=corrects,
            )  # fmt: skip
            boxes.count_boxes(db, entry, by=here.actor(), clock=here.clock())
    flash(_("The boxes are counted."), "ok")
    return redirect(url_for("kitchen.boxes_of_day", day=day, slot=slot), 303)
