"""A month's swipes: bring a file in after looking at it, explain what does not fit."""

from datetime import date, timedelta
from pathlib import PurePath

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.subsidy.queries import month_days
from mealroute.swipes import queries, service
from mealroute.swipes.imports import FIELDS
from mealroute.swipes.records import Columns
from mealroute.swipes.words import sentence
from mealroute.vendors import queries as vendors
from web import here
from web.permissions import requires

bp = Blueprint("swipes", __name__, template_folder="templates")
SHOWN = 200


@bp.get("/swipes")
@requires("subsidy.view")
def index() -> ResponseReturnValue:
    """The month that runs: swipes come in day by day."""
    return redirect(url_for("swipes.month", month=here.clock().today().strftime("%Y-%m")))


@bp.get("/swipes/<month:month>")
@requires("subsidy.view")
def month(month: str) -> ResponseReturnValue:
    first, last = month_days(month)
    with unit_of_work(read_only=True) as db:
        found = queries.reckoning(db, first, last, scope=here.actor().scope)
        people = queries.people(db, {one.resident_id for one in found.open if one.resident_id is not None})
        return render_template(
            "swipes/month.html", month=month, r=found, people=people, sentence=sentence, batches=queries.batches(db, first, last),
            sources=queries.sources(db), stations={one.code: one.name for one in vendors.stations(db)}, shown=SHOWN, before=_month(first - timedelta(days=1)),
            after=_month(last + timedelta(days=1)),
        )  # fmt: skip


@bp.post("/swipes/look")
@requires("swipes.bring")
def look() -> ResponseReturnValue:
    """A file to look at, or the one looked at with other columns. Nothing enters."""
    source, token, file = request.form.get("source", ""), request.form.get("token", ""), request.files.get("file")
    if not source.strip():
        raise MealrouteError("source-missing", _("Say which machine or platform the file comes from."))
    with unit_of_work() as db:
        if not token:
            if file is None or not file.filename:
                raise MealrouteError("file-missing", _("Choose a file first."))
            name = PurePath(file.filename.replace("\\", "/")).name[:120]
            token = service.keep(db, file.read(), name, by=here.actor(), clock=here.clock())
        columns = _columns() if request.form.get("again") else None
        found = service.look(db, token, source=source, columns=columns, by=here.actor(), clock=here.clock())
    return render_template("swipes/look.html", p=found, fields=[field.name for field in FIELDS])


@bp.post("/swipes/bring-in")
@requires("swipes.bring")
def bring_in() -> ResponseReturnValue:
    with unit_of_work() as db:
        batch = service.bring_in(
            db, request.form.get("token", ""), source=request.form.get("source", ""), columns=_columns(), first=_day("first"),
            last=_day("last"), by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    words = _("%(n)d swipes came in, %(same)d were there already, %(aside)d rows were set aside.", n=batch.rows, same=batch.repeated, aside=batch.set_aside)  # fmt: skip
    flash(words, "watch" if batch.set_aside else "ok")
    return redirect(url_for("swipes.month", month=_month(batch.last_day)), 303)


@bp.post("/swipes/<month:month>/explain")
@requires("swipes.bring")
def explain(month: str) -> ResponseReturnValue:
    """Words for a mismatch, or with a resident's code whose swipe it was."""
    form, by, clock = request.form, here.actor(), here.clock()
    subject, words, code = form.get("subject", ""), form.get("sentence", ""), form.get("resident", "").strip()
    with unit_of_work() as db:
        if code:
            service.assign(db, month_days(month), subject, code, sentence=words, by=by, clock=clock)
        else:
            service.explain(db, month_days(month), subject, sentence=words, by=by, clock=clock)
    flash(_("The swipe has its person.") if code else _("The explanation stands."), "ok")
    return redirect(url_for("swipes.month", month=month), 303)


def _columns() -> Columns:
    chosen = {field.name: heading for field in FIELDS if (heading := request.form.get(f"column-{field.name}", ""))}
    return Columns(chosen=chosen, in_fen=request.form.get("unit") == "fen")


def _day(name: str) -> date | None:
    written = request.form.get(name, "")
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise MealrouteError("form-wrong", _("From which day, to which day?")) from None


def _month(day: date) -> str:
    return day.strftime("%Y-%m")
