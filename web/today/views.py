"""Today: where the day stands."""

from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from web import here
from web.dispatch.urgent import urgent_runs
from web.kitchen.alerts import kitchen_alerts
from web.permissions import requires
from web.today.day import today_of
from web.vendors.alerts import vendor_alerts

bp = Blueprint("today", __name__, template_folder="templates")


@bp.get("/days/<day:day>/<slot:slot>/today")
@requires("day.view")
def show(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        waiting = urgent_runs(db, day, slot)
        found = today_of(db, day, slot, actor=here.actor(), now=here.clock().now())
        kitchen = kitchen_alerts(db, day, slot)
        vendors = vendor_alerts(db, day, actor=here.actor(), clock=here.clock())
    counts = {}
    if found.left:
        counts["plan.board"] = (len(found.left), "watch")
    if waiting:
        counts["dispatch.board"] = (len(waiting), "danger")
    if found.live.cases:
        counts["live.board"] = (len(found.live.cases), "danger")
    if kitchen and kitchen.alarms:
        counts["kitchen.sheet"] = (kitchen.alarms, "danger")
    if vendors.blocking:
        counts["vendors.index"] = (vendors.blocking, "danger")
    return render_template(
        "today/show.html", day=day, slot=slot, t=found, waiting=waiting, counts=counts, kitchen=kitchen, vendors=vendors
    )
