"""Changing a plan by hand: every change is one POST that a form without script and a script send alike."""

from datetime import date

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.drafting import queries, service
from mealroute.drafting.records import DraftId, DraftState
from web import here
from web.errors import wants_json
from web.permissions import requires
from web.plan import mapdata
from web.plan.answers import answered
from web.plan.asks import change_of
from web.plan.blueprint import bp
from web.plan.desk import draft_for, own_draft
from web.plan.drafted import board_of_draft
from web.plan.eye import Eye
from web.plan.ways import travel_on


@bp.post("/days/<day:day>/<slot:slot>/plan/edit")
@requires("plan.edit")
def edit(day: date, slot: MealSlot) -> ResponseReturnValue:
    """One change, undo or redo. The first on a stored version opens a draft of it."""
    eye, form, by, clock = Eye.of(day, slot, request.args), request.form, here.actor(), here.clock()
    with unit_of_work() as db:
        draft_id, fresh = draft_for(db, eye, form, by=by, clock=clock)
        seen, do = (0 if fresh else form.get("seen", 0, type=int)), form.get("do", "")
        if do in {"undo", "redo"}:
            answer = (service.undo if do == "undo" else service.redo)(db, draft_id, seen=seen, by=by, clock=clock)
        else:
            change = change_of(do, form, queries.view(db, draft_id))
            answer = service.edit(
                db, draft_id, change, seen=seen, by=by, clock=clock, matrix_of=travel_on(db, day).matrix
            )
        done = answered(db, answer, eye)
        if fresh and wants_json():
            return jsonify(reload=Eye(day=day, slot=slot, route=eye.route, tab=eye.tab, only=eye.only).url())
    return done


@bp.post("/days/<day:day>/<slot:slot>/plan/draft")
@requires("plan.edit")
def start(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Open a draft of the version that is shown; another person's open one is joined or, with a reason, dropped."""
    eye = Eye.of(day, slot, request.args)
    with unit_of_work() as db:
        draft_for(db, eye, request.form, by=here.actor(), clock=here.clock(), drop=request.form.get("drop", ""))
    return redirect(Eye(day=day, slot=slot, route=eye.route, tab=eye.tab, only=eye.only).url(), 303)


@bp.post("/days/<day:day>/<slot:slot>/plan/draft/save")
@requires("plan.edit")
def save(day: date, slot: MealSlot) -> ResponseReturnValue:
    """End the draft as the next version; with ``then=publish`` its check is opened."""
    with unit_of_work() as db:
        draft_id = own_draft(db, day, slot)
        view = queries.view(db, draft_id)
        confirmed = {n: request.form.get(f"confirmed-{n}", "") for n in range(len(view.assumes))}
        lines = queries.lines(db, draft_id, None, travel_on(db, day))
        version = service.save(db, draft_id, lines=lines, confirmed=confirmed, by=here.actor(), clock=here.clock())
    flash(_("Saved as a version of its own; the one before stays as it is."), "ok")
    if request.form.get("then") == "publish":
        return redirect(url_for("publish.review", version=version), 303)
    return redirect(url_for("plan.board", day=day, slot=slot, version=version), 303)


@bp.post("/days/<day:day>/<slot:slot>/plan/draft/drop")
@requires("plan.edit")
def drop(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work() as db:
        service.drop_draft(
            db, own_draft(db, day, slot), request.form.get("reason", ""), by=here.actor(), clock=here.clock()
        )
    flash(_("The draft is dropped; the version stays as it is."), "info")
    return redirect(url_for("plan.board", day=day, slot=slot), 303)


@bp.post("/days/<day:day>/<slot:slot>/plan/draft/take-in")
@requires("plan.edit")
def take_in(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Bring the draft up to date with the order book and the fleet."""
    eye = Eye.of(day, slot, request.args)
    with unit_of_work() as db:
        answer = service.take_in_orders(
            db, own_draft(db, day, slot), matrix_of=travel_on(db, day).matrix, by=here.actor(), clock=here.clock()
        )
        return answered(db, answer, eye)


@bp.get("/days/<day:day>/<slot:slot>/plan/since")
@requires("plan.view")
def since(day: date, slot: MealSlot) -> ResponseReturnValue:
    """What others have changed since ``seen``; asked once a second, so that nothing new costs next to nothing."""
    eye, seen = Eye.of(day, slot, request.args), request.args.get("seen", 0, type=int)
    draft_id = DraftId(request.args.get("draft", 0, type=int))
    with unit_of_work(read_only=True) as db:
        revision, state = queries.revision(db, draft_id)
        if state is not DraftState.OPEN:
            return jsonify(ended=_("The draft has been saved or dropped by somebody else."), revision=revision)
        if revision == seen:
            return jsonify(revision=revision)
        return answered(db, queries.since(db, draft_id, seen), eye, own=False)


@bp.get("/days/<day:day>/<slot:slot>/plan/map.json")
@requires("plan.view")
def draft_map(day: date, slot: MealSlot) -> ResponseReturnValue:
    """The map of the open draft; with ``routes`` only the ways of these numbers."""
    eye = Eye.of(day, slot, request.args)
    wanted = [int(number) for number in request.args.get("routes", "").split(",") if number.isdigit()]
    with unit_of_work(read_only=True) as db:
        draft_id = own_draft(db, day, slot)
        view = queries.view(db, draft_id)
        board = board_of_draft(db, view, scope=here.actor().scope, eye=eye)
        lines = mapdata.lines_of_draft(db, view, travel_on(db, day), only=wanted)
        if wanted:
            return jsonify(
                routes=[
                    mapdata.route_of(one, lines.get(one.number, ())) for one in board.routes if one.number in wanted
                ],
                revision=view.revision,
            )
        return jsonify(mapdata.map_of(db, board, lines))
