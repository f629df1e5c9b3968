"""What stands beside the plan: the places where a stop could go, the trail of changes. A dialog with script, a page without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.drafting import queries
from mealroute.drafting.records import DraftView, Place
from mealroute.drafting.words import broken_sentence, differences, edit_sentence, route_name, stop_name
from mealroute.planning.words import reason
from web.permissions import requires
from web.plan.asks import Names
from web.plan.blueprint import bp
from web.plan.desk import own_draft
from web.plan.drafted import key_of
from web.plan.eye import Eye
from web.plan.page import page_of_draft

MOST_HELPED = 6
"""Sentences asked for at once: each rule is tried for each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """One place in the words of the page."""

    number: int
    name: str
    vehicle_code: str
    after: int
    after_n: int
    trip: int
    costs: tuple[str, ...]
    breaks: tuple[str, ...]


@bp.get("/days/<day:day>/<slot:slot>/plan/places")
@requires("plan.view")
def places(day: date, slot: MealSlot) -> ResponseReturnValue:
    """The best places for one stop."""
    eye = Eye.of(day, slot, request.args)
    with unit_of_work(read_only=True) as db:
        draft_id = own_draft(db, day, slot)
        view = queries.view(db, draft_id)
        stop = Names.of(view).stop(request.args.get("stop", ""))
        found = [_place(view, one) for one in queries.places(db, draft_id, stop)]
        helps = tuple(reason(code) for code in queries.what_helps(db, draft_id, [stop]).get(stop, ()))
        page = page_of_draft(db, view, eye)
    who = next(
        (one.name for one in page["board"].left if str(one.key) == request.args.get("stop")), stop_name(view, stop)
    )
    return beside(
        "plan/_places.html",
        _("Where it could go"),
        page | {"places": found, "helps": helps, "who": who, "key": request.args["stop"]},
    )


@bp.get("/days/<day:day>/<slot:slot>/plan/helps")
@requires("plan.view")
def helps(day: date, slot: MealSlot) -> ResponseReturnValue:
    """For each of some stops the one sentence that would help it most; those on routes are late or break a rule. Key → sentence."""
    with unit_of_work(read_only=True) as db:
        draft_id = own_draft(db, day, slot)
        names = Names.of(queries.view(db, draft_id))
        stops = {names.stop(key): key for key in request.args.getlist("stop")[:MOST_HELPED]}
        found = queries.what_helps(db, draft_id, tuple(stops))
    return jsonify({stops[stop]: reason(codes[0]) for stop, codes in found.items() if stop in stops and codes})


@bp.get("/days/<day:day>/<slot:slot>/plan/trail")
@requires("plan.view")
def trail(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Everything that was done to the draft: who, what, when."""
    eye = Eye.of(day, slot, request.args)
    with unit_of_work(read_only=True) as db:
        draft_id = own_draft(db, day, slot)
        view = queries.view(db, draft_id)
        found = queries.trail(db, draft_id)
    sentences = [edit_sentence(edit, view) for edit in found]
    return beside("plan/_trail.html", _("Trail of this draft"), {"eye": eye, "trail": found, "sentences": sentences})


def beside(part: str, title: str, page: dict[str, Any]) -> ResponseReturnValue:
    """The part alone for a dialog, or as a page of its own."""
    frame = "plan/_beside.html" if request.headers.get("X-Fragment") else "plan/beside.html"
    return render_template(frame, part=part, title=title, **page)


def _place(view: DraftView, place: Place) -> PlaceView:
    route = view.of_vehicle(place.vehicle)
    visits = {visit.stop: visit for visit in (route.visits if route else ()) if visit.stop is not None}
    before = visits.get(place.after) if place.after is not None else None
    spare = next((one.vehicle_code for one in view.spare if one.vehicle == place.vehicle), "")
    return PlaceView(
        number=route.number if route else 0, name=route_name(view, place.vehicle), vehicle_code=route.vehicle_code if route else spare,
        after=key_of(before.lines) if before else 0, after_n=before.number if before else 0, trip=place.trip,
        costs=tuple(differences(place.route)), breaks=tuple(dict.fromkeys(broken_sentence(view, fault) for fault in place.breaks)),
    )  # fmt: skip
