"""The live board, the list of outcomes, and closing a case by a named person."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import cases, queries
from mealroute.delivery.records import FollowUpId, Outcome
from web import here
from web.permissions import requires

bp = Blueprint("live", __name__, template_folder="templates")


@bp.get("/days/<day:day>/<slot:slot>/live")
@requires("live.view")
def board(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        live = queries.live_board(db, day, slot, scope=here.actor().scope)
    open_cases = [case for case in live.cases if case.state == "open"]
    open_cases.sort(key=lambda case: (case.outcome != "no-answer", case.due_at))
    counts = {"live.board": (len(open_cases), "danger")} if open_cases else {}
    return render_template(
        "live/board.html", day=day, slot=slot, live=live, open_cases=open_cases, now=here.clock().now(), counts=counts
    )


@bp.get("/days/<day:day>/<slot:slot>/outcomes")
@requires("live.view")
def outcomes(day: date, slot: MealSlot) -> ResponseReturnValue:
    only = request.args.get("only", "")
    with unit_of_work(read_only=True) as db:
        lines = queries.outcomes(db, day, slot, scope=here.actor().scope)
    shown = [line for line in lines if not only or str(line.outcome or "none") == only]
    return render_template(
        "live/outcomes.html",
        day=day,
        slot=slot,
        lines=lines,
        shown=shown,
        only=only,
        kinds=[kind.value for kind in Outcome],
    )


@bp.post("/days/<day:day>/<slot:slot>/cases/<int:case>/close")
@requires("cases.close")
def close(day: date, slot: MealSlot, case: int) -> ResponseReturnValue:
    person, how = request.form.get("person", "").strip(), request.form.get("how", "").strip()
    with unit_of_work() as db:
        cases.close_follow_up(db, FollowUpId(case), named_person=person, how=how, by=here.actor(), clock=here.clock())
    flash(_("Closed by %(name)s.", name=person), "ok")
    return redirect(url_for("live.board", day=day, slot=slot), 303)
