"""A vendor's own figures: what became of yesterday's meals, the month's statement so far, the scorecard."""

from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries as doors
from mealroute.oversight import queries
from mealroute.settlement import statements
from mealroute.subsidy.rulebook import load_rulebook
from web import here, nav
from web.permissions import requires
from web.rule_words import rule_titles
from web.vendorscore import pages

bp = Blueprint("vendorscore", __name__, template_folder="templates")


@bp.get("/my-work/yesterday")
@requires("vendor.figures")
def yesterday() -> ResponseReturnValue:
    """The last day before today on which the vendor brought something; yesterday itself where there was none."""
    today = here.clock().today()
    with unit_of_work(read_only=True) as db:
        found = queries.last_driven(db, _own(), today)
    day, slot = found or (today - timedelta(days=1), nav.chosen().slot)
    return redirect(url_for("vendorscore.outcomes", day=day, slot=MealSlot(slot)))


@bp.get("/my-work/outcomes/<day:day>/<slot:slot>")
@requires("vendor.figures")
def outcomes(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        lines = doors.outcomes(db, day, slot, scope=here.actor().scope)
    kept = [line for line in lines if line.outcome is not None and line.delivered < line.quantity]
    waiting = [line for line in lines if line.outcome is None]
    return render_template(
        "vendorscore/outcomes.html", day=day, slot=slot, totals=doors.totals_of(lines), kept=kept, waiting=waiting,
        runs=pages.by_run(lines), before=day - timedelta(days=1), after=day + timedelta(days=1),
    )  # fmt: skip


@bp.get("/my-work/statement")
@requires("vendor.figures")
def statement() -> ResponseReturnValue:
    return redirect(url_for("vendorscore.statement_of", month=pages.newest_month(_own())))


@bp.get("/my-work/statement/<month:month>")
@requires("vendor.figures")
def statement_of(month: str) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found, corrected = statements.of_vendor(db, load_rulebook().payer, _own(), month, clock=here.clock())
    return render_template(
        "vendorscore/statement.html",
        s=found,
        corrected=corrected,
        titles=rule_titles(),
        total=found.total,
        **pages.around(month),
    )


@bp.get("/my-work/scorecard")
@requires("vendor.figures")
def scorecard() -> ResponseReturnValue:
    return redirect(url_for("vendorscore.scorecard_of", month=pages.newest_month(_own())))


@bp.get("/my-work/scorecard/<month:month>")
@requires("vendor.figures")
def scorecard_of(month: str) -> ResponseReturnValue:
    return pages.card_page(_own(), month, own=True)


@bp.get("/my-work/scorecard/<month:month>/paper")
@requires("vendor.figures")
def own_paper(month: str) -> ResponseReturnValue:
    return pages.card_paper(_own(), month)


@bp.get("/my-work/scorecard/<month:month>/rows")
@requires("vendor.figures")
def rows(month: str) -> ResponseReturnValue:
    return pages.rows_page(_own(), month, own=True)


def _own() -> str:
    return here.actor().scope.vendor or ""
