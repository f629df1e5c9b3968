"""The list of complaints, one complaint with its steps, the form that takes one down, an answer given by phone."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.delivery import satisfaction
from mealroute.oversight import complaint_queries, complaints
from mealroute.oversight.records import NEXT_STATES, Complainant, ComplaintKind, ComplaintState
from mealroute.vendors import queries as vendors
from web import here
from web.complaints import forms
from web.permissions import requires
from web.streets import street_names

bp = Blueprint("complaints", __name__, template_folder="templates")


@bp.get("/complaints")
@requires("complaints.view")
def index() -> ResponseReturnValue:
    only = forms.state_asked(request.args.get("state", ""))
    with unit_of_work(read_only=True) as db:
        found = complaint_queries.complaints(db, scope=here.actor().scope)
        names = {vendor.code: vendor.name for vendor in vendors.vendors(db)}
        streets = street_names(db)
    counts = {state: sum(one.state is state for one in found) for state in ComplaintState}
    shown = [one for one in found if only is None or one.state is only]
    return render_template(
        "complaints/index.html", found=found, shown=shown, only=only, counts=counts, vendors=names, streets=streets
    )


@bp.get("/complaints/new")
@requires("complaints.take")
def new() -> ResponseReturnValue:
    """The form, for a resident (number or code), one meal, or a run."""
    with unit_of_work(read_only=True) as db:
        about = forms.about(db, request.args, scope=here.actor().scope, day=here.clock().today())
    return render_template(
        "complaints/new.html", about=about, kinds=list(ComplaintKind), complainants=list(Complainant), client_id=str(uuid.uuid4()),
        today=here.clock().today(),
    )  # fmt: skip


@bp.post("/complaints")
@requires("complaints.take")
def take() -> ResponseReturnValue:
    with unit_of_work() as db:
        number = complaints.take(db, forms.complaint_from(request.form), by=here.actor(), clock=here.clock())
    flash(_("The complaint is taken down."), "ok")
    return redirect(url_for("complaints.show", complaint=number), 303)


@bp.get("/complaints/<int:complaint>")
@requires("complaints.view")
def show(complaint: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = complaint_queries.complaint(db, complaint, scope=here.actor().scope)
        names = {vendor.code: vendor.name for vendor in vendors.vendors(db)}
        streets = street_names(db)
    return render_template(
        "complaints/show.html", c=found, vendors=names, streets=streets, following=NEXT_STATES[found.state]
    )


@bp.post("/complaints/<int:complaint>/steps")
@requires("complaints.decide")
def step(complaint: int) -> ResponseReturnValue:
    person, text = request.form.get("person", ""), request.form.get("text", "")
    state = forms.state_given(request.form.get("state", ""))
    with unit_of_work() as db:
        complaints.step(db, complaint, state, person=person, text=text, by=here.actor(), clock=here.clock())
    flash(_("Written down."), "ok")
    return redirect(url_for("complaints.show", complaint=complaint), 303)


@bp.post("/residents/<int:resident>/answers")
@requires("complaints.take")
def answer(resident: int) -> ResponseReturnValue:
    """What a resident says on the phone about the last meal."""
    line, said, client_id = forms.answer_from(request.form)
    with unit_of_work() as db:
        satisfaction.by_phone(db, line, said, client_id=client_id, by=here.actor(), clock=here.clock())
    flash(_("Written down."), "ok")
    return redirect(url_for("residents.card", resident=resident), 303)
