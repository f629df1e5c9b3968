"""A month's findings by check, severity, vendor and street; one finding with its evidence; clearing it with a reason."""

from collections import Counter
from datetime import date, timedelta
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.accounts.rules import may
from mealroute.checks import evidence_queries, exports, own_work, queries, service, words
from mealroute.checks.records import FindingRecord, FindingState, Severity
from mealroute.checks.rulebook import policy_on
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.oversight import checking
from mealroute.subsidy.queries import month_days
from mealroute.vendors import queries as vendors
from web import here
from web.checks import links
from web.checks.blueprint import bp
from web.permissions import requires
from web.streets import street_names

LIMIT = 400
MIME = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@bp.get("/checks")
@requires("checks.view")
def index() -> ResponseReturnValue:
    """The last month that is over."""
    last = here.clock().today().replace(day=1) - timedelta(days=1)
    return redirect(url_for("checks.month", month=last.strftime("%Y-%m")))


@bp.get("/checks/<month:month>")
@requires("checks.view")
def month(month: str) -> ResponseReturnValue:
    asked = {name: request.args.get(name, "") for name in ("severity", "state", "check", "vendor", "street")}
    scope = here.actor().scope
    with unit_of_work(read_only=True) as db:
        found = queries.findings(db, month, scope=scope)
        sums, looks, job = (
            queries.open_sum(db, month, scope=scope),
            queries.looks(db, month),
            checking.under_way(db, month),
        )
        names, streets = {one.code: one.name for one in vendors.vendors(db)}, street_names(db)
    state = asked["state"] or str(FindingState.OPEN)
    standing = [one for one in found if state in {"all", one.state}]
    shown = [one for one in standing if _fits(one, asked)]
    return render_template(
        "checks/month.html", month=month, shown=shown[:LIMIT], more=max(0, len(shown) - LIMIT), asked={**asked, "state": state}, sums=sums,
        looks=looks, job=job, names=names, streets=streets, words=words, counts=_counts(standing), policy=policy_on(month_days(month)[1]),
        states=Counter(str(one.state) for one in found), **around(month),
    )  # fmt: skip


def _fits(one: FindingRecord, asked: dict[str, str]) -> bool:
    pairs = (("severity", one.severity), ("check", one.code), ("vendor", one.vendor), ("street", one.street))
    return all(not asked[name] or asked[name] == str(value) for name, value in pairs)


def _counts(found: list[FindingRecord]) -> dict[str, Counter[str]]:
    return {
        "severity": Counter(str(one.severity) for one in found),
        "check": Counter(one.code for one in found),
        "vendor": Counter(one.vendor for one in found if one.vendor),
        "street": Counter(one.street for one in found if one.street),
    }


@bp.post("/checks/<month:month>/look")
@requires("checks.run")
def look(month: str) -> ResponseReturnValue:
    with unit_of_work() as db:
        checking.ask(db, month, by=here.actor(), clock=here.clock())
    here.executor().wake()
    flash(_("The checks are looking at the month; this page shows what they find when they are done."), "info")
    return redirect(url_for("checks.month", month=month), 303)


@bp.get("/checks/findings/<int:finding>")
@requires("checks.view")
def finding(finding: int) -> ResponseReturnValue:
    by = here.actor()
    scope = by.scope
    with unit_of_work(read_only=True) as db:
        one = queries.finding(db, finding, scope=scope)
        objection = own_work.objection(db, finding, by=by, quick=True) if may(by, "checks.clear") else None
        meals = evidence_queries.meals(db, queries.lines_of(db, finding), zone=here.clock().zone)
        named = evidence_queries.named(db, one.evidence)
        history, digest = queries.history(db, finding), queries.digest_of(db, finding)
        open_ones = queries.open_findings(db, one.month, scope=scope)
        names = {each.code: each.name for each in vendors.vendors(db)}
        streets = street_names(db)
    numbers = [each.id for each in open_ones]
    after = (
        next((each for each in numbers[numbers.index(one.id) + 1 :]), None)
        if one.id in numbers
        else next(iter(numbers), None)
    )
    return render_template(
        "checks/finding.html", f=one, meals=meals, named=named, history=history, digest=digest, words=words, after=after, names=names,
        streets=streets, rule=policy_on(month_days(one.month)[1]).checks.get(one.code), Severity=Severity, links=links,
        objection=objection,
    )  # fmt: skip


@bp.post("/checks/findings/<int:finding>/clear")
@requires("checks.clear")
def clear(finding: int) -> ResponseReturnValue:
    form = request.form
    with unit_of_work() as db:
        service.clear(
            db,
            finding,
            reason=form.get("reason", "")[:500],
            digest=form.get("digest", ""),
            by=here.actor(),
            clock=here.clock(),
        )
    flash(_("Cleared, with your name and reason."), "ok")
    after = form.get("after", type=int)
    return redirect(url_for("checks.finding", finding=after or finding), 303)


@bp.post("/checks/findings/<int:finding>/reopen")
@requires("checks.clear")
def reopen(finding: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        service.reopen(db, finding, reason=request.form.get("reason", "")[:500], by=here.actor(), clock=here.clock())
    flash(_("The finding is open again."), "ok")
    return redirect(url_for("checks.finding", finding=finding), 303)


@bp.post("/checks/<month:month>/export")
@requires("exports.run")
def export(month: str) -> ResponseReturnValue:
    kind = request.form.get("format", "")
    with unit_of_work() as db:
        file = exports.findings_file(
            db, month, kind, purpose=request.form.get("purpose", ""), by=here.actor(), clock=here.clock()
        )
    return send_file(BytesIO(file.content), mimetype=MIME[kind], download_name=file.name, as_attachment=True)


def around(month: str) -> dict[str, str]:
    """The months before and after."""
    first = date.fromisoformat(f"{month}-01")
    return {
        "before": (first - timedelta(days=1)).strftime("%Y-%m"),
        "after": (first + timedelta(days=32)).strftime("%Y-%m"),
    }
