"""The time bank: accounts, one account's lines, spending and correcting, the file for 京彩时光."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.timebank import queries, rules, service
from mealroute.timebank.rulebook import rule_on
from mealroute.vendors import driver_papers
from web import here
from web.permissions import requires

bp = Blueprint("timebank", __name__, template_folder="templates")


@bp.get("/time-bank")
@requires("timebank.view")
def index() -> ResponseReturnValue:
    today = here.clock().today()
    with unit_of_work(read_only=True) as db:
        accounts, pages = queries.accounts(db, scope=here.actor().scope), driver_papers.page_numbers(db)
    month_end = today.replace(day=1) - timedelta(days=1)
    return render_template(
        "timebank/index.html",
        accounts=accounts,
        pages=pages,
        hours=rules.hours,
        rule=rule_on(today),
        first=month_end.replace(day=1),
        last=month_end,
    )


@bp.get("/time-bank/<int:driver>")
@requires("timebank.view")
def account(driver: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        person = driver_papers.driver(db, driver, scope=here.actor().scope)
        found = queries.account(db, person.code, scope=here.actor().scope)
        entries = queries.statement(db, driver_code=person.code)
    return render_template(
        "timebank/account.html",
        a=found,
        entries=tuple(reversed(entries)),
        hours=rules.hours,
        page=driver,
        request_id=str(uuid.uuid4()),
    )


@bp.post("/time-bank/<int:driver>/entries")
@requires("timebank.enter")
def enter(driver: int) -> ResponseReturnValue:
    form = request.form
    minutes, what = form.get("minutes", type=int) or 0, form.get("what", "")
    with unit_of_work() as db:
        code = driver_papers.driver(db, driver, scope=here.actor().scope).code
        given: dict[str, Any] = {
            "reason": form.get("reason", "")[:300],
            "request_id": _request_id(),
            "by": here.actor(),
            "clock": here.clock(),
        }
        if what == "spend":
            new = service.spend(db, code, minutes, **given)
        elif what in {"add", "take"}:
            new = service.correct(db, code, minutes if what == "add" else -minutes, **given)
        else:
            raise MealrouteError("form-wrong", _("Say what the minutes are for."))
    flash(_("The line is written.") if new else _("This was recorded before; it counts once."), "ok")
    return redirect(url_for("timebank.account", driver=driver), 303)


@bp.post("/time-bank/count")
@requires("timebank.enter")
def count() -> ResponseReturnValue:
    first, last = _days()
    with unit_of_work() as db:
        lines = service.count(db, first, last, by=here.actor(), clock=here.clock())
    flash(_("%(n)d lines were written.", n=lines), "ok" if lines else "info")
    return redirect(url_for("timebank.index"), 303)


@bp.post("/time-bank/export.csv")
@requires("timebank.enter")
def export_csv() -> ResponseReturnValue:
    first, last = _days()
    with unit_of_work() as db:
        name, content = service.export(db, first, last, "csv", by=here.actor(), clock=here.clock())
    return send_file(BytesIO(content), mimetype="text/csv", as_attachment=True, download_name=name)


@bp.post("/time-bank/export.xlsx")
@requires("timebank.enter")
def export_xlsx() -> ResponseReturnValue:
    first, last = _days()
    with unit_of_work() as db:
        name, content = service.export(db, first, last, "xlsx", by=here.actor(), clock=here.clock())
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


def _days() -> tuple[date, date]:
    try:
        first, last = (
            date.fromisoformat(request.form.get("first", "")),
            date.fromisoformat(request.form.get("last", "")),
        )
    except ValueError:
        raise MealrouteError("form-wrong", _("From which day, to which day?")) from None
    if last < first:
        raise MealrouteError("form-wrong", _("From which day, to which day?"))
    return first, last


def _request_id() -> str:
    try:
        return str(uuid.UUID(request.form.get("request_id", "")))
    except ValueError:
        return str(uuid.uuid4())
