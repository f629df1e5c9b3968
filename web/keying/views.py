"""Find a sheet by its code, key it row by row, save it when it agrees or with the reason why not."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch import sheet_codes
from mealroute.dispatch.sheet_codes import SheetCode
from mealroute.paper import keying
from mealroute.paper.keying_records import FootText, RowText
from web import here
from web.keying.form import foot_of, rows_of, rows_to_show
from web.keying.sheets import sheets_of
from web.permissions import requires

bp = Blueprint("keying", __name__, template_folder="templates")
MENDED = frozenset({"sheet-faulty", "sheet-empty", "sheet-differs", "sheet-clashes", "sheet-not-taken"})
"""Refusals that the clerk answers on the same page."""


@bp.get("/days/<day:day>/<slot:slot>/keying")
@requires("paper.key")
def index(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        sheets = sheets_of(db, day, slot, scope=here.actor().scope)
    return render_template("keying/index.html", day=day, slot=slot, sheets=sheets)


@bp.post("/days/<day:day>/<slot:slot>/keying")
@requires("paper.key")
def find(day: date, slot: MealSlot) -> ResponseReturnValue:
    """``day`` and ``slot`` only lead back: the code alone says which sheet it is."""
    code = sheet_codes.read(request.form.get("code", ""))
    if code is None:
        flash(
            _("This is no code of a sheet; one figure may be wrong. It stands at the sheet's foot, such as 19-04-7."),
            "watch",
        )
        return redirect(url_for("keying.index", day=day, slot=slot), 303)
    return redirect(url_for("keying.sheet", version=code.version_id, number=code.number), 303)


@bp.get("/keying/<int:version>/<int:number>")
@requires("paper.key")
def sheet(version: int, number: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = keying.sheet(db, SheetCode(version, number), scope=here.actor().scope)
        rows, foot = keying.typed(db, found)
    return _page(version, number, rows, foot)


@bp.post("/keying/<int:version>/<int:number>")
@requires("paper.key")
def save(version: int, number: int) -> ResponseReturnValue:
    rows, foot = rows_of(request.form), foot_of(request.form)
    try:
        with unit_of_work() as db:
            found = keying.sheet(db, SheetCode(version, number), scope=here.actor().scope)
            done = keying.save(
                db, found, rows, foot, reason=request.form.get("reason", "")[:300], replaces=request.form.get("replaces") == "yes",
                by=here.actor(), clock=here.clock(),
            )  # fmt: skip
    except MealrouteError as refusal:
        if refusal.code not in MENDED:
            raise
        return _page(version, number, rows, foot, refusal=refusal), refusal.status
    if done.again:
        flash(_("This sheet was keyed just so before; nothing has changed."), "info")
    else:
        flash(
            _(
                "Sheet %(code)s is keyed in: %(n)d records from paper, %(same)d stood already.",
                code=found.code,
                n=done.written,
                same=done.same,
            ),
            "ok",
        )
    return redirect(url_for("keying.index", day=found.day, slot=found.slot), 303)


def _page(
    version: int, number: int, rows: tuple[RowText, ...], foot: FootText, *, refusal: MealrouteError | None = None
) -> str:
    with unit_of_work(read_only=True) as db:
        found = keying.sheet(db, SheetCode(version, number), scope=here.actor().scope)
        checked = keying.check(db, found, rows, foot) if refusal else None
        before = keying.keyed(db, found)
    return render_template(
        "keying/sheet.html", sheet=found, rows=rows_to_show(found, rows), foot=foot, check=checked, before=before, refusal=refusal,
        digits=sheet_codes.DIGITS, reason=request.form.get("reason", ""),
        faults={fault.row: fault for fault in checked.faults} if checked else {},
        differing={each.field: each for each in checked.differences} if checked and checked.entries else {},
    )  # fmt: skip
