"""The orders of a day: write, look, enter, change, close the book. After closing every change is an amendment."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.orders import closing, materialise, queries, service
from mealroute.orders.records import BookState, Channel, Delivery, OrderId, PayMeans, Size
from mealroute.residents import queries as residents
from mealroute.subsidy.service import pricing
from mealroute.vendors import queries as vendors
from web import here
from web.orders.day import day_of
from web.orders.forms import OrderForm
from web.permissions import requires

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = Blueprint("orders", __name__, template_folder="templates")


@bp.get("/days/<day:day>/<slot:slot>/orders")
@requires("orders.view")
def book(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        page = day_of(db, day, slot, scope=here.actor().scope, street=request.args.get("street", ""))
    return render_template("orders/book.html", day=day, slot=slot, page=page)


@bp.post("/days/<day:day>/<slot:slot>/orders/materialise")
@requires("orders.close")
def write(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work() as db:
        placed = materialise.materialise(db, day, slot, by=here.actor(), clock=here.clock(), pricing=pricing(db))
    flash(_("%(n)d orders stand for this meal.", n=len(placed)), "ok")
    return _back(day, slot)


@bp.post("/days/<day:day>/<slot:slot>/orders/close")
@requires("orders.close")
def close(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work() as db:
        book = closing.close_book(db, day, slot, by=here.actor(), clock=here.clock(), pricing=pricing(db))
    flash(_("The book is closed with %(n)d portions.", n=book.portions), "ok")
    return _back(day, slot)


@bp.post("/days/<day:day>/<slot:slot>/orders/absorb")
@requires("orders.close")
def absorb(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work() as db:
        _book, changes = service.absorb_late_changes(
            db, day, slot, by=here.actor(), clock=here.clock(), pricing=pricing(db)
        )
    flash(_("%(n)d amendments were written.", n=len(changes)), "ok")
    return _back(day, slot)


@bp.get("/days/<day:day>/<slot:slot>/orders/new")
@requires("orders.edit")
def new(day: date, slot: MealSlot) -> ResponseReturnValue:
    return _form_page(day, slot, OrderForm(data={"resident": request.args.get("resident", "")}))


@bp.post("/days/<day:day>/<slot:slot>/orders/new")
@requires("orders.edit")
def place(day: date, slot: MealSlot) -> ResponseReturnValue:
    form = OrderForm(request.form)
    if not form.validate():
        return _form_page(day, slot, form), 422
    with unit_of_work() as db:
        resident = residents.by_code(db, (form.resident.data or "").strip(), scope=here.actor().scope, day=day)
        if resident is None:
            raise NotFound("resident-not-found", _("There is no resident with this code in your streets."))
        asked: dict[str, Any] = {
            "resident_id": resident.id, "day": day, "slot": slot, "channel": Channel(form.channel.data),
            "pay_means": PayMeans(form.pay_means.data), "quantity": form.quantity.data or 1, "size": Size(form.size.data),
            "choice": (form.choice.data or "A").strip().upper(), "delivery": Delivery(form.delivery.data),
            "station_code": form.station.data or None, "request_id": _request_id(), "by": here.actor(), "clock": here.clock(),
            "pricing": pricing(db),
        }  # fmt: skip
        if _closed(db, day, slot):
            service.amend_add(db, reason=(form.reason.data or "").strip(), **asked)
        else:
            service.place_order(db, late=True, **asked)
    flash(_("The order is placed."), "ok")
    return _back(day, slot)


@bp.post("/days/<day:day>/<slot:slot>/orders/<int:order>/change")
@requires("orders.edit")
def change(day: date, slot: MealSlot, order: int) -> ResponseReturnValue:
    quantity, reason = request.form.get("quantity", type=int), request.form.get("reason", "").strip()
    if quantity is None:
        raise MealrouteError("quantity-wrong", _("Say how many portions."))
    who: dict[str, Any] = {"by": here.actor(), "clock": here.clock()}
    with unit_of_work() as db:
        match _closed(db, day, slot), quantity:
            case True, 0:
                service.amend_cancel(db, OrderId(order), reason=reason, pricing=pricing(db), **who)
            case True, _more:
                service.amend_change(db, OrderId(order), reason=reason, quantity=quantity, pricing=pricing(db), **who)
            case False, 0:
                service.cancel_order(db, OrderId(order), reason=reason, late=True, **who)
            case _open:
                service.change_quantity(db, OrderId(order), quantity, pricing=pricing(db), late=True, **who)
    flash(_("The order is changed."), "ok")
    return _back(day, slot, street=request.form.get("street"))


def _back(day: date, slot: MealSlot, street: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("orders.book", day=day, slot=slot, street=street or None), 303)


def _request_id() -> str:
    """Made with the form, so that a form sent twice is one order; a broken one is replaced."""
    try:
        return str(uuid.UUID(request.form.get("request_id", "")))
    except ValueError:
        return str(uuid.uuid4())


def _closed(db: Session, day: date, slot: MealSlot) -> bool:
    found = queries.book(db, day, slot)
    return found is not None and found.state is BookState.CLOSED


def _form_page(day: date, slot: MealSlot, form: OrderForm) -> str:
    with unit_of_work(read_only=True) as db:
        stations, closed = vendors.stations(db, scope=here.actor().scope), _closed(db, day, slot)
    return render_template(
        "orders/new.html", day=day, slot=slot, form=form, stations=stations, closed=closed, request_id=str(uuid.uuid4())
    )
