"""The kitchen's log: what is due, samples, temperatures, what was out of range, and the log as a file."""

from __future__ import annotations

import uuid
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.kitchen import log, log_exports, log_queries, service
from mealroute.kitchen.figures import figures_on
from mealroute.kitchen.log_records import Action, ReadingKind
from mealroute.kitchen.log_rules import degrees, limits_of
from mealroute.kitchen.overview import overview
from mealroute.planning import queries as planning
from mealroute.vendors import queries as vendors
from web import here
from web.kitchen.logform import reading_from, sample_from
from web.kitchen.views import bp
from web.permissions import requires

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KINDS = tuple(kind for kind in ReadingKind if kind is not ReadingKind.STATION)


@bp.get("/days/<day:day>/<slot:slot>/kitchen/log")
@requires("kitchen.view")
def log_of_day(day: date, slot: MealSlot) -> ResponseReturnValue:
    scope = here.actor().scope
    with unit_of_work(read_only=True) as db:
        page = {
            "found": overview(db, day, slot, scope=scope, clock=here.clock()),
            "readings": log_queries.readings(db, day, day, scope=scope, slot=str(slot)),
            "samples": log_queries.samples(db, day, day, scope=scope, slot=str(slot)),
            "names": {kitchen.code: kitchen.name for kitchen in vendors.kitchens(db)},
        }
    return render_template(
        "kitchen/log.html", day=day, slot=slot, figures=figures_on(day), now=here.clock().now(), **page
    )


@bp.get("/days/<day:day>/<slot:slot>/kitchen/readings/new")
@requires("kitchen.log")
def reading_form(day: date, slot: MealSlot) -> ResponseReturnValue:
    return _reading_page(day, slot, _values(day, slot, "readings"), None)


@bp.post("/days/<day:day>/<slot:slot>/kitchen/readings/new")
@requires("kitchen.log")
def write_reading(day: date, slot: MealSlot) -> ResponseReturnValue:
    try:
        with unit_of_work() as db:
            log.record_reading(db, reading_from(request.form, day, slot), by=here.actor(), clock=here.clock())
    except MealrouteError as refusal:
        if refusal.status != 422:
            raise
        return _reading_page(day, slot, request.form, refusal), 422
    flash(_("The temperature is in the log."), "ok")
    return redirect(url_for("kitchen.log_of_day", day=day, slot=slot), 303)


@bp.get("/days/<day:day>/<slot:slot>/kitchen/samples/new")
@requires("kitchen.log")
def sample_form(day: date, slot: MealSlot) -> ResponseReturnValue:
    return _sample_page(day, slot, _values(day, slot, "samples"), None)


@bp.post("/days/<day:day>/<slot:slot>/kitchen/samples/new")
@requires("kitchen.log")
def write_sample(day: date, slot: MealSlot) -> ResponseReturnValue:
    try:
        with unit_of_work() as db:
            log.record_sample(db, sample_from(request.form, day, slot), by=here.actor(), clock=here.clock())
    except MealrouteError as refusal:
        if refusal.status != 422:
            raise
        return _sample_page(day, slot, request.form, refusal), 422
    flash(_("The sample is in the log."), "ok")
    return redirect(url_for("kitchen.log_of_day", day=day, slot=slot), 303)


@bp.post("/days/<day:day>/<slot:slot>/kitchen/samples/<int:sample>/discard")
@requires("kitchen.log")
def discard(day: date, slot: MealSlot, sample: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        log.discard_sample(db, sample, by=here.actor(), clock=here.clock(), by_name=request.form.get("by_name", ""))
    flash(_("The sample is discarded; the log says who did it."), "ok")
    return redirect(url_for("kitchen.log_of_day", day=day, slot=slot), 303)


@bp.post("/days/<day:day>/<slot:slot>/kitchen/watches/<int:watch>/close")
@requires("kitchen.log")
def close_watch(day: date, slot: MealSlot, watch: int) -> ResponseReturnValue:
    person = request.form.get("person", "")
    with unit_of_work() as db:
        log.close_watch(
            db, watch, named_person=person, how=request.form.get("how", ""), by=here.actor(), clock=here.clock()
        )
    flash(_("Closed by %(name)s.", name=person.strip()), "ok")
    return redirect(url_for("kitchen.log_of_day", day=day, slot=slot), 303)


@bp.post("/kitchen/log/export")
@requires("kitchen.view")
def export() -> ResponseReturnValue:
    try:
        first, last = (date.fromisoformat(request.form.get(name, "")) for name in ("first", "last"))
    except ValueError:
        raise MealrouteError("period-wrong", _("Say from which day to which.")) from None
    with unit_of_work() as db:
        file = log_exports.export_log(
            db, first, last, what=request.form.get("what", "temperatures"), kind=request.form.get("format", ""),
            reason=request.form.get("reason", ""), by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    kind = MIME[request.form.get("format", "csv")]
    return send_file(BytesIO(file.content), mimetype=kind, download_name=file.name, as_attachment=True)


def _values(day: date, slot: MealSlot, what: str) -> dict[str, str]:
    """What the form begins with: the reminder that led here, or the row that is to be corrected."""
    wanted = request.args.get("corrects", type=int)
    if wanted is None:
        return dict(request.args)
    scope, clock = here.actor().scope, here.clock()
    with unit_of_work(read_only=True) as db:
        if what == "samples":
            for row in log_queries.samples(db, day, day, scope=scope, slot=str(slot)):
                if row.id == wanted:
                    return {
                        "kitchen": row.kitchen_code, "dish": row.dish_code, "grams": str(row.grams), "place": row.place,
                        "at": f"{clock.local(row.taken_at):%H:%M}", "by_name": row.by_name, "corrects": str(row.id),
                    }  # fmt: skip
        for one in log_queries.readings(db, day, day, scope=scope, slot=str(slot)):
            if one.id == wanted:
                return {
                    "kitchen": one.kitchen_code, "kind": one.kind, "dish": one.dish_code, "degrees": degrees(one.tenths),
                    "trip": f"{one.vehicle_code}/{one.trip}" if one.vehicle_code else "", "action": one.action or "",
                    "again": degrees(one.again_tenths), "note": one.note, "at": f"{clock.local(one.at):%H:%M}",
                    "by_name": one.by_name, "corrects": str(one.id),
                }  # fmt: skip
    return {}


def _reading_page(day: date, slot: MealSlot, values: Any, refusal: MealrouteError | None) -> str:
    return _page("kitchen/reading.html", day, slot, values, refusal, kinds=KINDS, actions=tuple(Action))


def _sample_page(day: date, slot: MealSlot, values: Any, refusal: MealrouteError | None) -> str:
    return _page("kitchen/sample.html", day, slot, values, refusal)


def _page(template: str, day: date, slot: MealSlot, values: Any, refusal: MealrouteError | None, **more: Any) -> str:
    with unit_of_work(read_only=True) as db:
        choices = _choices(db, day, slot)
    figures = figures_on(day)
    return render_template(
        template, day=day, slot=slot, v=values, refusal=refusal, figures=figures, client_id=values.get("client_id") or str(uuid.uuid4()),
        limits={kind.value: limits_of(kind, figures) for kind in ReadingKind}, **choices, **more,
    )  # fmt: skip


def _choices(db: Session, day: date, slot: MealSlot) -> dict[str, Any]:
    """The kitchens, dishes and trips that a form offers: those of the day's plan within reach."""
    version = planning.latest(db, day, slot)
    sheet = service.production(db, version.id, scope=here.actor().scope) if version else None
    kitchens = [(kitchen.kitchen_code, kitchen.kitchen_name) for kitchen in sheet.kitchens] if sheet else []
    mine = here.actor().scope.kitchen
    known = [(kitchen.code, kitchen.name) for kitchen in vendors.kitchens(db, scope=here.actor().scope)]
    dishes = {dish.dish_code: dish.dish_name for kitchen in sheet.kitchens for dish in kitchen.dishes} if sheet else {}
    return {
        "kitchens": kitchens or [one for one in known if mine in {None, one[0]}],
        "dishes": sorted(dishes.items(), key=lambda one: one[1]), "trips": sheet.packing if sheet else (),
    }  # fmt: skip
