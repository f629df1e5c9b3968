"""A late order into the plan, and a cancelled one out of it: the book is amended, the draft takes it in, the stop is placed."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.drafting import amending
from mealroute.drafting import queries as drafting
from mealroute.orders import queries as orders
from mealroute.orders import service as book
from mealroute.orders.records import Channel, Delivery, OrderId, PayMeans, Size
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId
from mealroute.residents.search import search
from mealroute.subsidy.service import pricing
from mealroute.vendors import queries as vendors
from web import here
from web.orders.forms import OrderForm
from web.permissions import requires
from web.plan.answers import answered
from web.plan.asks import Names
from web.plan.blueprint import bp
from web.plan.desk import own_draft, standing_draft
from web.plan.eye import Eye
from web.plan.people import Ledger
from web.plan.places import beside
from web.plan.ways import travel_on


@bp.get("/days/<day:day>/<slot:slot>/plan/late")
@requires("plan.edit")
def late(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Find the person; then what, which way, why."""
    return _late_page(
        Eye.of(day, slot, request.args), "", OrderForm(data={"resident": request.args.get("resident", "")})
    )


@bp.post("/days/<day:day>/<slot:slot>/plan/late/find")
@requires("plan.edit")
def late_find(day: date, slot: MealSlot) -> ResponseReturnValue:
    """What was typed names people, so it is sent in the body."""
    return _late_page(Eye.of(day, slot, request.args), request.form.get("q", "")[:40], OrderForm())


@bp.post("/days/<day:day>/<slot:slot>/plan/late")
@requires("plan.edit")
def late_add(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Amend the book, take it into the draft and put the stop where it is best, if it fits somewhere."""
    eye, form = Eye.of(day, slot, request.args), OrderForm(request.form)
    if not form.validate():
        return _late_page(eye, "", form), 422
    with unit_of_work() as db:
        draft_id = standing_draft(db, eye)
        resident = residents.by_code(db, (form.resident.data or "").strip(), scope=here.actor().scope, day=day)
        if resident is None:
            raise NotFound("resident-not-found", _("There is no resident with this code in your streets."))
        request_id = request.form.get("request_id", "")
        book.amend_add(
            db, resident_id=resident.id, day=day, slot=slot, channel=Channel(form.channel.data), pay_means=PayMeans(form.pay_means.data),
            reason=(form.reason.data or "").strip(), quantity=form.quantity.data or 1, size=Size(form.size.data),
            choice=(form.choice.data or "A").strip().upper(), delivery=Delivery(form.delivery.data), station_code=form.station.data or None,
            request_id=request_id if _is_uuid(request_id) else None, by=here.actor(), clock=here.clock(), pricing=pricing(db),
        )  # fmt: skip
        done = amending.orders_changed(
            db, draft_id, matrix_of=travel_on(db, day).matrix, by=here.actor(), clock=here.clock()
        )
        return answered(db, done.answer, eye)


@bp.get("/days/<day:day>/<slot:slot>/plan/cancel")
@requires("plan.edit")
def cancel(day: date, slot: MealSlot) -> ResponseReturnValue:
    """The orders at a stop, each with a reason to give."""
    eye, scope = Eye.of(day, slot, request.args), here.actor().scope
    with unit_of_work(read_only=True) as db:
        view = drafting.view(db, own_draft(db, day, slot))
        stop = Names.of(view).stop(request.args.get("stop", ""))
        wanted = [line for route in view.routes for visit in route.visits if visit.stop == stop for line in visit.lines]
        wanted += [line for left in view.unplaced if left.stop == stop for line in left.lines]
        lines = orders.lines(db, wanted)
        names = residents.door_names(db, {ResidentId(line.resident_id) for line in lines.values()})
        ledger = Ledger(lines, names, {}, scope)
    people = [(line, *ledger.who(line)) for line in lines.values() if scope.sees_street(line.street_code)]
    return beside("plan/_cancel.html", _("Cancel an order"), {"eye": eye, "people": people})


@bp.post("/days/<day:day>/<slot:slot>/plan/cancel")
@requires("plan.edit")
def cancel_order(day: date, slot: MealSlot) -> ResponseReturnValue:
    eye, order = Eye.of(day, slot, request.args), request.form.get("order", 0, type=int)
    with unit_of_work() as db:
        draft_id = standing_draft(db, eye)
        book.amend_cancel(
            db, OrderId(order), reason=request.form.get("reason", "").strip(), give_back=request.form.get("give_back") != "no",
            by=here.actor(), clock=here.clock(), pricing=pricing(db),
        )  # fmt: skip
        done = amending.orders_changed(
            db, draft_id, matrix_of=travel_on(db, day).matrix, by=here.actor(), clock=here.clock()
        )
        return answered(db, done.answer, eye)


def _late_page(eye: Eye, q: str, form: OrderForm) -> str:
    scope = here.actor().scope
    with unit_of_work(read_only=True) as db:
        found = search(db, q, scope=scope, day=eye.day, limit=12) if q.strip() else ()
        chosen = (
            residents.by_code(db, (form.resident.data or "").strip(), scope=scope, day=eye.day)
            if form.resident.data
            else None
        )
        stations: list[Any] = list(vendors.stations(db))
    return render_template(
        "plan/late.html",
        eye=eye,
        q=q,
        found=found,
        chosen=chosen,
        form=form,
        stations=stations,
        request_id=uuid.uuid4().hex,
    )


def _is_uuid(text: str) -> bool:
    return len(text) == 32 and all(letter in "0123456789abcdef" for letter in text)
