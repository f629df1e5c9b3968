"""Upload a sheet; what entered and what did not, cell by cell."""

from pathlib import PurePath

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from mealroute.accounts import rules
from mealroute.adapters import sheets
from mealroute.commands.files import IMPORTERS
from mealroute.core.db import unit_of_work
from mealroute.core.errors import Forbidden, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.importing import ImportResult
from web import here
from web.permissions import requires

bp = Blueprint("imports", __name__, template_folder="templates")
PERSONAL = frozenset({"residents", "standing-orders", "cards", "swipes", "agreements"})
"""Sheets about residents need a role that keeps the ledger; the administrator reads no resident."""


@bp.get("/imports")
@requires("import.run")
def index() -> ResponseReturnValue:
    return _page(request.args.get("kind", ""))


@bp.post("/imports")
@requires("import.run")
def upload() -> ResponseReturnValue:
    """One file in one transaction: it enters whole, less the rows that are set aside, or not at all."""
    kind, file = request.form.get("kind", ""), request.files.get("file")
    if kind not in _kinds():
        raise Forbidden("not-permitted", _("Your role does not import this sheet."))
    if file is None or not file.filename:
        raise MealrouteError("file-missing", _("Choose a file first."))
    found = sheets.read_bytes(file.read(), PurePath(file.filename.replace("\\", "/")).name[:120])
    with unit_of_work() as db:
        result = IMPORTERS[kind](db, found, by=here.actor(), clock=here.clock())
    return _page(kind, result)


def _kinds() -> list[str]:
    """Who keeps some streets' ledger brings its sheets; the register and the menu are the whole district's."""
    if not rules.may(here.actor(), "residents.import"):
        return [kind for kind in IMPORTERS if kind not in PERSONAL]
    return [kind for kind in IMPORTERS if here.actor().scope.streets is None or kind in PERSONAL]


def _page(kind: str, result: ImportResult | None = None) -> str:
    return render_template("imports/index.html", kinds=_kinds(), kind=kind, result=result)
