"""Every vendor's card of a month beside the others', for those who watch over vendors."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.oversight import queries, words
from mealroute.vendors import queries as vendors
from mealroute.vendors import scores as kept
from web import here
from web.permissions import requires
from web.vendorscore import pages
from web.vendorscore.views import bp


@bp.get("/scorecards")
@requires("scores.view")
def scorecards() -> ResponseReturnValue:
    """The last month that is over: a score needs a whole month."""
    return redirect(url_for("vendorscore.scorecards_of", month=pages.last_complete()))


@bp.get("/scorecards/<month:month>")
@requires("scores.view")
def scorecards_of(month: str) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        cards = queries.scorecards(db, month, clock=here.clock())
        held = {(row.vendor_code, row.side): row for row in kept.revisions(db) if row.period == month}
        names = {vendor.code: vendor for vendor in vendors.vendors(db)}
    return render_template(
        "vendorscore/list.html", cards=cards, held=held, vendors=names, words=words, **pages.around(month)
    )


@bp.get("/vendors/<int:vendor>/scorecard/<month:month>")
@requires("scores.view")
def of_vendor(vendor: int, month: str) -> ResponseReturnValue:
    return pages.card_page(_code(vendor), month, own=False)


@bp.get("/vendors/<int:vendor>/scorecard/<month:month>/paper")
@requires("scores.view")
def paper_of(vendor: int, month: str) -> ResponseReturnValue:
    return pages.card_paper(_code(vendor), month)


@bp.get("/vendors/<int:vendor>/scorecard/<month:month>/rows")
@requires("scores.view")
def rows_of(vendor: int, month: str) -> ResponseReturnValue:
    return pages.rows_page(_code(vendor), month, own=False)


def _code(vendor: int) -> str:
    with unit_of_work(read_only=True) as db:
        return queries.vendor_code(db, vendor, scope=here.actor().scope)
