"""Something has happened to a plan that is printed or on the road: say what, read every change it makes."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from mealroute.core.clock import at_seconds
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.core.text import route_label
from mealroute.delivery import queries as delivery
from mealroute.drafting import amending, queries
from mealroute.drafting.amending import Amended
from mealroute.drafting.happenings import Food
from mealroute.drafting.move_words import move_sentence
from mealroute.drafting.moves import Move
from mealroute.drafting.records import DraftView, RouteView
from mealroute.drafting.words import edit_sentence
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineId
from mealroute.planning import closures
from mealroute.planning import queries as planning
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId
from web import here
from web.permissions import requires
from web.plan.asks import Names
from web.plan.blueprint import bp
from web.plan.desk import own_draft, standing_draft
from web.plan.eye import Eye
from web.plan.people import Ledger
from web.plan.ways import travel_without

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@bp.get("/days/<day:day>/<slot:slot>/plan/happened")
@requires("plan.edit")
def happened(day: date, slot: MealSlot) -> ResponseReturnValue:
    """What can happen, each with its form."""
    eye = Eye.of(day, slot, request.args)
    with unit_of_work(read_only=True) as db:
        draft_id = queries.open_draft(db, day, slot)
        standing = planning.latest(db, day, slot)
        routes: Any = ()
        if draft_id is not None:
            routes = queries.view(db, draft_id).routes
        elif standing is not None:
            routes = planning.version(db, standing.id).routes
        closed = closures.on(db, day)
        prices = planning.policy_on(day, slot).prices
    now_s = int((here.clock().now() - at_seconds(day, 0, here.clock().zone)).total_seconds())
    return render_template(
        "plan/happened.html", eye=eye, day=day, slot=slot, routes=routes, closed=closed, prices=prices,
        now_s=now_s if 0 <= now_s < 86_400 else None, chosen=request.args.get("vehicle", ""),
    )  # fmt: skip


@bp.post("/days/<day:day>/<slot:slot>/plan/happened/driver-ill")
@requires("plan.edit")
def driver_ill(day: date, slot: MealSlot) -> ResponseReturnValue:
    eye, form = Eye.of(day, slot, request.args), request.form
    with unit_of_work() as db:
        draft_id = standing_draft(db, eye)
        vehicle = Names.of(queries.view(db, draft_id)).vehicle(form.get("vehicle", ""))
        done = amending.driver_ill(db, draft_id, vehicle, form.get("reason", ""), by=here.actor(), clock=here.clock())
    return _told(eye, done)


@bp.post("/days/<day:day>/<slot:slot>/plan/happened/broken-down")
@requires("plan.edit")
def broken_down(day: date, slot: MealSlot) -> ResponseReturnValue:
    eye, form = Eye.of(day, slot, request.args), request.form
    with unit_of_work() as db:
        draft_id = standing_draft(db, eye)
        view = queries.view(db, draft_id)
        recorded = delivery.current_proofs(db, delivery.line_ids(db, view.base_version))
        done = amending.broken_down(
            db, draft_id, Names.of(view).vehicle(form.get("vehicle", "")), form.get("reason", ""),
            food=Food(form["food"]) if form.get("food") in set(Food) else Food.HANDED_OVER,
            done=[BookLineId(line) for line in recorded], at_s=_time(form.get("at", "")), rescuer=form.get("rescuer", "").strip(),
            by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    return _told(eye, done)


@bp.post("/days/<day:day>/<slot:slot>/plan/happened/road-closed")
@requires("plan.edit")
def road_closed(day: date, slot: MealSlot) -> ResponseReturnValue:
    eye, form = Eye.of(day, slot, request.args), request.form
    with unit_of_work() as db:
        draft_id = standing_draft(db, eye)
        place = _place(form.get("place", ""), queries.view(db, draft_id))
        done = amending.road_closed(
            db, draft_id, place, form.get("radius", 0, type=int), form.get("reason", ""),
            measured=lambda closed: travel_without(closed).matrix, by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    return _told(eye, done)


@bp.post("/days/<day:day>/<slot:slot>/plan/happened/road-opened")
@requires("plan.edit")
def road_opened(day: date, slot: MealSlot) -> ResponseReturnValue:
    eye, form = Eye.of(day, slot, request.args), request.form
    with unit_of_work() as db:
        done = amending.road_opened(
            db, standing_draft(db, eye), form.get("closure", 0, type=int), form.get("reason", ""),
            measured=lambda closed: travel_without(closed).matrix, by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    return _told(eye, done)


@bp.get("/days/<day:day>/<slot:slot>/plan/changed")
@requires("plan.view")
def changed(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Every stop that differs from a step of the draft, in words; ``since`` 0 is the plan that it was opened on."""
    eye = Eye.of(day, slot, request.args)
    since = request.args.get("since", 0, type=int)
    with unit_of_work(read_only=True) as db:
        draft_id = own_draft(db, day, slot)
        view = queries.view(db, draft_id)
        found = amending.changed_since(db, draft_id, since)
        name = _names(db, view, found)
        did = edit_sentence(view.last, view)
        prices = planning.policy_on(day, slot).prices
    elsewhere = [move_sentence(move, name=name) for move in found if move.changes_route]
    later = [move_sentence(move, name=name) for move in found if not move.changes_route]
    return render_template(
        "plan/changed.html", eye=eye, day=day, slot=slot, draft=view, did=did, since=since, elsewhere=elsewhere, later=later, prices=prices,
        price_s=view.last.detail.get("price_s"),
    )  # fmt: skip


def _told(eye: Eye, done: Amended) -> ResponseReturnValue:
    """To the list of changes."""
    view = done.answer.view
    flash(edit_sentence(view.last, view), "watch" if view.last.detail.get("left") else "ok")
    return redirect(eye.url("plan.changed", since=view.revision - 1), 303)


def _names(db: Session, view: DraftView, found: tuple[Move, ...]) -> Any:
    """How a stop is called here: its label as printed, and the masked names of those whom the reader may see."""
    wanted = {move.stop for move in found}
    at = {
        visit.stop: visit.lines for route in view.routes for visit in route.visits if visit.stop is not None and visit.stop in wanted
    }  # fmt: skip
    at |= {left.stop: left.lines for left in view.unplaced if left.stop in wanted}
    lines = orders.lines(db, [line for each in at.values() for line in each])
    names = residents.door_names(db, {ResidentId(line.resident_id) for line in lines.values()})
    ledger = Ledger(lines, names, {}, here.actor().scope)
    labels = {move.stop: move.before or move.after for move in found}

    def name(stop: int) -> str:
        seat = labels.get(stop)
        label = f"{route_label(seat.route)}–{seat.place}" if seat is not None else ""
        people = [ledger.who(lines[line])[0] for line in at.get(stop, ()) if line in lines and ledger.ours(line)]
        return " ".join([label, *dict.fromkeys(people[:2])]).strip()

    return name


def _place(text: str, view: DraftView) -> LonLat:
    """``4-12`` (a stop by its route and place) or ``116.4123, 39.9345``."""
    numbers = re.fullmatch(r"\s*(\d{2,3}\.\d+)\s*[,，]\s*(\d{1,2}\.\d+)\s*", text)
    if numbers is not None:
        return LonLat(float(numbers[1]), float(numbers[2]))
    label, _dash, place = re.sub(r"[–—－]", "-", text.strip().upper()).partition("-")
    route: RouteView | None = next((route for route in view.routes if route_label(route.number) == label.strip()), None)
    for visit in route.visits if route is not None else ():
        if str(visit.number) == place.strip() and visit.lon is not None and visit.lat is not None:
            return LonLat(visit.lon, visit.lat)
    raise MealrouteError(
        "place-unknown", _("This place is not in the plan."), _("Write a stop like 4-12, or a point like 116.4123, 39.9345.")
    )  # fmt: skip


def _time(text: str) -> int | None:
    """``11:30`` as seconds; empty is now."""
    if not text.strip():
        return None
    found = re.fullmatch(r"([01]?\d|2[0-3])[:：]([0-5]\d)", text.strip())
    if found is None:
        raise MealrouteError("time-wrong", _("This is no time of day."), _("Write it like 10:15."))
    return (int(found[1]) * 60 + int(found[2])) * 60
