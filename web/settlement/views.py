"""A month of one payer: look, explain, close."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.settlement import service as closing
from mealroute.settlement.viewing import month_page
from mealroute.subsidy.records import Identity
from mealroute.subsidy.rulebook import load_rulebook
from web import here
from web.permissions import requires
from web.rule_words import rule_titles
from web.settlement.figures import freshness
from web.settlement.progress import shown
from web.settlement.turns import turn
from web.settlement.waterfall import steps
from web.streets import street_names

bp = Blueprint("settlement", __name__, template_folder="templates")


@bp.get("/settlement")
@requires("subsidy.view")
def index() -> ResponseReturnValue:
    """The last month that is over."""
    return redirect(url_for("settlement.month", month=_shifted(here.clock().today().strftime("%Y-%m"), -1)))


@bp.get("/settlement/<month:month>")
@requires("subsidy.view")
def month(month: str) -> ResponseReturnValue:
    by = here.actor()
    with unit_of_work(read_only=True) as db:
        seen = month_page(db, load_rulebook().payer, month, scope=by.scope)
        found, close = seen.statement, seen.close
        streets = street_names(db)
        work, progress = shown(db, month, close.history, by=by)
        figures = freshness(db, month, seen.dated)
    over, mine = here.clock().today().isoformat()[:7] > month, turn(close, by, current=figures.current)
    if found is None:
        return render_template(
            "settlement/unreckoned.html", month=month, before=_shifted(month, -1), after=_shifted(month, 1), close=close, mine=mine, over=over, work=work,
            progress=progress, figures=figures, streets=streets,
        )  # fmt: skip
    shares: dict[str, int] = {}
    for group in found.by_rule:
        for payer, amount in group.shares:
            shares[payer] = shares.get(payer, 0) + amount
    return render_template(
        "settlement/month.html", month=month, s=found, steps=steps(found.figures), terms=_terms, shares=sorted(shares.items()),
        before=_shifted(month, -1), after=_shifted(month, 1), close=close, mine=mine, streets=streets, over=over, work=work,
        progress=progress, titles=rule_titles(), figures=figures, said=seen.said,
    )  # fmt: skip


@bp.post("/settlement/<month:month>/explain")
@requires("subsidy.close")
def explain(month: str) -> ResponseReturnValue:
    line = request.form.get("line", type=int)
    if line is None:
        raise MealrouteError("line-missing", _("Say which meal is explained."))
    sentence = request.form.get("sentence", "")
    with unit_of_work() as db:
        closing.explain(db, load_rulebook().payer, month, line, sentence=sentence, by=here.actor(), clock=here.clock())
    flash(_("The explanation stands."), "ok")
    return redirect(url_for("settlement.month", month=month), 303)


def _terms(identity: Identity) -> list[tuple[int, str, None]]:
    return [(part.value, part.label, None) for part in identity.parts]


def _shifted(month: str, by: int) -> str:
    first = date.fromisoformat(f"{month}-01")
    other = first - timedelta(days=1) if by < 0 else first + timedelta(days=32)
    return other.strftime("%Y-%m")
