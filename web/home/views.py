"""Where a person lands."""

from datetime import date

from flask import Blueprint, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.slots import MealSlot
from web import nav
from web.permissions import signed_in

bp = Blueprint("home", __name__)


@bp.get("/")
@signed_in
def start() -> ResponseReturnValue:
    """The first page of this role; with ``day`` and ``slot`` (the day picker) the page that asked, on that day."""
    wanted = _asked()
    if wanted is None:
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


def _asked() -> nav.Moment | None:
    try:
        asked = nav.Moment(date.fromisoformat(request.args.get("day", "")), MealSlot(request.args.get("slot", "lunch")))
    except ValueError:
        return None
    g.moment = asked
    return asked
