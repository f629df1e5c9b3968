"""The list of outcomes, a record made at a desk, and closing a case by a named person."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import cases, queries, service
from mealroute.delivery.records import Duplicate, FollowUpId, LineOutcome, Outcome, Source
from web import here
from web.driver.forms import proof_from_desk
from web.live.blueprint import bp
from web.permissions import requires

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@bp.get("/days/<day:day>/<slot:slot>/outcomes")
@requires("live.view")
def outcomes(day: date, slot: MealSlot) -> ResponseReturnValue:
    only = request.args.get("only", "")
    with unit_of_work(read_only=True) as db:
        lines = queries.outcomes(db, day, slot, scope=here.actor().scope)
    shown = [line for line in lines if not only or str(line.outcome or "none") == only]
    return render_template(
        "live/outcomes.html",
        day=day,
        slot=slot,
        lines=lines,
        shown=shown,
        only=only,
        kinds=[kind.value for kind in Outcome],
    )


@bp.get("/days/<day:day>/<slot:slot>/outcomes/<int:line>")
@requires("delivery.record")
def record_form(day: date, slot: MealSlot, line: int) -> ResponseReturnValue:
    """One meal of the day, to be recorded at a desk: from a paper sheet, or at a station's counter."""
    with unit_of_work(read_only=True) as db:
        found = _line(db, day, slot, line)
    return render_template(
        "live/record.html",
        day=day,
        slot=slot,
        line=found,
        kinds=[kind.value for kind in Outcome],
        client_id=str(uuid.uuid4()),
    )


@bp.post("/days/<day:day>/<slot:slot>/outcomes/<int:line>")
@requires("delivery.record")
def record(day: date, slot: MealSlot, line: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        found = _line(db, day, slot, line)
        source = Source.PAPER if request.form.get("source") == "paper" else Source.DESK
        proof = proof_from_desk(request.form, found, by_name=here.actor().name, source=source)
        done = service.record_proof(db, proof, by=here.actor(), clock=here.clock())
    flash(_("This was recorded before; it counts once.") if isinstance(done, Duplicate) else _("Recorded."), "ok")
    return redirect(url_for("live.outcomes", day=day, slot=slot, only="none"), 303)


def _line(db: Session, day: date, slot: MealSlot, line: int) -> LineOutcome:
    lines = queries.outcomes(db, day, slot, scope=here.actor().scope)
    found = next((one for one in lines if one.book_line_id == line), None)
    if found is None:
        raise NotFound("line-not-found", _("This meal is not on any run within your reach."))
    return found


@bp.post("/days/<day:day>/<slot:slot>/cases/<int:case>/close")
@requires("cases.close")
def close(day: date, slot: MealSlot, case: int) -> ResponseReturnValue:
    person, how = request.form.get("person", "").strip(), request.form.get("how", "").strip()
    with unit_of_work() as db:
        cases.close_follow_up(db, FollowUpId(case), named_person=person, how=how, by=here.actor(), clock=here.clock())
    flash(_("Closed by %(name)s.", name=person), "ok")
    return redirect(url_for("live.board", day=day, slot=slot), 303)
