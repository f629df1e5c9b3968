"""Faces and hours of one plan version, and the prices of the streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.core.text import mask_name
from mealroute.planning import doors, queries, street_prices
from mealroute.planning.doors import LearntDoor
from mealroute.planning.records import PlanVersionId
from mealroute.planning.rules import FacePrice
from mealroute.planning.street_prices import StreetPriceRecord
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId
from web import here
from web.faces.forms import PriceForm
from web.permissions import requires
from web.streets import street_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = Blueprint("faces", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class StreetRow:
    """A street with the price that holds today, whether it is its own, and everything that it ever set."""

    code: str
    name: str
    price: FacePrice
    own: bool
    history: tuple[StreetPriceRecord, ...]


@bp.get("/plans/<int:version>/faces")
@requires("plan.view")
def of_plan(version: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        summary = queries.summary(db, PlanVersionId(version))
        found = queries.faces(db, summary.id)
        rows, timed = _streets(db), _doors(db, summary.id)
    policy = queries.policy_on(summary.day, summary.slot)
    return render_template(
        "faces/plan.html",
        v=summary,
        day=summary.day,
        slot=summary.slot,
        faces=found,
        prices=policy.prices,
        rows=rows,
        timed=timed,
    )


@bp.get("/face-prices")
@requires("plan.view")
def prices() -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        rows = _streets(db)
    form = _form(rows)
    form.from_day.data = here.clock().today()
    form.street.data = request.args.get("street", "")
    return render_template("faces/prices.html", rows=rows, form=form)


@bp.post("/face-prices")
@requires("plan.edit")
def set_price() -> ResponseReturnValue:
    with unit_of_work() as db:
        rows = _streets(db)
        form = _form(rows)
        if not form.validate():
            return render_template("faces/prices.html", rows=rows, form=form), 422
        assert form.face_min.data is not None
        assert form.hour_s.data is not None
        assert form.from_day.data is not None
        street_prices.set_price(
            db, form.street.data, FacePrice(round(60 * form.face_min.data), form.hour_s.data), from_day=form.from_day.data,
            reason=form.reason.data or "", by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The price is set; plans made from that day on reckon with it."), "ok")
    return redirect(url_for("faces.prices"), 303)


def _doors(db: Session, version: PlanVersionId) -> list[tuple[LearntDoor, str]]:
    """The doors whose time was learnt, the slowest first, with masked names."""
    found = doors.learnt(db, version, scope=here.actor().scope)
    names = residents.door_names(db, {ResidentId(each.resident_id) for each in found})
    return [(each, mask_name(names[ResidentId(each.resident_id)].name)) for each in found]


def _form(rows: tuple[StreetRow, ...]) -> PriceForm:
    form = PriceForm(request.form)
    form.street.choices = [(row.code, row.name) for row in rows]
    return form


def _streets(db: Session) -> tuple[StreetRow, ...]:
    """The streets that the person sees."""
    today = here.clock().today()
    usual = queries.policy_on(today, MealSlot.LUNCH).prices
    own = street_prices.on(db, today)
    return tuple(
        StreetRow(
            code, name, own.get(code) or FacePrice(usual.known_face, usual.usual_hour), code in own, street_prices.history(db, code)
        )
        for code, name in street_names(db).items()
        if here.actor().scope.sees_street(code)
    )  # fmt: skip
