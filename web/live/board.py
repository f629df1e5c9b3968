"""The live board and one run of it, and what has changed on either since the page looked last."""

from __future__ import annotations

import uuid
from datetime import date

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from web.dispatch.urgent import urgent_runs
from web.live import mapping, polled
from web.live.blueprint import bp
from web.permissions import requires


@bp.get("/days/<day:day>/<slot:slot>/live")
@requires("live.view")
def board(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        shown = polled.shown_now(db, day, slot)
        waiting = urgent_runs(db, day, slot)
    return render_template(
        "live/board.html", day=day, slot=slot, shown=shown, red=polled.red(shown), waiting=waiting, now=shown.now,
        counts={"live.board": (len(shown.cases), "danger")} if shown.cases else {},
    )  # fmt: skip


@bp.get("/days/<day:day>/<slot:slot>/live/now")
@requires("live.view")
def since(day: date, slot: MealSlot) -> ResponseReturnValue:
    """What has changed since the page looked last: nothing (304), or the parts of the board."""
    return _since(polled.answer(day, slot))


@bp.get("/days/<day:day>/<slot:slot>/live/map.json")
@requires("live.view")
def live_map(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        shown = polled.shown_now(db, day, slot)
        return jsonify(**mapping.map_of(db, shown.view), vans=polled.vans(shown.view))


@bp.get("/days/<day:day>/<slot:slot>/live/runs/<int:run>")
@requires("live.view")
def run(day: date, slot: MealSlot, run: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        one = polled.run_now(db, day, slot, run)
    return render_template(
        "live/run.html", day=day, slot=slot, one=one, red=polled.red(one.shown), now=one.shown.now, client_id=str(uuid.uuid4())
    )  # fmt: skip


@bp.get("/days/<day:day>/<slot:slot>/live/runs/<int:run>/now")
@requires("live.view")
def run_since(day: date, slot: MealSlot, run: int) -> ResponseReturnValue:
    return _since(polled.run_answer(day, slot, run))


def _since(found: polled.Answer) -> Response:
    same = request.if_none_match.contains(found.tag)
    response = Response(status=304) if same else Response(found.body, mimetype="application/json")
    response.set_etag(found.tag)
    return response
