"""The chain of a month: by day, street, vendor or kitchen; from any figure to its lines; from a line to its proof."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.settlement import chain_rules, service
from mealroute.settlement.chain_records import FIGURES, Cut
from mealroute.settlement.one_meal import one_meal
from mealroute.settlement.payees import names
from mealroute.settlement.viewing import chain_page, lines_page
from mealroute.subsidy.records import Identity
from mealroute.subsidy.rulebook import load_rulebook
from web import here
from web.permissions import requires
from web.rule_words import rule_titles
from web.settlement.figures import freshness
from web.settlement.views import bp


@bp.get("/settlement/<month:month>/chain")
@requires("subsidy.view")
def chain(month: str) -> ResponseReturnValue:
    cut = _cut(request.args.get("by", str(Cut.DAY)))
    with unit_of_work(read_only=True) as db:
        seen = chain_page(db, load_rulebook().payer, month, cut, scope=here.actor().scope)
        figures = freshness(db, month, seen.dated)
    return render_template(
        "settlement/chain.html",
        month=month,
        found=seen.chain,
        figures=figures,
        cut=cut,
        cuts=list(Cut),
        equations=chain_rules.equations(seen.chain.whole),
        terms=_terms,
    )


@bp.get("/settlement/<month:month>/chain/lines")
@requires("subsidy.view")
def chain_of(month: str) -> ResponseReturnValue:
    """The lines behind one figure; the figure's own sum stands above them."""
    by, key, figure = request.args.get("by", ""), request.args.get("key", ""), request.args.get("figure", "")
    cut = _cut(by) if by else None
    if figure not in FIGURES:
        abort(404)
    with unit_of_work(read_only=True) as db:
        found, dated = lines_page(
            db, load_rulebook().payer, month, cut=cut, key=key, figure=figure, scope=here.actor().scope
        )
        figures = freshness(db, month, dated)
    return render_template(
        "settlement/chain_lines.html",
        month=month,
        lines=found.lines,
        count=found.count,
        total=found.total,
        figures=figures,
        cut=cut,
        key=key,
        figure=figure,
    )


@bp.get("/settlement/<month:month>/lines/<int:line>")
@requires("subsidy.view")
def line(month: str, line: int) -> ResponseReturnValue:
    """One meal: order, payments, plan, door, claims, corrections, words."""
    with unit_of_work(read_only=True) as db:
        found = one_meal(db, load_rulebook().payer, month, line, scope=here.actor().scope)
        payees = names(db, {one.line.payee for _settled, one in found.corrections})
    return render_template("settlement/meal.html", month=month, meal=found, titles=rule_titles(), payees=payees)


@bp.post("/settlement/<month:month>/chain/explain")
@requires("subsidy.close")
def explain_count(month: str) -> ResponseReturnValue:
    key, sentence = request.form.get("key", ""), request.form.get("sentence", "")
    with unit_of_work() as db:
        service.explain_count(
            db, load_rulebook().payer, month, key, sentence=sentence, by=here.actor(), clock=here.clock()
        )
    flash(_("The explanation stands."), "ok")
    return redirect(url_for("settlement.chain", month=month), 303)


def _cut(name: str) -> Cut:
    return Cut(name) if name in set(Cut) else abort(404)


def _terms(identity: Identity) -> list[tuple[int, str, None]]:
    return [(part.value, part.label, None) for part in identity.parts]
