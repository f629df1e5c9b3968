"""The budget of a year by fund: decisions with their document, what is used and paid, where the year is heading."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.money import parse_yuan
from mealroute.settlement import budget as money
from mealroute.settlement.budget_records import DecisionKind
from mealroute.subsidy.rulebook import load_rulebook
from web import here
from web.permissions import requires
from web.settlement.figures import freshness
from web.settlement.views import bp


@bp.get("/budget")
@requires("subsidy.view")
def budget_now() -> ResponseReturnValue:
    """The budget of this year."""
    return redirect(url_for("settlement.budget", year=here.clock().today().year))


@bp.get("/budget/<int:year>")
@requires("subsidy.view")
def budget(year: int) -> ResponseReturnValue:
    if not 2000 <= year <= 2100:
        raise NotFound("year-wrong", _("A budget is decided for a year up to the next one."))
    with unit_of_work(read_only=True) as db:
        found = money.budget_year(db, load_rulebook().payer, year, clock=here.clock())
        months = {month: freshness(db, month, dated) for month, dated in found.dated.items()}
    working = any(each.work is not None and each.work.open for each in months.values())
    return render_template(
        "settlement/budget.html", found=found, year=year, funds=money.FUNDS, kinds=list(DecisionKind), months=months, working=working
    )  # fmt: skip


@bp.post("/budget/<int:year>/decisions")
@requires("settlement.budget")
def decide(year: int) -> ResponseReturnValue:
    form = request.form
    try:
        amount, day, kind = (
            parse_yuan(form.get("amount", "")),
            date.fromisoformat(form.get("decided_on", "")),
            DecisionKind(form.get("kind", "")),
        )
    except ValueError:
        raise MealrouteError(
            "decision-unreadable", _("The day or an amount is not readable."), _("Write amounts as 1250.00.")
        ) from None
    with unit_of_work() as db:
        new = money.decide(
            db, fund=form.get("fund", ""), year=year, kind=kind, amount_fen=amount, document_no=form.get("document_no", ""),
            document_title=form.get("document_title", ""), decided_on=day, note=form.get("note", ""), by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The decision stands.") if new else _("This decision stood already."), "ok")
    return redirect(url_for("settlement.budget", year=year), 303)
