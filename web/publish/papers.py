"""Papers with only what changed since the version before: count, packing, labels, drivers' sheets."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

from flask import send_file
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.dispatch.exports import manifest_pdf
from mealroute.dispatch.reprint import changed_sheets, replaced_version
from mealroute.kitchen.exports import labels_pdf
from mealroute.kitchen.reprint_exports import count_changes_pdf, packing_changes_pdf
from mealroute.kitchen.reprinting import Reprint, reprint_of
from mealroute.planning.records import PlanVersionId
from web import here
from web.kitchen.papers import hand_out, link_base, paths_of
from web.permissions import requires
from web.publish.views import bp

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@bp.app_template_global()
def replaced_by(version: int) -> int | None:
    """The version in whose place this one was put, so that a page can offer the papers of what changed."""
    with unit_of_work(read_only=True) as db:
        return replaced_version(db, version)


@bp.post("/plans/<int:version>/changes/count.pdf")
@requires("kitchen.print")
def count(version: int) -> ResponseReturnValue:
    return _kitchen_paper(
        version, "count-changes",
        lambda found: count_changes_pdf(
            found.counts, _names(found), day=found.sheet.day, old=found.old_number, new=found.sheet.version
        ),
        lambda found: sum(len(kitchen.rows) for kitchen in found.counts),
    )  # fmt: skip


@bp.post("/plans/<int:version>/changes/packing.pdf")
@requires("kitchen.print")
def packing(version: int) -> ResponseReturnValue:
    return _kitchen_paper(
        version, "packing-changes",
        lambda found: packing_changes_pdf(
            found.trips, _names(found), day=found.sheet.day, old=found.old_number, new=found.sheet.version
        ),
        lambda found: len(found.trips),
    )  # fmt: skip


@bp.post("/plans/<int:version>/changes/labels.pdf")
@requires("kitchen.print")
def labels(version: int) -> ResponseReturnValue:
    return _kitchen_paper(
        version, "labels-changes", lambda found: labels_pdf(found.sheet), lambda found: len(found.sheet.labels)
    )


@bp.post("/plans/<int:version>/changes/manifests.pdf")
@requires("kitchen.print")
def manifests(version: int) -> ResponseReturnValue:
    """Only the sheets that say something else than those that they replace."""
    number = PlanVersionId(version)
    with unit_of_work() as db:
        found = changed_sheets(
            db, number, scope=here.actor().scope, clock=here.clock(), link_base=link_base(), secret_key=here.settings().secret_key
        )  # fmt: skip
        if not found:
            raise MealrouteError("nothing-changed", _("No sheet within your reach says anything else than before."))
        content = manifest_pdf(found, paths_of(db, number, found))
        hand_out(db, "manifests-changes", version, content, rows=len(found))
    return _pdf(content, f"manifests-changes-{found[0].day.isoformat()}-v{found[0].version_number}.pdf")


def _kitchen_paper(
    version: int, name: str, draw: Callable[[Reprint], bytes], rows: Callable[[Reprint], int]
) -> ResponseReturnValue:
    with unit_of_work() as db:
        found = _reprint(db, version)
        content = draw(found)
        hand_out(db, name, version, content, rows=rows(found))
    return _pdf(content, f"{name}-{found.sheet.day.isoformat()}-v{found.sheet.version}.pdf")


def _reprint(db: Session, version: int) -> Reprint:
    before = replaced_version(db, version)
    if before is None:
        raise MealrouteError("replaces-nothing", _("This version took no other one's place: print the whole papers."))
    return reprint_of(db, before, PlanVersionId(version), scope=here.actor().scope)


def _names(found: Reprint) -> dict[str, str]:
    return {kitchen.kitchen_code: kitchen.kitchen_name for kitchen in found.sheet.kitchens}


def _pdf(content: bytes, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=name)
