"""The plan board of a day, its map data, the search as a job, withdrawing."""

from datetime import date

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch import service as dispatch
from mealroute.drafting import queries as drafting
from mealroute.planning import queries, service
from mealroute.planning.records import PlanVersionId
from web import here
from web.errors import wants_json
from web.permissions import requires
from web.plan import mapdata
from web.plan.blueprint import bp
from web.plan.board import board_of
from web.plan.eye import Eye
from web.plan.finding import hits
from web.plan.forms import SearchForm
from web.plan.page import page_of, parts_of
from web.plan.proposed import stop_all


@bp.get("/days/<day:day>/<slot:slot>/plan")
@requires("plan.view")
def board(day: date, slot: MealSlot) -> ResponseReturnValue:
    eye = Eye.of(day, slot, request.args)
    with unit_of_work(read_only=True) as db:
        page = page_of(db, eye)
    if page is None:
        raise NotFound("version-not-found", _("This plan belongs to another day."))
    if wanted := request.headers.get("X-Parts"):
        return jsonify(parts=parts_of(page, wanted.split(",")), shown=mapdata.shown_of(page["board"]))
    return render_template("plan/board.html" if page["board"] else "plan/none.html", **page)


@bp.get("/plans/<int:version>/map.json")
@requires("plan.view")
def map_data(version: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        record = queries.version(db, PlanVersionId(version))
        eye = Eye.of(record.day, record.slot, request.args)
        shown = board_of(db, record, scope=here.actor().scope, eye=eye)
        data = mapdata.map_of(db, shown, mapdata.lines_of_version(db, record.id))
    return jsonify(data)


@bp.post("/days/<day:day>/<slot:slot>/plan/search")
@requires("plan.run")
def search(day: date, slot: MealSlot) -> ResponseReturnValue:
    form = SearchForm(request.form)
    if not form.validate():
        raise MealrouteError("seconds-wrong", _("From 5 to 600 seconds."))
    with unit_of_work() as db:
        service.start_job(
            db,
            day,
            slot,
            time_limit_s=float(form.seconds.data or 60),
            seed=form.seed.data or 0,
            max_iterations=form.iterations.data,
            by=here.actor(),
            clock=here.clock(),
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
        draft_id = drafting.open_draft(db, day, slot)
        if draft_id is not None:
            stop_all(db, draft_id, keep=keep, by=here.actor())
    flash(_("The search stops and keeps the best plan so far.") if keep else _("The search is being dropped."), "info")
    return redirect(url_for("plan.board", day=day, slot=slot), 303)


@bp.post("/plans/<int:version>/withdraw")
@requires("dispatch.publish")
def withdraw(version: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise MealrouteError("reason-missing", _("Withdrawing needs a reason."))
    with unit_of_work() as db:
        dispatch.withdraw(db, PlanVersionId(version), reason, by=here.actor(), clock=here.clock())
        summary = queries.summary(db, PlanVersionId(version))
    flash(_("The routes are withdrawn; every driver, vendor and kitchen is being told."), "watch")
    return redirect(url_for("publish.told", day=summary.day, slot=summary.slot), 303)


@bp.post("/days/<day:day>/<slot:slot>/plan/find")
@requires("plan.view")
def find(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Stops and routes that fit what was typed."""
    eye, text = Eye.of(day, slot, request.args), request.form.get("q", "")[:40]
    with unit_of_work(read_only=True) as db:
        page = page_of(db, eye)
        if page is None or page["board"] is None:
            raise NotFound("version-not-found", _("This plan belongs to another day."))
        found = hits(db, page["board"], text, scope=here.actor().scope)
    if wants_json():
        return jsonify(parts={"hits": render_template("plan/_hits.html", hits=found, **page)})
    return render_template("plan/find.html", hits=found, q=text, **page)
