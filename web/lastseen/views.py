"""Who was last seen when, by whom, how; calls and knocks before it gets too long; the 24-hour book."""

import uuid
from collections import Counter
from datetime import timedelta
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _, ngettext
from mealroute.welfare import book, exports, queries, service
from mealroute.welfare.records import CallMeans, Result, Way
from mealroute.welfare.rulebook import silence_rules
from web import here
from web.lastseen import page
from web.permissions import requires
from web.streets import street_names

bp = Blueprint("lastseen", __name__, template_folder="templates")
LIMIT = 300
MIME = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("/last-seen")
@requires("cases.view")
def index() -> ResponseReturnValue:
    show = request.args.get("show", "soon")
    with unit_of_work(read_only=True) as db:
        rows = queries.last_seen(db, scope=here.actor().scope, clock=here.clock())
        streets = street_names(db)
    now = here.clock().now()
    groups = {
        "over": [row for row in rows if row.too_long(now)], "soon": [row for row in rows if row.until <= now + timedelta(days=1)], "all": list(rows)
    }  # fmt: skip
    shown = groups.get(show, groups["all"])
    return render_template(
        "lastseen/index.html", rows=shown[:LIMIT], total=len(shown), counts_of={key: len(found) for key, found in groups.items()}, show=show,
        streets=streets, now=now, today=here.clock().today(), limit=LIMIT, results=list(Result), client_id=lambda: str(uuid.uuid4()),
    )  # fmt: skip


@bp.post("/last-seen/<int:resident>")
@requires("cases.record")
def seen(resident: int) -> ResponseReturnValue:
    """A contact that nobody planned, or what came of a planned call."""
    form = request.form
    with unit_of_work() as db:
        service.record_contact(
            db, resident, means=page.choice(CallMeans, form.get("means"), CallMeans.CALL),
            result=page.choice(Result, form.get("result"), Result.NOT_REACHED), person=form.get("person", ""), note=form.get("note", ""),
            call_id=form.get("call", type=int), client_id=page.client_id(form), by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("Recorded."), "ok")
    back = (
        url_for("lastseen.calls", street=form.get("street") or None) if form.get("call") else url_for("lastseen.index")
    )
    return redirect(back, 303)


@bp.get("/welfare-calls")
@requires("cases.view")
def calls() -> ResponseReturnValue:
    return _calls({})


@bp.post("/welfare-calls/numbers")
@requires("cases.record")
def numbers() -> ResponseReturnValue:
    """The list with full names and numbers, once; who took it and how many people are on it is kept."""
    with unit_of_work() as db:
        shown = page.reveal(db, page.span(), request.args.get("street", ""))
    return _calls(shown)


@bp.post("/welfare-calls/plan")
@requires("cases.record")
def plan() -> ResponseReturnValue:
    with unit_of_work() as db:
        new = service.plan_calls(db, by=here.actor(), clock=here.clock())
    flash(ngettext("%(n)d person put on the list.", "%(n)d people put on the list.", new), "ok" if new else "info")
    return redirect(url_for("lastseen.calls"), 303)


@bp.post("/welfare-calls/rule")
@requires("ladder.edit")
def rule() -> ResponseReturnValue:
    """A street's own longest time and what counts as seen there."""
    form = request.form
    with unit_of_work() as db:
        new = service.set_hours(
            db, form.get("street", ""), page.hours(form), [way for way in Way if form.get(way)], from_day=page.day(form.get("from_day")),
            reason=form.get("reason", ""), by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The street's rule is set.") if new else _("This is how it stands already."), "ok" if new else "info")
    return redirect(url_for("lastseen.calls"), 303)


@bp.get("/welfare-book")
@requires("cases.view")
def daybook() -> ResponseReturnValue:
    day = page.day(request.args.get("day"))
    with unit_of_work(read_only=True) as db:
        found = book.book_of(db, day, scope=here.actor().scope, clock=here.clock())
        streets = street_names(db)
    return render_template("lastseen/book.html", book=found, day=day, streets=streets, today=here.clock().today())


@bp.post("/welfare-book/file")
@requires("cases.view")
def file() -> ResponseReturnValue:
    """The book of a day as a file; recorded with its reason."""
    form = request.form
    with unit_of_work() as db:
        made = exports.export_book(
            db, page.day(form.get("day")), kind=form.get("format", ""), full_names=form.get("full") == "1", reason=form.get("reason", ""),
            by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    return send_file(BytesIO(made.content), mimetype=MIME[form["format"]], download_name=made.name, as_attachment=True)


def _calls(shown: dict[int, page.Shown]) -> str:
    first, last = page.span()
    with unit_of_work(read_only=True) as db:
        found = queries.calls(db, first, last, scope=here.actor().scope, clock=here.clock())
        streets = {code: name for code, name in street_names(db).items() if here.actor().scope.sees_street(code)}
        rules_of = queries.rules_by_street(db, streets, here.clock().today())
    street = request.args.get("street", "")
    counts_of = Counter(one.street_code for one in sorted(found, key=lambda one: one.street_code))
    within = page.listed(found, street)
    return render_template(
        "lastseen/calls.html", found=within[: page.CALLS_SHOWN], street=street, counts_of=counts_of, total=len(within), open=sum(one.open for one in within), shown=shown, streets=streets, rules_of=rules_of, district=silence_rules(here.clock().today()),
        now=here.clock().now(), today=here.clock().today(), results=list(Result), ways=list(Way), client_id=lambda: str(uuid.uuid4()),
    )  # fmt: skip
