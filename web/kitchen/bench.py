"""The packing bench on a tablet: trips in the order of departure, and a tick for each that is packed."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.kitchen import packing as bench
from mealroute.kitchen import service
from mealroute.kitchen.records import TripState
from mealroute.menus import week_queries
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanVersionId
from web import here
from web.kitchen.views import bp
from web.permissions import requires


@bp.get("/days/<day:day>/<slot:slot>/kitchen/packing")
@requires("kitchen.view")
def packing_bench(day: date, slot: MealSlot) -> ResponseReturnValue:
    only = request.args.get("kitchen", "")
    with unit_of_work(read_only=True) as db:
        version = planning.latest(db, day, slot)
        sheet = service.production(db, version.id, scope=here.actor().scope) if version else None
        trips = (
            bench.bench(db, version, sheet.packing, scope=here.actor().scope, clock=here.clock())
            if version and sheet
            else ()
        )
        amended = week_queries.amendments(db, day, slot)
    shown = [each for each in trips if only in {"", each.trip.kitchen_code}]
    packed = sum(each.trip.portions for each in shown if each.state is TripState.PACKED)
    return render_template(
        "kitchen/bench.html", day=day, slot=slot, version=version, sheet=sheet, trips=shown, only=only, packed=packed, amended=amended,
        late=bench.late(tuple(shown)), now=here.clock().now(), next=next((each for each in shown if each.state is not TripState.PACKED), None),
    )  # fmt: skip


@bp.post("/plans/<int:version>/packed")
@requires("kitchen.log")
def tick(version: int) -> ResponseReturnValue:
    trip = request.form.get("trip", type=int)
    if trip is None:
        raise MealrouteError("trip-missing", _("Say which trip is packed."))
    with unit_of_work() as db:
        summary = planning.summary(db, PlanVersionId(version))
        bench.tick(
            db, PlanVersionId(version), vehicle_code=request.form.get("vehicle", ""), trip=trip,
            content=request.form.get("content", ""), packed=request.form.get("packed") == "yes", by=here.actor(),
            clock=here.clock(),
        )  # fmt: skip
    flash(_("Packed.") if request.form.get("packed") == "yes" else _("The tick is taken back."), "ok")
    only = request.form.get("kitchen") or None
    return redirect(url_for("kitchen.packing_bench", day=summary.day, slot=summary.slot, kitchen=only), 303)
