"""One box to find the caller, one page to answer them; each answer comes with a sentence to read back."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.orders import by_phone
from mealroute.orders.records import OrderId, PayMeans
from mealroute.residents import pausing, search, service
from mealroute.residents.records import PauseReason, ResidentId
from mealroute.subsidy.service import pricing
from web import here
from web.hotline import readback
from web.hotline.caller import caller_of, today_of
from web.permissions import requires

bp = Blueprint("hotline", __name__, template_folder="templates")
SOUGHT, SAY = "hotline-sought", "hotline-say"
LIMIT = 12


@bp.get("/hotline")
@requires("orders.edit")
def index() -> ResponseReturnValue:
    text, scope, today = str(session.get(SOUGHT, "")), here.actor().scope, here.clock().today()
    with unit_of_work(read_only=True) as db:
        found = search.search(db, text, scope=scope, day=today, limit=LIMIT) if text else ()
        more = search.count(db, text, scope=scope) if len(found) == LIMIT else len(found)
        ordered = today_of(db, found, scope=scope, today=today)
    return render_template("hotline/index.html", q=text, found=found, more=more, ordered=ordered)


@bp.post("/hotline")
@requires("orders.edit")
def find() -> ResponseReturnValue:
    """Whom is looked for stays out of addresses. One match opens at once."""
    session[SOUGHT] = text = request.form.get("q", "").strip()[:100]
    with unit_of_work(read_only=True) as db:
        found = search.search(db, text, scope=here.actor().scope, day=here.clock().today(), limit=2) if text else ()
    if len(found) == 1:
        return redirect(url_for("hotline.caller", resident=found[0].id), 303)
    return redirect(url_for("hotline.index"), 303)


@bp.get("/hotline/<int:resident>")
@requires("orders.edit")
def caller(resident: int) -> ResponseReturnValue:
    return _caller(ResidentId(resident))


@bp.post("/hotline/<int:resident>/reveal")
@requires("residents.reveal")
def reveal(resident: int) -> ResponseReturnValue:
    """Name, number and address, to make sure who calls; recorded with the reason."""
    with unit_of_work() as db:
        shown = service.reveal(
            db, ResidentId(resident), ("name", "phone", "address"), _("Call: making sure who it is"), by=here.actor(), clock=here.clock()
        )  # fmt: skip
    return _caller(ResidentId(resident), shown)


@bp.post("/hotline/<int:resident>/orders")
@requires("orders.edit")
def order(resident: int) -> ResponseReturnValue:
    form = request.form
    try:
        day, slot, means = (
            date.fromisoformat(form.get("day", "")),
            MealSlot(form.get("slot", "")),
            PayMeans(form.get("pay_means", "")),
        )
        request_id = str(uuid.UUID(form.get("request_id", "")))
    except ValueError:
        raise MealrouteError("form-wrong", _("Say for which day, where to, and how it is paid.")) from None
    with unit_of_work() as db:
        closed = by_phone.closed(db, day, slot)
        placed = by_phone.order(
            db, ResidentId(resident), day, slot, quantity=form.get("quantity", type=int) or 1, pay_means=means, request_id=request_id,
            by=here.actor(), clock=here.clock(), pricing=pricing(db),
        )  # fmt: skip
    return _told(resident, readback.ordered(placed, closed=closed))


@bp.post("/hotline/<int:resident>/orders/<int:order>/cancel")
@requires("orders.edit")
def cancel(resident: int, order: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        done = by_phone.cancel(
            db, OrderId(order), reason=request.form.get("reason", "")[:120], by=here.actor(), clock=here.clock(), pricing=pricing(db)
        )  # fmt: skip
        closed = by_phone.closed(db, done.day, done.slot)
    return _told(resident, readback.cancelled(done, closed=closed))


@bp.post("/hotline/<int:resident>/pauses")
@requires("orders.edit")
def pause(resident: int) -> ResponseReturnValue:
    form, today = request.form, here.clock().today()
    try:
        first = date.fromisoformat(form["first"]) if form.get("first") else today + timedelta(days=1)
        last = date.fromisoformat(form["last"]) if form.get("last") else None
        why = PauseReason(form.get("reason", "other"))
    except ValueError:
        raise MealrouteError("form-wrong", _("From which day, to which day?")) from None
    with unit_of_work() as db:
        made = pausing.pause(
            db, ResidentId(resident), first, last, why, note=_("by phone"), by=here.actor(), clock=here.clock()
        )
    return _told(resident, readback.paused(made))


@bp.post("/hotline/<int:resident>/pauses/<int:pause>/end")
@requires("orders.edit")
def resume(resident: int, pause: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        pausing.cancel_pause(db, pause, by=here.actor(), clock=here.clock())
    return _told(resident, readback.resumed())


def _caller(resident: ResidentId, shown: dict[str, str] | None = None) -> str:
    today = here.clock().today()
    with unit_of_work(read_only=True) as db:
        page = caller_of(db, resident, scope=here.actor().scope, today=today)
    return render_template(
        "hotline/caller.html", spoken=session.pop(SAY, ""), c=page, r=page.person, shown=shown, told=readback.meal_told, means=tuple(PayMeans),
        tomorrow=today + timedelta(days=1), reasons=tuple(PauseReason), most=by_phone.MOST,
    )  # fmt: skip


def _told(resident: int, sentence: str) -> ResponseReturnValue:
    session[SAY] = sentence
    return redirect(url_for("hotline.caller", resident=resident), 303)
