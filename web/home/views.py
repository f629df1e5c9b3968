"""Where a person lands."""

from datetime import date

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.orders import queries as orders
from web import here, nav
from web.permissions import signed_in

bp = Blueprint("home", __name__)


@bp.get("/")
@signed_in
def start() -> ResponseReturnValue:
    """The first page of this role; with ``day`` and ``slot`` (the day picker) the page that asked, on that day."""
    wanted = _asked()
    if wanted is None:
        if "moment" not in session:
            g.moment = _first_moment()
        return redirect(nav.home())
    origin = request.args.get("from", "")
    rule = next(iter(current_app.url_map.iter_rules(origin)), None) if origin in current_app.view_functions else None
    if rule and rule.arguments == {"day", "slot"} and "GET" in (rule.methods or set()):
        return redirect(url_for(origin, day=wanted.day, slot=wanted.slot))
    return redirect(url_for("home.day", day=wanted.day, slot=wanted.slot))


@bp.get("/days/<day:day>/<slot:slot>")
@signed_in
def day(day: date, slot: MealSlot) -> ResponseReturnValue:  # noqa: ARG001 -- read by nav from the address
    return redirect(nav.home())


def _first_moment() -> nav.Moment:
    """Where the work is: today or the next service day, whichever has a book first; else the first that serves."""
    today, slot = here.clock().today(), MealSlot.LUNCH
    with unit_of_work(read_only=True) as db:
        days = ([today] if menus.is_service_day(db, today) else []) + [menus.next_service_day(db, today)]
        begun = [day for day in days if orders.book(db, day, slot) is not None]
    return nav.Moment((begun or days)[0], slot)


def _asked() -> nav.Moment | None:
    try:
        asked = nav.Moment(date.fromisoformat(request.args.get("day", "")), MealSlot(request.args.get("slot", "lunch")))
    except ValueError:
        return None
    g.moment = asked
    return asked
