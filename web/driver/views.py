"""A run on the phone: by the signed link on the sheet, or signed in as its driver."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.adapters.coordinates import amap_navigation_url
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import messages, satisfaction, stations
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Duplicate, Source
from mealroute.dispatch import handover_notes, notices
from mealroute.kitchen.figures import figures_on
from mealroute.kitchen.log_records import Action
from web import here
from web.driver import changes, links
from web.driver.forms import REASONS, door_record, proof_from_form, station_box
from web.driver.run import RunView, view_of
from web.permissions import open_to_all, requires

bp = Blueprint("driver", __name__, template_folder="templates")
SIGNED = "the signed link of a run is the key"


P = ParamSpec("P")


def goes_on(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """An address from before the plan changed leads to what has changed and then on: no phone goes blank under way."""

    @wraps(view)
    def led(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            return view(*args, **kwargs)
        except NotFound:
            token = str(kwargs["token"])
            if not links.moved_on(token):
                raise
            return redirect(url_for("driver.run", token=token), 303)

    return led


@bp.get("/my-runs/<day:day>/<slot:slot>")
@requires("runs.drive")
def runs(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        mine = links.runs_of(db, day, slot, here.actor())
    return render_template("driver/runs.html", day=day, slot=slot, runs=mine)


@bp.get("/r/<token>")
@open_to_all(SIGNED)
def run(token: str) -> ResponseReturnValue:
    """First what has changed and what the desk writes, until it is seen; then the next door."""
    with unit_of_work(read_only=True) as db:
        if links.closed_run(db, token) is not None:
            return render_template("driver/gone.html", token=token, told=changes.told(db, links.notices_of(db, token)))
        view = view_of(db, links.manifest_of(db, token))
        told = changes.told(db, links.notices_of(db, token), view)
        unread = messages.unseen(messages.of_driver(db, links.standing(db, token)))
    if told:
        return _page("driver/changed.html", token, view, told=told)
    if unread:
        return _page("driver/messages.html", token, view, unread=unread)
    following = view.next_stop()
    if following is not None:
        return _stop_page(token, view, following.visit_id)
    known = [view.outcome(item) for stop in view.stops for item in stop.items]
    counts = Counter(str(line.outcome) for line in known if line)
    cash = sum(line.cash_collected_fen for line in known if line)
    return _page("driver/finished.html", token, view, counts=counts.most_common(), cash=cash)


@bp.post("/r/<token>/seen")
@open_to_all(SIGNED)
def seen(token: str) -> ResponseReturnValue:
    """The driver has read what changed."""
    with unit_of_work() as db:
        by = links.reader(db, token)
        for notice in links.notices_of(db, token):
            notices.seen(db, notice.id, by=by, clock=here.clock())
    return redirect(url_for("driver.run", token=token), 303)


@bp.get("/r/<token>/stops")
@open_to_all(SIGNED)
@goes_on
def stops(token: str) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        view = view_of(db, links.manifest_of(db, token))
    return _page("driver/stops.html", token, view, next=view.next_stop())


@bp.get("/r/<token>/stops/<int:visit>")
@open_to_all(SIGNED)
@goes_on
def stop(token: str, visit: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        view = view_of(db, links.manifest_of(db, token))
    return _stop_page(token, view, visit)


@bp.get("/r/<token>/lines/<int:line>/hand-over")
@open_to_all(SIGNED)
@goes_on
def outcome(token: str, line: int) -> ResponseReturnValue:
    return _outcome_page(token, line, "hand-over")


@bp.get("/r/<token>/lines/<int:line>/no-answer")
@open_to_all(SIGNED)
@goes_on
def no_answer(token: str, line: int) -> ResponseReturnValue:
    return _outcome_page(token, line, "no-answer")


@bp.post("/r/<token>/record")
@open_to_all(SIGNED)
def record(token: str) -> ResponseReturnValue:
    """The plain form; pages with script send the same record as JSON to the API."""
    with unit_of_work() as db:
        line = request.form.get("line")
        manifest = links.manifest_to_record(db, token, line)
        run = None if links.carries(manifest, line) else links.given_away(db, token, line)
        if run is None:
            proof = proof_from_form(request.form, manifest)
        else:
            proof = door_record(request.form, run, int(line or 0), manifest.driver_name, Source.PHONE)
        done = delivery.record_proof(db, proof, by=links.driver_actor(manifest), clock=here.clock())
    flash(_("This was recorded before; it counts once.") if isinstance(done, Duplicate) else _("Recorded."), "ok")
    return redirect(url_for("driver.run", token=token), 303)


@bp.post("/r/<token>/stations/<int:visit>")
@open_to_all(SIGNED)
def station(token: str, visit: int) -> ResponseReturnValue:
    """A station's counter signs for its box, with its temperature; who collects there is recorded at the counter."""
    try:
        with unit_of_work() as db:
            manifest = links.manifest_to_sign(db, token, visit)
            box = station_box(request.form, manifest, visit)
            new = stations.sign_on_a_phone(
                db, manifest.day, MealSlot(manifest.slot), box.station_code, visit_id=visit, client_id=box.client_id, portions=box.portions,
                tenths=box.tenths, signed_by=box.signed_by, action=box.action, again_tenths=box.again_tenths,
                by=links.driver_actor(manifest), clock=here.clock(),
            )  # fmt: skip
    except MealrouteError as refusal:
        if refusal.status != 422:
            raise
        with unit_of_work(read_only=True) as db:
            view = view_of(db, links.manifest_of(db, token))
        return _stop_page(token, view, visit, refusal=refusal, values=request.form), 422
    flash(_("Recorded.") if new else _("This was recorded before; it counts once."), "ok")
    return redirect(url_for("driver.run", token=token), 303)


def _page(template: str, token: str, view: RunView, **more: object) -> str:
    return render_template(template, token=token, view=view, run=view.manifest, progress=view.progress, **more)


def _stop_page(token: str, view: RunView, visit: int, **more: object) -> str:
    stop = view.stop(visit)
    navigation = ""
    if stop.lon is not None and stop.lat is not None:
        navigation = amap_navigation_url(LonLat(stop.lon, stop.lat), stop.address)
    return _page(
        "driver/next.html",
        token,
        view,
        stop=stop,
        following=view.next_stop(after=stop),
        navigation=navigation,
        brief_text=handover_notes.text,
        actions=tuple(Action),
        hot_least=figures_on(view.manifest.day).hot_least,
        **more,
    )


def _outcome_page(token: str, line: int, mode: str) -> str:
    with unit_of_work(read_only=True) as db:
        view = view_of(db, links.manifest_of(db, token))
        stop, item = view.line(line)
        ask = mode == "hand-over" and satisfaction.due(db, item.resident_id, view.manifest.day)
    choices = [("handed-over", _("seen"))]
    if item.handover != "in-person-only":
        choices.append(("left-with-contact", _("counts as left, not seen")))
    if item.handover == "door-allowed":
        choices.append(("left-at-door", _("counts as left, not seen")))
    choices += [(value, "") for value in ("refused", "cancelled-at-door", "in-hospital", "moved")]
    return _page(
        "driver/outcome.html", token, view, stop=stop, item=item, mode=mode, choices=choices, reasons=REASONS[mode],
        client_id=str(uuid.uuid4()), next_url=url_for("driver.run", token=token), ask=ask,
    )  # fmt: skip
