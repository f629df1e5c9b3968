"""Cards: large-print ones with the spoken code for residents without a phone, door cards by route, a new code when one is lost."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import spoken_code
from mealroute.dispatch import queries as dispatch
from mealroute.paper import cards, queries
from mealroute.paper.cards import Printed
from mealroute.planning import queries as planning
from web import here
from web.paper.views import bp
from web.permissions import requires
from web.streets import street_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@bp.get("/days/<day:day>/<slot:slot>/paper/cards")
@requires("paper.pack")
def choose_cards(day: date, slot: MealSlot) -> ResponseReturnValue:
    scope = here.actor().scope
    with unit_of_work(read_only=True) as db:
        standing = planning.published(db, day, slot)
        sheets = dispatch.manifests(db, standing.id, scope=scope) if standing is not None else ()
        streets = _streets_without(db)
    return render_template("paper/cards.html", day=day, slot=slot, sheets=sheets, streets=streets)


@bp.post("/paper/resident-cards.pdf")
@requires("paper.pack")
def resident_cards() -> ResponseReturnValue:
    """Everybody of a street (or of all) who has no number of their own."""
    street = request.form.get("street", "")
    with unit_of_work() as db:
        who = cards.without_phone(db, scope=here.actor().scope, clock=here.clock(), street=street)
        printed = cards.resident_cards(db, who, by=here.actor(), clock=here.clock())
    return _pdf(printed, f"meal-cards-{street or 'all'}-{here.clock().today().isoformat()}.pdf")


@bp.post("/residents/<int:resident>/meal-card.pdf")
@requires("residents.reveal")
def meal_card(resident: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        printed = cards.resident_cards(db, [resident], by=here.actor(), clock=here.clock())
    return _pdf(printed, f"meal-card-{resident}.pdf")


@bp.post("/residents/<int:resident>/spoken-code")
@requires("residents.edit")
def new_code(resident: int) -> ResponseReturnValue:
    """The code itself stands on the card alone; no page shows it."""
    with unit_of_work() as db:
        spoken_code.issue(db, resident, reason=request.form.get("reason", ""), by=here.actor(), clock=here.clock())
    flash(_("There is a new code; the old card is void. Print the new card."), "ok")
    return redirect(url_for("residents.card", resident=resident), 303)


@bp.post("/runs/<int:run>/door-cards.pdf")
@requires("paper.pack")
def door_cards(run: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        sheet = dispatch.manifest(db, run, scope=here.actor().scope)
        of_line = queries.street_of_line(db, dispatch.run(db, run, scope=here.actor().scope).version_id)
        stops = [stop for trip in sheet.trips for stop in trip.stops if not stop.station_bulk]
        streets = [of_line[stop.items[0].book_line_id] for stop in stops]
        printed = cards.door_cards(db, sheet, streets, by=here.actor(), clock=here.clock())
    return _pdf(printed, f"door-cards-{sheet.day.isoformat()}-{sheet.number}.pdf")


@bp.post("/paper/blank-door-cards.pdf")
@requires("paper.pack")
def blank_door_cards() -> ResponseReturnValue:
    street = request.form.get("street", "")
    with unit_of_work() as db:
        printed = cards.blank_door_cards(db, street, by=here.actor(), clock=here.clock())
    return _pdf(printed, f"door-cards-{street}.pdf")


@bp.app_template_global()
def spoken_code_since(resident: int) -> date | None:
    """Since when a resident has a code; None where there is none. For the card of a resident."""
    with unit_of_work(read_only=True) as db:
        return spoken_code.since(db, resident)


def _streets_without(db: Session) -> list[tuple[str, str, int]]:
    scope = here.actor().scope
    counts = cards.without_phone_by_street(db, scope=scope, clock=here.clock())
    return [(code, name, counts.get(code, 0)) for code, name in street_names(db).items() if scope.sees_street(code)]


def _pdf(printed: Printed, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(printed.content), mimetype="application/pdf", download_name=name)
