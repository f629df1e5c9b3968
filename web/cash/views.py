"""The cashier's page: a day's purses, one purse with its meals, receive, explain."""

from datetime import date, timedelta
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.money import Fen, parse_yuan
from mealroute.subsidy import cash
from mealroute.subsidy.cash_records import CashSums
from web import here
from web.permissions import requires

bp = Blueprint("cash", __name__, template_folder="templates")
LOOK_BACK = timedelta(days=62)


@bp.get("/cash")
@requires("cash.view")
def index() -> ResponseReturnValue:
    """What is open, the oldest first, of the last two months."""
    today = here.clock().today()
    with unit_of_work(read_only=True) as db:
        found = cash.open_purses(cash.purses(db, today - LOOK_BACK, today, scope=here.actor().scope))
    return render_template("cash/index.html", purses=found, sums=CashSums.of(found), today=today)


@bp.get("/cash/<day:day>")
@requires("cash.view")
def day(day: date) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = cash.purses(db, day, day, scope=here.actor().scope)
    one = timedelta(days=1)
    return render_template(
        "cash/day.html",
        purses=found,
        sums=CashSums.of(found),
        day=day,
        before=day - one,
        after=day + one,
        new_id=_new_id,
    )


@bp.get("/cash/runs/<int:run>")
@requires("cash.view")
def purse(run: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = cash.purse(db, run, request.args.get("station", ""), scope=here.actor().scope)
        return render_template("cash/purse.html", p=found, lines=cash.lines(db, found), new_id=_new_id)


@bp.post("/cash/runs/<int:run>/hand-in")
@requires("cash.take")
def hand_in(run: int) -> ResponseReturnValue:
    form, station = request.form, request.form.get("station", "")
    with unit_of_work() as db:
        cash.purse(db, run, station, scope=here.actor().scope)  # before the form: others learn nothing of it
        new = cash.hand_in(
            db, run, station, amount_fen=_amount(form.get("amount", "")), note=form.get("note", ""), request_id=_request_id(),
            by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    return _back(run, _("The cash is received.") if new else _("This was recorded before; it counts once."))


@bp.post("/cash/runs/<int:run>/explain")
@requires("cash.explain")
def explain(run: int) -> ResponseReturnValue:
    form = request.form
    with unit_of_work() as db:
        new = cash.explain(
            db, run, form.get("station", ""), sentence=form.get("sentence", ""), request_id=_request_id(), by=here.actor(),
            clock=here.clock(),
        )  # fmt: skip
    return _back(run, _("The explanation stands.") if new else _("This was recorded before; it counts once."))


def _amount(text: str) -> Fen:
    try:
        return parse_yuan(text)
    except ValueError:
        raise MealrouteError("not-an-amount", _("This is not an amount in yuan."), _("Write an amount such as 18 or 18.50.")) from None  # fmt: skip


def _new_id() -> str:
    return str(uuid4())


def _request_id() -> str:
    found = request.form.get("request_id", "").strip()
    if not found:
        raise MealrouteError("form-wrong", _("The form is incomplete; load the page again."))
    return found


def _back(run: int, words: str) -> ResponseReturnValue:
    flash(words, "ok")
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        return redirect(url_for("cash.purse", run=run, station=request.form.get("station") or None), 303)
    return redirect(url_for("cash.day", day=day), 303)
