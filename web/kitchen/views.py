"""The count of the day's plan, and the papers. Papers are handed out by POST: each hand-out of names is in the audit trail."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

from flask import Blueprint, render_template, send_file
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.exports import manifest_pdf
from mealroute.kitchen import exports, service
from mealroute.kitchen.overview import overview
from mealroute.kitchen.records import ProductionSheet
from mealroute.menus import week_queries
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanState, PlanVersionId
from mealroute.vendors import queries as vendors
from web import here
from web.kitchen.papers import hand_out, link_base, paths_of, sheets_of
from web.permissions import requires

bp = Blueprint("kitchen", __name__, template_folder="templates")


@bp.get("/days/<day:day>/<slot:slot>/kitchen")
@requires("kitchen.view")
def sheet(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        version = planning.latest(db, day, slot)
        found = service.production(db, version.id, scope=here.actor().scope) if version else None
        alerts = overview(db, day, slot, scope=here.actor().scope, clock=here.clock())
        names = {kitchen.code: kitchen.name for kitchen in vendors.kitchens(db)}
        amended = week_queries.amendments(db, day, slot)
    terms = [(kitchen.portions, kitchen.kitchen_name, None) for kitchen in found.kitchens] if found else []
    return render_template(
        "kitchen/sheet.html",
        day=day,
        slot=slot,
        version=version,
        sheet=found,
        terms=terms,
        amended=amended,
        found=alerts,
        names=names,
    )


@bp.post("/plans/<int:version>/count.pdf")
@requires("kitchen.print")
def count(version: int) -> ResponseReturnValue:
    return _paper(version, "kitchen-count", exports.kitchen_count_pdf)


@bp.post("/plans/<int:version>/packing.pdf")
@requires("kitchen.print")
def packing(version: int) -> ResponseReturnValue:
    return _paper(version, "packing", exports.packing_pdf)


@bp.post("/plans/<int:version>/labels.pdf")
@requires("kitchen.print")
def labels(version: int) -> ResponseReturnValue:
    return _paper(version, "labels", exports.labels_pdf)


@bp.post("/plans/<int:version>/manifests.pdf")
@requires("kitchen.print")
def manifests(version: int) -> ResponseReturnValue:
    """Route sheets of a published version, within this person's runs."""
    with unit_of_work() as db:
        found, paths = sheets_of(db, PlanVersionId(version), here.actor())
        if not found and planning.summary(db, PlanVersionId(version)).state is PlanState.PUBLISHED:
            raise MealrouteError(
                "sheets-out-of-reach",
                _("Every route of this plan also serves people beyond your reach."),
                _("The district's dispatcher prints its sheets."),
            )
        if not found:
            raise MealrouteError(
                "not-published", _("Route sheets exist once the plan is published."), _("Publish it first.")
            )
        content = manifest_pdf(found, paths)
        hand_out(db, "manifests", version, content, rows=len(found))
    return _pdf(content, f"manifests-{found[0].day.isoformat()}-v{found[0].version_number}.pdf")


@bp.post("/runs/<int:run>/manifest.pdf")
@requires("kitchen.print")
def run_sheet(run: int) -> ResponseReturnValue:
    """The sheet of one run: for a driver who was called on the road, or who has lost theirs."""
    with unit_of_work() as db:
        found = dispatch.manifest(
            db, run, scope=here.actor().scope, link_base=link_base(), secret_key=here.settings().secret_key
        )
        version = dispatch.run(db, run, scope=here.actor().scope).version_id
        content = manifest_pdf([found], paths_of(db, PlanVersionId(version), [found]))
        hand_out(db, "manifest", version, content, rows=1)
    return _pdf(content, f"manifest-{found.day.isoformat()}-{found.number:02d}.pdf")


def _paper(version: int, name: str, draw: Callable[[ProductionSheet], bytes]) -> ResponseReturnValue:
    with unit_of_work() as db:
        found = service.production(db, PlanVersionId(version), scope=here.actor().scope)
        content = draw(found)
        hand_out(db, name, version, content, rows=found.portions)
    return _pdf(content, f"{name}-{found.day.isoformat()}-v{found.version}.pdf")


def _pdf(content: bytes, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=name)
