"""The clashes of a week, decisions about them, and the list of people to call."""

from datetime import date
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.menus.rules import monday_of
from mealroute.orders import call_list, choosing
from mealroute.orders.records import Channel, ChoiceKind, Voice
from mealroute.residents.records import ResidentId
from web import here
from web.ahead.page import page_of
from web.permissions import requires

bp = Blueprint("ahead", __name__, template_folder="templates")


@bp.get("/menus/<day:day>/clashes")
@requires("orders.view")
def show(day: date) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        page = page_of(
            db, monday_of(day), scope=here.actor().scope, today=here.clock().today(), show=request.args.get("show", ""),
            street=request.args.get("street", ""), decide=request.args.get("decide", ""),
        )  # fmt: skip
    return render_template("ahead/clashes.html", page=page)


@bp.post("/menus/<day:day>/<slot:slot>/choices")
@requires("orders.edit")
def decide(day: date, slot: MealSlot) -> ResponseReturnValue:
    answer, _colon, dish = request.form.get("answer", "").partition(":")
    try:
        kind = ChoiceKind(answer)
        means, voice = Channel(request.form.get("means", "")), Voice(request.form.get("voice", ""))
        resident = ResidentId(int(request.form.get("resident", "")))
    except ValueError:
        raise MealrouteError(
            "choice-incomplete", _("Say what was decided, whose word it is and how it came.")
        ) from None
    with unit_of_work() as db:
        choosing.choose(
            db, resident, day, slot, kind, dish_code=dish or None, means=means, voice=voice,
            note=request.form.get("note", "")[:200], by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The decision is noted; the order of that day follows it."), "ok")
    show, street = (request.form.get(name) or None for name in ("show", "street"))
    return redirect(url_for("ahead.show", day=monday_of(day), show=show, street=street), 303)


@bp.post("/menus/<day:day>/calls.pdf")
@requires("residents.reveal")
def calls(day: date) -> ResponseReturnValue:
    """Names and numbers go out: that is why it is a POST with a reason."""
    with unit_of_work() as db:
        file = call_list.call_list(
            db, monday_of(day), street=request.form.get("street") or None, reason=request.form.get("reason", ""),
            by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    return send_file(BytesIO(file.content), mimetype="application/pdf", download_name=file.name)
