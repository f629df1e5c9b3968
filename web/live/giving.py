"""A stop given to another running route, to a person by name, or to a station: first what follows from it, then the decision."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import moving, moving_facts, queries
from mealroute.delivery.moving import Order
from mealroute.delivery.moving_records import Move
from mealroute.dispatch.records import RunRecord
from mealroute.dispatch.transfer_records import FoodWay
from web import here
from web.live.blueprint import bp
from web.live.moves import way_value
from web.permissions import requires
from web.plan.ways import travel_on


@bp.get("/days/<day:day>/<slot:slot>/live/stops/<int:visit>/give")
@requires("live.act")
def give_form(day: date, slot: MealSlot, visit: int) -> ResponseReturnValue:
    return _page(day, slot, visit)


@bp.post("/days/<day:day>/<slot:slot>/live/stops/<int:visit>/give")
@requires("live.act")
def give(day: date, slot: MealSlot, visit: int) -> ResponseReturnValue:
    try:
        with unit_of_work() as db:
            order = order_of(request.form, visit)
            by, clock = here.actor(), here.clock()
            if order.to_run_id is not None:
                new = moving.move(db, order, by=by, clock=clock, matrix_of=travel_on(db, day).matrix)
            elif order.station_code:
                new = moving.to_station(db, order, by=by, clock=clock)
            else:
                new = moving.to_person(db, order, by=by, clock=clock)
            run = moving_facts.run_of(db, visit)
    except MealrouteError as refusal:
        if refusal.status not in {409, 422}:
            raise
        return _page(day, slot, visit, refusal=refusal), refusal.status
    flash(_("Done; the drivers' pages say so first.") if new else _("This was recorded before; it counts once."), "ok")
    return redirect(url_for("live.run", day=day, slot=slot, run=run), 303)


def order_of(form: Mapping[str, str], visit: int) -> Order:
    """What the form decides. Raises a MealrouteError where it says nothing sensible."""
    food, _colon, spot = form.get("way", "").partition(":")
    to, late = form.get("to", ""), form.get("accepts_late", "0")
    if food not in set(FoodWay) or not (to.isdigit() or not to) or not late.isdigit():
        raise MealrouteError("way-missing", _("Choose how the food gets there."))
    return Order(
        client_id=form.get("client_id", "")[:64], visit_id=visit, reason=form.get("reason", ""), food=FoodWay(food),
        to_run_id=int(to) if to else None, spot=int(spot) if spot.lstrip("-").isdigit() else None, accepts_late=int(late),
        to_name=form.get("person", ""), place=form.get("place", ""), station_code=form.get("station", ""),
    )  # fmt: skip


def _page(day: date, slot: MealSlot, visit: int, refusal: MealrouteError | None = None) -> str:
    to = request.values.get("to", "")
    with unit_of_work(read_only=True) as db:
        by, clock = here.actor(), here.clock()
        stands = moving_facts.standing(db, visit, by=by, clock=clock)
        lines = {line.book_line_id: line for line in queries.outcomes(db, day, slot, scope=by.scope)}
        other: RunRecord | None = None
        moves: tuple[Move, ...] = ()
        if to.isdigit():
            other = moving_facts.with_other(db, stands, int(to), by=by).other
            moves = moving_facts.moves_to(db, stands, int(to), by=by, clock=clock, matrix_of=travel_on(db, day).matrix)
        near = moving_facts.nearby(db, stands, by=by, clock=clock)
        stations = moving_facts.stations(db, by)
    return render_template(
        "live/give.html", day=day, slot=slot, stands=stands, lines=lines, other=other, moves=moves, near=near, stations=stations, refusal=refusal,
        form=request.form, client_id=str(uuid.uuid4()), way_value=way_value,
    )  # fmt: skip
