"""Orders and pauses taken at the counter, for people of the station's own street."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.orders import queries as orders
from mealroute.orders import service as ordering
from mealroute.orders.records import Channel, Delivery, OrderId, PayMeans, Size
from mealroute.residents import pausing, search, service
from mealroute.residents import queries as residents
from mealroute.residents.records import PauseReason, ResidentId
from mealroute.subsidy.service import pricing
from web import here, nav
from web.counter.board import chosen_station
from web.counter.views import bp
from web.formdata import valid
from web.permissions import requires
from web.residents.cards import standing_week
from web.residents.forms import PauseForm

PERSON = "counter-person"
LIMIT = 30


@bp.get("/counter/people")
@requires("station.counter")
def people() -> ResponseReturnValue:
    text, day = str(session.get(PERSON, "")), here.clock().today()
    with unit_of_work(read_only=True) as db:
        found = search.search(db, text, scope=here.actor().scope, day=day, limit=LIMIT) if text else ()
        chosen_station(db)
    return render_template("counter/people.html", q=text, found=found, limit=LIMIT)


@bp.post("/counter/people")
@requires("station.counter")
def find_person() -> ResponseReturnValue:
    session[PERSON] = request.form.get("q", "").strip()[:100]
    return redirect(url_for("counter.people"), 303)


@bp.get("/counter/people/<int:resident>")
@requires("station.counter")
def person(resident: int) -> ResponseReturnValue:
    return _person(ResidentId(resident))


@bp.post("/counter/people/<int:resident>/reveal")
@requires("station.counter")
def reveal_person(resident: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        shown = service.reveal(
            db, ResidentId(resident), ("name",), _("Serving at the counter"), by=here.actor(), clock=here.clock()
        )
    return _person(ResidentId(resident), name=shown["name"])


@bp.post("/counter/people/<int:resident>/orders")
@requires("station.counter")
def order(resident: int) -> ResponseReturnValue:
    form = request.form
    try:
        day, slot = date.fromisoformat(form.get("day", "")), MealSlot(form.get("slot", ""))
        means, delivery = PayMeans(form.get("pay_means", "")), Delivery(form.get("delivery", ""))
    except ValueError:
        raise MealrouteError("form-wrong", _("Say for which day, where to, and how it is paid.")) from None
    with unit_of_work() as db:
        placed = ordering.place_order(
            db, resident_id=ResidentId(resident), day=day, slot=slot, channel=Channel.COUNTER, pay_means=means,
            quantity=form.get("quantity", type=int) or 1, size=Size.LARGE if form.get("large") else Size.NORMAL, delivery=delivery,
            station_code=chosen_station(db) if delivery is Delivery.STATION else None, request_id=_request_id(),
            by=here.actor(), clock=here.clock(), pricing=pricing(db),
        )  # fmt: skip
    flash(_("The order for %(day)s is placed.", day=placed.day.isoformat()), "ok")
    return _to(resident)


@bp.post("/counter/people/<int:resident>/orders/<int:order>/cancel")
@requires("station.counter")
def cancel_order(resident: int, order: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        ordering.cancel_order(
            db, OrderId(order), reason=request.form.get("reason", ""), by=here.actor(), clock=here.clock()
        )
    flash(_("The order is cancelled; what was paid goes back."), "ok")
    return _to(resident)


@bp.post("/counter/people/<int:resident>/pauses")
@requires("station.counter")
def pause(resident: int) -> ResponseReturnValue:
    form = valid(PauseForm(request.form))
    with unit_of_work() as db:
        pausing.pause(
            db, ResidentId(resident), form.starts_on.data or here.clock().today(), form.ends_on.data, PauseReason(form.reason.data),
            note=form.note.data or "", by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The pause is entered; meals of those days are taken off by themselves."), "ok")
    return _to(resident)


@bp.post("/counter/people/<int:resident>/pauses/<int:pause>/end")
@requires("station.counter")
def end_pause(resident: int, pause: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        pausing.cancel_pause(db, pause, by=here.actor(), clock=here.clock())
    flash(_("The pause has ended; meals come again."), "ok")
    return _to(resident)


def _person(resident: ResidentId, *, name: str = "") -> str:
    today, scope = here.clock().today(), here.actor().scope
    with unit_of_work(read_only=True) as db:
        page: dict[str, Any] = {
            "r": residents.resident(db, resident, scope=scope, day=today), "pauses": residents.pauses(db, resident),
            "standing": standing_week(db, resident, scope=scope, day=today), "station": chosen_station(db),
            "upcoming": orders.orders_of(db, resident, today, today + timedelta(days=14), scope=scope),
        }  # fmt: skip
    return render_template(
        "counter/person.html", name=name, today=today, moment=nav.chosen(), request_id=str(uuid.uuid4()), means=tuple(PayMeans),
        form=PauseForm(), **page,
    )  # fmt: skip


def _to(resident: int) -> ResponseReturnValue:
    return redirect(url_for("counter.person", resident=resident), 303)


def _request_id() -> str:
    try:
        return str(uuid.UUID(request.form.get("request_id", "")))
    except ValueError:
        return str(uuid.uuid4())
