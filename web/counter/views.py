"""The counter of the day: sign for boxes, hand meals out, show a name, close."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import station_queries, stations
from mealroute.delivery.records import Duplicate
from mealroute.delivery.station_records import Fetched, Shortfall
from mealroute.kitchen.figures import figures_on
from mealroute.kitchen.log_records import Action
from web import here
from web.counter.board import SHOWS, SOUGHT, board_of, cash_from, chosen_station, client_id, signature_from
from web.permissions import requires

bp = Blueprint("counter", __name__, template_folder="templates")


@bp.get("/days/<day:day>/<slot:slot>/counter")
@requires("station.counter")
def board(day: date, slot: MealSlot) -> ResponseReturnValue:
    return _board(day, slot)


@bp.post("/days/<day:day>/<slot:slot>/counter/find")
@requires("station.counter")
def find(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Whom is looked for stays out of addresses, and so out of histories and logs of proxies."""
    session[SOUGHT] = request.form.get("q", "").strip()[:40]
    return _back(day, slot)


@bp.post("/days/<day:day>/<slot:slot>/counter/boxes/<int:visit>")
@requires("station.counter")
def sign(day: date, slot: MealSlot, visit: int) -> ResponseReturnValue:
    try:
        with unit_of_work() as db:
            given = signature_from(request.form)
            new = stations.sign(
                db, day, slot, chosen_station(db), visit_id=visit, client_id=given.client_id, portions=given.portions,
                tenths=given.tenths, signed_by=given.signed_by, shortfall=given.shortfall, action=given.action,
                again_tenths=given.again_tenths, note=given.note, by=here.actor(), clock=here.clock(),
            )  # fmt: skip
    except MealrouteError as refusal:
        if refusal.status != 422:
            raise
        return _board(day, slot, refusal=refusal, signing=visit, values=request.form), 422
    flash(_("The boxes are signed for.") if new else _("This was recorded before; it counts once."), "ok")
    return _back(day, slot)


@bp.post("/days/<day:day>/<slot:slot>/counter/lines/<int:line>/hand-out")
@requires("station.counter")
def hand_out(day: date, slot: MealSlot, line: int) -> ResponseReturnValue:
    form = request.form
    proxy = form.get("name", "").strip()[:60] or form.get("proxy", "")
    with unit_of_work() as db:
        done = stations.hand_out(
            db, day, slot, chosen_station(db), line_id=line, client_id=client_id(form), proxy=proxy,
            fetched=Fetched.PROXY if form.get("fetched") == "proxy" else Fetched.SELF, quantity=form.get("quantity", type=int),
            cash_collected_fen=cash_from(form), by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    session.pop(SOUGHT, None)
    flash(_("This was recorded before; it counts once.") if isinstance(done, Duplicate) else _("Recorded."), "ok")
    return _back(day, slot)


@bp.post("/days/<day:day>/<slot:slot>/counter/lines/<int:line>/reveal")
@requires("station.counter")
def reveal(day: date, slot: MealSlot, line: int) -> ResponseReturnValue:
    """The name (for an open case the numbers as well), once; the audit keeps who and whose."""
    with unit_of_work() as db:
        shown = stations.reveal(db, day, slot, chosen_station(db), line_id=line, by=here.actor(), clock=here.clock())
    return _board(day, slot, revealed=(line, shown))


@bp.get("/days/<day:day>/<slot:slot>/counter/close")
@requires("station.counter")
def closing(day: date, slot: MealSlot) -> ResponseReturnValue:
    return _closing(day, slot)


@bp.post("/days/<day:day>/<slot:slot>/counter/close")
@requires("station.counter")
def close(day: date, slot: MealSlot) -> ResponseReturnValue:
    short = [int(each) for each in request.form.getlist("short") if each.isdecimal() and len(each) < 12]
    try:
        with unit_of_work() as db:
            done = stations.close(
                db, day, slot, chosen_station(db), short_lines=short, explanation=request.form.get("explanation", "")[:300],
                by=here.actor(), clock=here.clock(),
            )  # fmt: skip
    except MealrouteError as refusal:
        if refusal.status not in {409, 422}:
            raise
        return _closing(day, slot, refusal=refusal, short=short), refusal.status
    flash(_("The hand-out is closed: %(n)d portions were not fetched.", n=done.not_fetched), "ok")
    return _back(day, slot, show="cases" if done.not_fetched or done.missing else None)


def _board(
    day: date,
    slot: MealSlot,
    *,
    revealed: tuple[int, Mapping[str, str]] | None = None,
    refusal: MealrouteError | None = None,
    signing: int = 0,
    values: Mapping[str, str] | None = None,
) -> str:
    text, show = str(session.get(SOUGHT, "")), request.args.get("show", "open")
    with unit_of_work(read_only=True) as db:
        found = board_of(db, day, slot, show=show if show in SHOWS else "open", text=text)
        if revealed and all(line.book_line_id != revealed[0] for line in found.shown):
            found = board_of(db, day, slot, show="all", text="")
    return render_template(
        "counter/board.html", day=day, slot=slot, b=found, c=found.counter, text=text, show=show, revealed=revealed, refusal=refusal,
        signing=signing, v=values or {}, now=here.clock().now(), new_id=lambda: str(uuid.uuid4()), figures=figures_on(day),
        shortfalls=tuple(Shortfall), actions=tuple(Action),
    )  # fmt: skip


def _closing(
    day: date, slot: MealSlot, *, refusal: MealrouteError | None = None, short: list[int] | None = None
) -> str:
    with unit_of_work(read_only=True) as db:
        found = station_queries.counter(db, day, slot, chosen_station(db), by=here.actor(), clock=here.clock())
    if not found.lines:
        raise NotFound("nothing-here", _("Nothing is fetched at this station for this meal."))
    return render_template(
        "counter/close.html", day=day, slot=slot, c=found, refusal=refusal, short=short or [], now=here.clock().now(),
        waiting=[line for line in found.lines if line.outcome is None],
    )  # fmt: skip


def _back(day: date, slot: MealSlot, show: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("counter.board", day=day, slot=slot, show=show), 303)
