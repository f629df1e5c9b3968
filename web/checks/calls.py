"""The call-back of a month: the seed and what it draws from, the draw, the list of calls, the answers and what they are worth."""

import secrets
from datetime import timedelta
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.checks import call_back, call_back_queries, exports
from mealroute.checks.call_back_records import Heard
from mealroute.checks.rulebook import policy_on
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.subsidy.queries import month_days
from mealroute.vendors import queries as vendors
from web import here
from web.checks.blueprint import bp
from web.checks.views import MIME, around
from web.permissions import requires
from web.streets import street_names


@bp.get("/call-back")
@requires("callback.view")
def calls() -> ResponseReturnValue:
    """The last month that is over."""
    last = here.clock().today().replace(day=1) - timedelta(days=1)
    return redirect(url_for("checks.calls_of", month=last.strftime("%Y-%m")))


@bp.get("/call-back/<month:month>")
@requires("callback.view")
def calls_of(month: str) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        seeds = call_back_queries.seeds(db, month)
        estimates = call_back_queries.estimates(db, month)
        names = {one.code: one.name for one in vendors.vendors(db)}
    return render_template(
        "checks/calls.html", month=month, seeds=seeds, estimates=estimates, names=names, proposed=secrets.token_hex(8), Heard=Heard,
        rule=policy_on(month_days(month)[1]).call_back, over=here.clock().today() > month_days(month)[1], **around(month),
    )  # fmt: skip


@bp.post("/call-back/<month:month>/seed")
@requires("callback.draw")
def publish_seed(month: str) -> ResponseReturnValue:
    form = request.form
    with unit_of_work() as db:
        call_back.publish_seed(
            db, month, seed=form.get("seed", "")[:120], origin=form.get("origin", "")[:200], reason=form.get("reason", "")[:300],
            by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The seed and the lists that it draws from are written down. Nothing is drawn yet."), "ok")
    return redirect(url_for("checks.calls_of", month=month), 303)


@bp.post("/call-back/draws/<int:seed>/draw")
@requires("callback.draw")
def draw(seed: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        n = call_back.draw(db, seed, by=here.actor(), clock=here.clock())
    flash(_("%(n)d meals are drawn.", n=n), "ok")
    return redirect(url_for("checks.call_list", seed=seed), 303)


@bp.get("/call-back/draws/<int:seed>")
@requires("callback.view")
def call_list(seed: int) -> ResponseReturnValue:
    vendor = request.args.get("vendor", "")
    with unit_of_work(read_only=True) as db:
        found = call_back_queries.seed(db, seed)
        picks = call_back_queries.picks(db, seed, scope=here.actor().scope, vendor=vendor)
        names = {one.code: one.name for one in vendors.vendors(db)}
        streets = street_names(db)
    return render_template(
        "checks/call_list.html", s=found, picks=picks, vendor=vendor, names=names, streets=streets, Heard=Heard
    )


@bp.post("/call-back/draws/<int:seed>/reveal")
@requires("callback.call")
def reveal(seed: int) -> ResponseReturnValue:
    """The list with names and numbers, to call from or to print; shown once, recorded."""
    vendor = request.form.get("vendor", "")
    with unit_of_work() as db:
        found = call_back_queries.seed(db, seed)
        people = call_back.reveal(
            db, seed, vendor=vendor, reason=request.form.get("reason", "")[:300], by=here.actor(), clock=here.clock()
        )
        picks = {
            (one.vendor, one.position): one
            for one in call_back_queries.picks(db, seed, scope=here.actor().scope, vendor=vendor)
        }
        names = {one.code: one.name for one in vendors.vendors(db)}
    return render_template(
        "checks/revealed.html", s=found, people=people, picks=picks, vendor=vendor, names=names, Heard=Heard
    )


@bp.post("/call-back/picks/<int:pick>/answer")
@requires("callback.call")
def answer(pick: int) -> ResponseReturnValue:
    form = request.form
    try:
        heard = Heard(form.get("answer", ""))
    except ValueError:
        raise MealrouteError("answer-missing", _("Choose what was heard.")) from None
    with unit_of_work() as db:
        call_back.answer(db, pick, heard, note=form.get("note", "")[:300], by=here.actor(), clock=here.clock())
    flash(_("The answer is written down."), "ok")
    return redirect(
        url_for(
            "checks.call_list",
            seed=form.get("seed", 0, type=int),
            vendor=form.get("vendor") or None,
            _anchor=f"pick-{pick}",
        ),
        303,
    )


@bp.post("/call-back/draws/<int:seed>/export")
@requires("exports.run")
def export_calls(seed: int) -> ResponseReturnValue:
    kind = request.form.get("format", "")
    with unit_of_work() as db:
        file = exports.calls_file(
            db, seed, kind, purpose=request.form.get("purpose", ""), by=here.actor(), clock=here.clock()
        )
    return send_file(BytesIO(file.content), mimetype=MIME[kind], download_name=file.name, as_attachment=True)
