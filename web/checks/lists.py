"""Lists from outside: bring a file, write one line by hand, take a wrong line back."""

from datetime import date
from pathlib import PurePath

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.adapters import sheets
from mealroute.checks import notices
from mealroute.checks.notices import Brought, NoticeKind
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from web import here
from web.checks.blueprint import bp
from web.permissions import requires
from web.streets import street_names


@bp.get("/checks/lists")
@requires("checks.lists")
def outside() -> ResponseReturnValue:
    return _page()


@bp.post("/checks/lists")
@requires("checks.lists")
def bring() -> ResponseReturnValue:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise MealrouteError("file-missing", _("Choose a file first."))
    found = sheets.read_bytes(file.read(), PurePath(file.filename.replace("\\", "/")).name[:120])
    with unit_of_work() as db:
        result = notices.bring(db, found, by=here.actor(), clock=here.clock())
    return _page(result)


@bp.post("/checks/lists/lines")
@requires("checks.lists")
def add() -> ResponseReturnValue:
    form = request.form
    try:
        kind, first = NoticeKind(form.get("kind", "")), date.fromisoformat(form.get("first", ""))
        last = date.fromisoformat(form["last"]) if form.get("last") else None
    except ValueError:
        raise MealrouteError("form-wrong", _("From which day, to which day?")) from None
    with unit_of_work() as db:
        notices.add(
            db, form.get("code", ""), kind, first, last, form.get("source", ""), by=here.actor(), clock=here.clock()
        )
    flash(_("The line is written."), "ok")
    return redirect(url_for("checks.outside"), 303)


@bp.post("/checks/lists/<int:notice>/withdraw")
@requires("checks.lists")
def withdraw(notice: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        notices.withdraw(db, notice, reason=request.form.get("reason", "")[:300], by=here.actor(), clock=here.clock())
    flash(_("Taken back; the line stays on file."), "ok")
    return redirect(url_for("checks.outside"), 303)


def _page(result: Brought | None = None) -> str:
    with unit_of_work(read_only=True) as db:
        found = notices.notices(db, scope=here.actor().scope)
        streets = street_names(db)
    return render_template("checks/lists.html", found=found, streets=streets, kinds=list(NoticeKind), result=result)
