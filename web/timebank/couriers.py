"""职业痕迹: one page for each driver, courier and volunteer: papers with their dates, and the months of work."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.core import audit
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.timebank import rules, service_record
from mealroute.vendors import driver_papers, queries
from mealroute.vendors import rules as papers
from mealroute.vendors.driver_papers import PaperKind
from web import here
from web.permissions import requires
from web.timebank.views import bp


@bp.get("/couriers")
@requires("vendors.view")
def couriers() -> ResponseReturnValue:
    today = here.clock().today()
    with unit_of_work(read_only=True) as db:
        drivers, pages = queries.drivers(db, scope=here.actor().scope), driver_papers.page_numbers(db)
    rows = [(pages[each.code], each, papers.driver_warnings(each, today)) for each in drivers]
    rows.sort(key=lambda row: (not row[1].active, not papers.blocked(row[2]), not row[2], row[1].code))
    return render_template("timebank/couriers.html", rows=rows, today=today)


@bp.get("/couriers/<int:driver>")
@requires("vendors.view")
def courier(driver: int) -> ResponseReturnValue:
    today = here.clock().today()
    with unit_of_work(read_only=True) as db:
        person = driver_papers.driver(db, driver, scope=here.actor().scope)
        page = {"papers": driver_papers.papers(db, person.code), "months": service_record.months(db, person.code)}
    return render_template(
        "timebank/courier.html", d=person, number=driver, warnings=papers.driver_warnings(person, today), today=today, hours=rules.hours,
        kinds=tuple(PaperKind), **page,
    )  # fmt: skip


@bp.post("/couriers/<int:driver>/papers")
@requires("vendors.edit")
def note_paper(driver: int) -> ResponseReturnValue:
    form = request.form
    try:
        kind, issued = PaperKind(form.get("kind", "")), date.fromisoformat(form.get("issued_on", ""))
        ends = date.fromisoformat(form["valid_to"]) if form.get("valid_to") else None
    except ValueError:
        raise MealrouteError("form-wrong", _("What was shown, issued when, valid until when?")) from None
    with unit_of_work() as db:
        code = driver_papers.driver(db, driver, scope=here.actor().scope).code
        new = driver_papers.note(
            db, code, kind, issued_on=issued, valid_to=ends, number=form.get("number", ""), subject=form.get("subject", ""),
            remark=form.get("remark", "")[:300], by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The paper is on file.") if new else _("This paper was on file already."), "ok")
    return redirect(url_for("timebank.courier", driver=driver), 303)


@bp.post("/couriers/<int:driver>/record.csv")
@requires("vendors.view")
def record_csv(driver: int) -> ResponseReturnValue:
    """The whole record as a file, for the person or the next employer; recorded."""
    with unit_of_work() as db:
        person = driver_papers.driver(db, driver, scope=here.actor().scope)
        content = service_record.as_csv(db, person)
        audit.record(
            db, by=here.actor(), clock=here.clock(), action="timebank.record-exported", subject=f"driver/{person.code}"
        )
    return send_file(
        BytesIO(content), mimetype="text/csv", as_attachment=True, download_name=f"service-record-{person.code}.csv"
    )
