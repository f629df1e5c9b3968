"""A stop given to another running route, to a driver without one, to a person by name, or to a station: first what follows, then the decision."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.clock import clock_text
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import calling, moving, moving_facts, queries, undoing
from mealroute.delivery.calling import Call
from mealroute.delivery.moving import Order
from mealroute.delivery.moving_facts import Standing
from mealroute.delivery.moving_records import Move
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.opening import OnCall
from mealroute.dispatch.records import RunRecord
from mealroute.dispatch.transfer_records import FoodWay
from web import here
from web.kitchen.papers import link_base
from web.live.blueprint import bp
from web.live.moves import way_value
from web.permissions import requires
from web.plan.ways import travel_on

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is looked at as the one to take it: a running route, or a driver on call; and what would follow."""

    run: RunRecord | None = None
    called: OnCall | None = None
    moves: tuple[Move, ...] = ()
    refusal: MealrouteError | None = None


@bp.get("/days/<day:day>/<slot:slot>/live/stops/<int:visit>/give")
@requires("live.act")
def give_form(day: date, slot: MealSlot, visit: int) -> ResponseReturnValue:
    return _page(day, slot, visit)


@bp.post("/days/<day:day>/<slot:slot>/live/stops/<int:visit>/give")
@requires("live.act")
def give(day: date, slot: MealSlot, visit: int) -> ResponseReturnValue:
    try:
        with unit_of_work() as db:
            new = _give(db, day, order_of(request.form, visit))
            run = moving_facts.run_of(db, visit)
    except MealrouteError as refusal:
        if refusal.status not in {409, 422}:
            raise
        return _page(day, slot, visit, refusal=refusal), refusal.status
    flash(_done() if new else _("This was recorded before; it counts once."), "ok")
    return redirect(url_for("live.run", day=day, slot=slot, run=run), 303)


def _done() -> str:
    if request.form.get("driver"):
        return _(
            "Done; the way to the new route goes to the driver's phone. Or print the sheet: its code opens the route too."
        )
    return _("Done; the drivers' pages say so first.")


@bp.post("/days/<day:day>/<slot:slot>/live/stops/<int:visit>/undo")
@requires("live.act")
def take_back(day: date, slot: MealSlot, visit: int) -> ResponseReturnValue:
    change = request.form.get("change", "")
    with unit_of_work() as db:
        new = undoing.take_back(db, visit, int(change) if change.isdigit() else 0, by=here.actor(), clock=here.clock())
        run = moving_facts.run_of(db, visit)
    flash(
        _("Taken back; the drivers' pages say so first.") if new else _("This was recorded before; it counts once."),
        "ok",
    )
    return redirect(url_for("live.run", day=day, slot=slot, run=run), 303)


def _give(db: Session, day: date, order: Order) -> bool:
    by, clock = here.actor(), here.clock()
    called = call_of(request.form)
    if order.to_run_id is not None:
        return moving.move(db, order, by=by, clock=clock, matrix_of=travel_on(db, day).matrix)
    if called is not None:

        def link_of(run: int) -> str:
            return link_base() + dispatch.token(db, run, secret_key=here.settings().secret_key)

        return calling.to_driver(
            db, order, called, link_of=link_of, by=by, clock=clock, matrix_of=travel_on(db, day).matrix
        )
    if order.station_code:
        return moving.to_station(db, order, by=by, clock=clock)
    return moving.to_person(db, order, by=by, clock=clock)


def order_of(form: Mapping[str, str], visit: int) -> Order:
    """What the form decides. Raises a MealrouteError where it says nothing sensible."""
    food, _colon, spot = form.get("way", "").partition(":")
    to, late = form.get("to", ""), form.get("accepts_late", "0")
    if food not in set(FoodWay) - {FoodWay.STAYS} or not (to.isdigit() or not to) or not late.isdigit():
        raise MealrouteError("way-missing", _("Choose how the food gets there."))
    return Order(
        client_id=form.get("client_id", "")[:64], visit_id=visit, reason=form.get("reason", ""), food=FoodWay(food),
        to_run_id=int(to) if to else None, spot=int(spot) if spot.lstrip("-").isdigit() else None, accepts_late=int(late),
        to_name=form.get("person", ""), place=form.get("place", ""), station_code=form.get("station", ""),
    )  # fmt: skip


def call_of(form: Mapping[str, str]) -> Call | None:
    """Who is called, and when they can be at the kitchen (``11:20``); None where nobody is."""
    if not form.get("driver"):
        return None
    hours, _colon, minutes = form.get("ready", "").replace("：", ":").partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
        raise MealrouteError("time-invalid", _("When can they be at the kitchen? Write it as 11:20."))
    return Call(
        driver_code=form["driver"], ready_s=int(hours) * 3600 + int(minutes) * 60, agreed_by=form.get("agreed_by", "")
    )


def _page(day: date, slot: MealSlot, visit: int, refusal: MealrouteError | None = None) -> str:
    with unit_of_work(read_only=True) as db:
        by, clock = here.actor(), here.clock()
        stands = moving_facts.standing(db, visit, by=by, clock=clock)
        lines = {line.book_line_id: line for line in queries.outcomes(db, day, slot, scope=by.scope)}
        wanted = _wanted(db, day, stands)
        shown: dict[str, Any] = {
            "near": moving_facts.nearby(db, stands, by=by, clock=clock), "stations": moving_facts.stations(db, by),
            "on_call": calling.on_call(db, stands, by=by),
        }  # fmt: skip
    return render_template(
        "live/give.html", day=day, slot=slot, stands=stands, lines=lines, other=wanted.run, called=wanted.called, moves=wanted.moves,
        refusal=refusal or wanted.refusal, form=request.form, client_id=str(uuid.uuid4()), way_value=way_value,
        ready=request.values.get("ready") or clock_text(calling.ready_s(stands)), **shown,
    )  # fmt: skip


def _wanted(db: Session, day: date, stands: Standing) -> Wanted:
    by, clock, matrix_of = here.actor(), here.clock(), travel_on(db, day).matrix
    to, driver = request.values.get("to", ""), request.values.get("driver", "")
    if to.isdigit():
        found = moving_facts.moves_to(db, stands, int(to), by=by, clock=clock, matrix_of=matrix_of)
        return Wanted(run=moving_facts.with_other(db, stands, int(to), by=by).other, moves=found)
    if not driver:
        return Wanted()
    called = next((each for each in calling.on_call(db, stands, by=by) if each.driver.code == driver), None)
    try:
        call = call_of(request.values)
        found = calling.ways(db, stands, call, by=by, clock=clock, matrix_of=matrix_of) if call else ()
    except MealrouteError as refusal:
        return Wanted(called=called, refusal=refusal)
    return Wanted(called=called, moves=found)
