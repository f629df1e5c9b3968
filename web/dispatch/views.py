"""The dispatcher's board of runs and offers, one run's history, and giving a run away by hand."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch import crew, offer_block, offer_hand
from mealroute.dispatch.offer_words import event_text, excluded_text, why_text
from web import here
from web.dispatch.board import board_of, run_page
from web.permissions import requires

bp = Blueprint("dispatch", __name__, template_folder="templates")
WORDS = {"why_text": why_text, "event_text": event_text, "excluded_text": excluded_text}


@bp.get("/days/<day:day>/<slot:slot>/dispatch")
@requires("dispatch.view")
def board(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = board_of(db, day, slot, actor=here.actor(), clock=here.clock())
    counts = {"dispatch.board": (len(found.urgent), "danger")} if found.urgent else {}
    return render_template("dispatch/board.html", day=day, slot=slot, b=found, counts=counts, **WORDS)


@bp.get("/runs/<int:run>/offers")
@requires("dispatch.view")
def offers(run: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        page = run_page(db, run, actor=here.actor(), clock=here.clock())
    return render_template(
        "dispatch/run.html", p=page, b=page.board, one=page.one, day=page.one.run.day, slot=page.one.run.slot, **WORDS
    )


@bp.post("/runs/<int:run>/offers")
@requires("dispatch.offer")
def offer(run: int) -> ResponseReturnValue:
    form = request.form
    volunteer = form.get("volunteer", "")
    with unit_of_work() as db:
        made = offer_hand.offer_by_hand(
            db, run, vendor_code="" if volunteer else form.get("vendor", ""), volunteer=volunteer, reason=form.get("reason", ""),
            agreed_by=form.get("agreed_by", ""), under_way_known=form.get("known") == "yes", by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    taken = made.state == "accepted"
    flash(
        _("Given and accepted: %(name)s agreed.", name=made.answered_by)
        if taken
        else _("Offered; the answer is due soon."),
        "ok",
    )
    return redirect(url_for("dispatch.offers", run=run), 303)


@bp.post("/runs/<int:run>/stays")
@requires("dispatch.offer")
def stays(run: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        offer_block.stays(db, run, request.form.get("reason", ""), by=here.actor(), clock=here.clock())
    flash(_("Decided: the run stays with its driver."), "ok")
    return redirect(url_for("dispatch.offers", run=run), 303)


@bp.post("/runs/<int:run>/crew")
@requires("dispatch.offer")
def name_crew(run: int) -> ResponseReturnValue:
    form = request.form
    with unit_of_work() as db:
        crew.name_crew(
            db, run, form.get("driver", ""), form.get("vehicle", ""), reason=form.get("reason", ""), by=here.actor(), clock=here.clock()
        )  # fmt: skip
    flash(_("Driver and vehicle are named; the former driver's link is closed."), "ok")
    return redirect(url_for("dispatch.offers", run=run), 303)
