"""Vendors' grades and awards of a month, from its lines and the kept scores."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import language, ngettext
from mealroute.oversight.queries import vendor_ids
from mealroute.settlement import awards as rewards
from mealroute.settlement.award_rulebook import policy_on
from mealroute.settlement.awarding import natural_key
from mealroute.subsidy.queries import month_days, periods
from mealroute.subsidy.rulebook import load_rulebook
from web import here
from web.permissions import requires
from web.settlement.views import bp


@bp.get("/settlement/<month:month>/awards")
@requires("subsidy.view")
def awards(month: str) -> ResponseReturnValue:
    scope, payer = here.actor().scope, load_rulebook().payer
    with unit_of_work(read_only=True) as db:
        found, fixed = rewards.month_awards(db, payer, month, scope=scope), rewards.fixed(db, payer, month, scope=scope)
        state = periods(db, payer).get(month)
        policy = policy_on(month_days(month)[1])
        settled, numbers = rewards.settled_of(db, payer, month), vendor_ids(db)
    return render_template(
        "settlement/awards.html",
        month=month,
        awards=found,
        fixed=fixed,
        policy=policy,
        grades={grade.code: grade.en if language() == "en" else grade.zh for grade in policy.grades},
        closed=state == "closed",
        settled=settled,
        numbers=numbers,
        key_of=lambda vendor: natural_key(payer, month, vendor),
    )


@bp.post("/settlement/<month:month>/awards")
@requires("settlement.approve")
def fix_awards(month: str) -> ResponseReturnValue:
    with unit_of_work() as db:
        written = rewards.fix(db, load_rulebook().payer, month, by=here.actor(), clock=here.clock())
    flash(ngettext("%(n)d grade is fixed.", "%(n)d grades are fixed.", written), "ok")
    return redirect(url_for("settlement.awards", month=month), 303)
