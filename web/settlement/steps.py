"""The steps of a month that are done at once, as forms: sign, send back; and finance's transfers on a page of their own."""

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _, ngettext
from mealroute.core.money import parse_yuan
from mealroute.settlement import queries, service, signing_jobs
from mealroute.settlement.month import month_now
from mealroute.settlement.overview import paid_of
from mealroute.settlement.records import Step
from mealroute.settlement.view_keeping import big
from mealroute.subsidy.queries import period
from mealroute.subsidy.rulebook import load_rulebook
from web import here
from web.permissions import requires
from web.settlement.turns import turn
from web.settlement.views import bp
from web.settlement.working import asked


def _back(month: str, words: str, page: str = "settlement.month") -> ResponseReturnValue:
    flash(words, "ok")
    return redirect(url_for(page, month=month), 303)


@bp.post("/settlement/<month:month>/sign")
@requires("settlement.check")
def sign(month: str) -> ResponseReturnValue:
    """Sign what the page showed: a small month's parts at once, a big one's beside the page."""
    streets, payer, by = request.form.getlist("street"), load_rulebook().payer, here.actor()
    if not streets:
        raise MealrouteError("street-missing", _("Say which street's part is signed."))
    seen = {street: digest for street in streets if (digest := request.form.get(f"seen-{street}", ""))}
    if set(seen) != set(streets):
        raise MealrouteError(
            "sign-unseen", _("What is signed has to be seen first."), _("Open the month's page and sign there.")
        )
    with unit_of_work(read_only=True) as db:
        if big(db, month):
            wanted = signing_jobs.wish(db, payer, month, streets, seen, by=by)
        else:
            wanted, now = None, month_now(db, payer, month)  # beforehand: nobody's record waits for it
    if wanted is not None:
        said = _("Your signature is being checked and entered; this page shows how far it is.")
        return asked(month, lambda db: signing_jobs.ask(db, wanted, by=by, clock=here.clock()), said)
    with unit_of_work() as db:
        service.sign(db, payer, month, streets, by=by, clock=here.clock(), now=now, seen=seen)
    return _back(month, ngettext("%(n)d street is signed.", "%(n)d streets are signed.", len(streets)))


def _send_back(month: str, acting: Step) -> ResponseReturnValue:
    to, street = request.form.get("to", ""), request.form.get("street", "")
    if to not in set(Step):
        raise MealrouteError("not-an-earlier-step", _("A month is sent back to an earlier step."))
    reason = request.form.get("reason", "")
    with unit_of_work() as db:
        service.send_back(
            db, load_rulebook().payer, month, acting=acting, to=Step(to), reason=reason, street=street, by=here.actor(), clock=here.clock()
        )  # fmt: skip
    return _back(month, _("Sent back; the reason stands in the history."))


@bp.post("/settlement/<month:month>/check/send-back")
@requires("settlement.check")
def check_send_back(month: str) -> ResponseReturnValue:
    return _send_back(month, Step.CHECK)


@bp.post("/settlement/<month:month>/approve/send-back")
@requires("settlement.approve")
def approve_send_back(month: str) -> ResponseReturnValue:
    return _send_back(month, Step.APPROVE)


@bp.get("/settlement/<month:month>/payments")
@requires("subsidy.view")
def payments(month: str) -> ResponseReturnValue:
    by = here.actor()
    with unit_of_work(read_only=True) as db:
        close = paid_of(db, load_rulebook().payer, month, scope=by.scope)
        found = period(db, load_rulebook().payer, month)
        written = queries.payments(db, found.id) if found else ()
    payees: dict[str, list[object]] = {}
    for due in close.dues:
        payees.setdefault(due.payee, []).append(due)
    return render_template(
        "settlement/payments.html", month=month, close=close, payees=payees, written=written, mine=turn(close, by), today=here.clock().today()
    )  # fmt: skip


@bp.post("/settlement/<month:month>/payments")
@requires("settlement.pay")
def pay(month: str) -> ResponseReturnValue:
    form = request.form
    try:
        paid_on = date.fromisoformat(form.get("paid_on", ""))
        amounts = {
            name.removeprefix("fund-"): parse_yuan(value)
            for name, value in form.items()
            if name.startswith("fund-") and value.strip()
        }
    except ValueError:
        raise MealrouteError(
            "payment-unreadable", _("The day or an amount is not readable."), _("Write amounts as 1250.00.")
        ) from None
    with unit_of_work() as db:
        service.pay(
            db, load_rulebook().payer, month, form.get("payee", ""), amounts, voucher=form.get("voucher", ""), paid_on=paid_on,
            note=form.get("note", ""), by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    return _back(month, _("The payment is written down."), "settlement.payments")


@bp.post("/settlement/<month:month>/object")
@requires("settlement.pay")
def object_to(month: str) -> ResponseReturnValue:
    with unit_of_work() as db:
        if period(db, load_rulebook().payer, month) is None:
            raise NotFound("period-not-built", _("There is no settlement for %(month)s yet.", month=month))
        service.object_to(
            db, load_rulebook().payer, month, reason=request.form.get("reason", ""), by=here.actor(), clock=here.clock()
        )  # fmt: skip
    return _back(month, _("Your objection stands in the history."), "settlement.payments")


def _decide(month: str, decide: Callable[..., bool], words: str) -> ResponseReturnValue:
    line, reason = request.form.get("line", ""), request.form.get("reason", "")
    with unit_of_work() as db:
        decide(db, load_rulebook().payer, month, line, reason=reason, by=here.actor(), clock=here.clock())
    return _back(month, words)


@bp.post("/settlement/<month:month>/release")
@requires("subsidy.close")
def release(month: str) -> ResponseReturnValue:
    return _decide(month, service.release, _("It is paid with the next month that is prepared."))


@bp.post("/settlement/<month:month>/take-back")
@requires("subsidy.close")
def take_back(month: str) -> ResponseReturnValue:
    return _decide(month, service.take_back, _("It comes back with the next month that is prepared."))
