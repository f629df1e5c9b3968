"""The register of a meal's paper packs: what each rests on, who took it; make them, print them, take them all."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.paper import nightly, queries, service
from mealroute.paper.records import PackAct
from mealroute.paper.rulebook import policy_on
from web import here
from web.paper.register import register_of
from web.permissions import requires

bp = Blueprint("paper", __name__, template_folder="templates")


@bp.get("/days/<day:day>/<slot:slot>/paper")
@requires("paper.pack")
def index(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        page = register_of(db, day, slot, scope=here.actor().scope)
    return render_template("paper/index.html", day=day, slot=slot, page=page, policy=policy_on(day))


@bp.post("/days/<day:day>/<slot:slot>/paper")
@requires("paper.pack")
def make(day: date, slot: MealSlot) -> ResponseReturnValue:
    street = request.form.get("street")
    with unit_of_work() as db:
        nightly.ask(db, day, slot, by=here.actor(), clock=here.clock(), street=street)
    here.executor().wake()
    flash(_("The packs are being made; this page shows them as they come."), "info")
    return redirect(url_for("paper.index", day=day, slot=slot), 303)


@bp.post("/paper-packs/<int:pack>/print")
@requires("paper.pack")
def show(pack: int) -> ResponseReturnValue:
    """Opens in the browser to be printed; recorded, as the other one."""
    return _file(pack, PackAct.PRINTED)


@bp.post("/paper-packs/<int:pack>/download")
@requires("paper.pack")
def download(pack: int) -> ResponseReturnValue:
    return _file(pack, PackAct.DOWNLOADED)


@bp.post("/days/<day:day>/<slot:slot>/paper/all")
@requires("paper.pack")
def everything(day: date, slot: MealSlot) -> ResponseReturnValue:
    """The newest pack of each street as one ZIP; each is recorded as taken."""
    into = BytesIO()
    with unit_of_work() as db:
        found = queries.newest(queries.packs(db, day, str(slot), scope=here.actor().scope))
        if not found:
            raise NotFound("pack-nothing", _("There is no pack for this meal yet."), _("Make the packs first."))
        with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as archive:
            for each in found:
                _pack, content = service.hand_out(
                    db, each.id, PackAct.DOWNLOADED, folder=_folder(), by=here.actor(), clock=here.clock()
                )
                archive.writestr(
                    zipfile.ZipInfo(service.shown_name(each), (day.year, day.month, day.day, 0, 0, 0)), content
                )
    into.seek(0)
    return send_file(
        into, mimetype="application/zip", as_attachment=True, download_name=f"paper-packs-{day.isoformat()}-{slot}.zip"
    )


def _file(pack: int, act: PackAct) -> ResponseReturnValue:
    with unit_of_work() as db:
        found, content = service.hand_out(db, pack, act, folder=_folder(), by=here.actor(), clock=here.clock())
    return send_file(
        BytesIO(content), mimetype="application/pdf", as_attachment=act is PackAct.DOWNLOADED, download_name=service.shown_name(found)
    )  # fmt: skip


def _folder() -> Path:
    return nightly.folder_of(here.settings())
