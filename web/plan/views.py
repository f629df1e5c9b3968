"""The plan board of a day, its map data, the search as a job, publishing and withdrawing."""

from datetime import date

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core import jobs
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch import service as dispatch
from mealroute.orders import queries as orders
from mealroute.planning import queries, service
from mealroute.planning.records import PlanVersionId, PlanVersionRecord
from web import here
from web.permissions import requires
from web.plan import mapdata
from web.plan.board import COMFORT_S, FOOD_CLOCK_S, board_of
from web.plan.forms import SearchForm, reasons_in

bp = Blueprint("plan", __name__, template_folder="templates")


@bp.get("/days/<day:day>/<slot:slot>/plan")
@requires("plan.view")
def board(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        versions = queries.versions(db, day, slot)
        book = orders.book(db, day, slot)
        job = jobs.latest(db, service.job_key(day, slot))
        standing = queries.latest(db, day, slot)
        wanted = request.args.get("version", type=int) or (standing.id if standing else None)
        version = queries.version(db, PlanVersionId(wanted)) if wanted else None
        number = request.args.get("route", type=int) or (version.routes[0].number if version and version.routes else 0)
        shown = board_of(db, _of_day(version, day, slot), scope=here.actor().scope, named=number) if version else None
    chosen = next((view for view in shown.routes if view.number == number), None) if shown else None
    page = {
        "day": day, "slot": slot, "versions": versions, "book": book, "board": shown, "chosen": chosen, "search": SearchForm(),
        "stops": shown.stops(number) if shown and chosen else (), "job": job, "comfort": COMFORT_S, "food_clock": FOOD_CLOCK_S,
        "counts": {"plan.board": (len(shown.left), "watch")} if shown and shown.left else {},
    }  # fmt: skip
    return render_template(
        "plan/_stops.html" if request.headers.get("X-Fragment") == "stops" else "plan/board.html", **page
    )


@bp.get("/plans/<int:version>/map.json")
@requires("plan.view")
def map_data(version: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        record = queries.version(db, PlanVersionId(version))
        shown = board_of(db, record, scope=here.actor().scope)
        data = mapdata.map_of(db, shown)
    return jsonify(data)


@bp.post("/days/<day:day>/<slot:slot>/plan/search")
@requires("plan.run")
def search(day: date, slot: MealSlot) -> ResponseReturnValue:
    form = SearchForm(request.form)
    if not form.validate():
        raise MealrouteError("seconds-wrong", _("From 5 to 600 seconds."))
    with unit_of_work() as db:
        service.start_job(
            db, day, slot, time_limit_s=float(form.seconds.data or 60), by=here.actor(), clock=here.clock()
        )
    here.executor().wake()
    return redirect(url_for("plan.board", day=day, slot=slot), 303)


@bp.post("/days/<day:day>/<slot:slot>/plan/stop")
@requires("plan.run")
def stop(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Stop the running search: keep the best plan found, or drop it."""
    keep = request.form.get("keep") == "yes"
    with unit_of_work() as db:
        service.stop_job(db, day, slot, keep=keep, by=here.actor(), clock=here.clock())
    flash(_("The search stops and keeps the best plan so far.") if keep else _("The search is being dropped."), "info")
    return redirect(url_for("plan.board", day=day, slot=slot), 303)


@bp.post("/plans/<int:version>/publish")
@requires("dispatch.publish")
def publish(version: int) -> ResponseReturnValue:
    overrides, outdated = reasons_in(request.form)
    with unit_of_work() as db:
        manifests = dispatch.publish(
            db, PlanVersionId(version), by=here.actor(), clock=here.clock(), overrides=overrides, outdated_reason=outdated,
            secret_key=here.settings().secret_key,
        )  # fmt: skip
        summary = queries.summary(db, PlanVersionId(version))
    flash(_("%(n)d routes published; their sheets are ready.", n=len(manifests)), "ok")
    return redirect(url_for("plan.board", day=summary.day, slot=summary.slot, version=version), 303)


@bp.post("/plans/<int:version>/withdraw")
@requires("dispatch.publish")
def withdraw(version: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise MealrouteError("reason-missing", _("Withdrawing needs a reason."))
    with unit_of_work() as db:
        dispatch.withdraw(db, PlanVersionId(version), reason, by=here.actor(), clock=here.clock())
        summary = queries.summary(db, PlanVersionId(version))
    flash(_("The routes are withdrawn; the drivers' links are closed."), "watch")
    return redirect(url_for("plan.board", day=summary.day, slot=summary.slot, version=version), 303)


def _of_day(version: PlanVersionRecord, day: date, slot: MealSlot) -> PlanVersionRecord:
    if (version.summary.day, version.summary.slot) != (day, slot):
        raise NotFound("version-not-found", _("This plan belongs to another day."))
    return version
