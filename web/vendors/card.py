"""A vendor's page, and what is done from it: a step of its life, a report, a decision."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.dispatch import vendor_stop
from mealroute.vendors import admission, incidents, life_queries, queries
from mealroute.vendors.life_records import Answer, ListName
from mealroute.vendors.records import VendorState
from web import here
from web.formdata import valid
from web.permissions import requires
from web.streets import street_names
from web.vendors.blueprint import bp
from web.vendors.forms import DecisionForm, ReportForm, StepForm
from web.vendors.sheet import sheet_of


@bp.get("/vendors/<int:vendor>")
@requires("vendors.view")
def card(vendor: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        sheet = sheet_of(db, vendor, actor=here.actor(), clock=here.clock())
        negative, names = life_queries.items(db, ListName.NEGATIVE, here.clock().today()), street_names(db)
    return render_template(
        "vendors/card.html", s=sheet, v=sheet.vendor, negative=negative, street_names=names, today=here.clock().today(), form=StepForm(),
        report=ReportForm(data={"happened_on": here.clock().today()}),
    )  # fmt: skip


@bp.post("/vendors/<int:vendor>/steps")
@requires("vendors.edit")
def step(vendor: int) -> ResponseReturnValue:
    form = valid(StepForm(request.form))
    with unit_of_work() as db:
        code = queries.vendor_by_id(db, vendor, scope=here.actor().scope).code
        stopped = vendor_stop.take_step(
            db, code, VendorState(form.to.data), reason=form.reason.data or "", on=form.on.data, by=here.actor(), clock=here.clock()
        )  # fmt: skip
    _tell(_("The step is taken."), len(stopped))
    return redirect(url_for("vendors.card", vendor=vendor), 303)


@bp.get("/vendors/<int:vendor>/checklist")
@requires("vendors.view")
def checklist(vendor: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        sheet = sheet_of(db, vendor, actor=here.actor(), clock=here.clock())
    return render_template("vendors/checklist.html", s=sheet, v=sheet.vendor, answers=list(Answer))


@bp.post("/vendors/<int:vendor>/checklist")
@requires("vendors.edit")
def answer(vendor: int) -> ResponseReturnValue:
    """Every item that was filled in; one that says what it said before is left as it is."""
    entered = 0
    with unit_of_work() as db:
        code = queries.vendor_by_id(db, vendor, scope=here.actor().scope).code
        for line in life_queries.checklist(db, code, here.clock().today()):
            found = request.form.get(f"answer-{line.item.code}", "")
            if found:
                evidence = request.form.get(f"evidence-{line.item.code}", "")[:300]
                admission.answer(
                    db, code, line.item.code, _answer(found), evidence, by=here.actor(), clock=here.clock()
                )
                entered += 1
    flash(_("%(n)d answers are on file.", n=entered), "ok")
    return redirect(url_for("vendors.checklist", vendor=vendor), 303)


@bp.post("/vendors/<int:vendor>/reports")
@requires("vendors.report")
def report(vendor: int) -> ResponseReturnValue:
    form = valid(ReportForm(request.form))
    assert form.happened_on.data is not None
    with unit_of_work() as db:
        code = queries.vendor_by_id(db, vendor, scope=here.actor().scope).code
        incidents.report(
            db, code, form.item.data or "", happened_on=form.happened_on.data, account=form.account.data or "", by=here.actor(),
            clock=here.clock(),
        )  # fmt: skip
    flash(_("The report is entered; a named person of the district decides about it."), "ok")
    return redirect(url_for("vendors.card", vendor=vendor) + "#reports", 303)


@bp.post("/vendors/<int:vendor>/reports/<int:incident>/decision")
@requires("vendors.edit")
def decide(vendor: int, incident: int) -> ResponseReturnValue:
    form = valid(DecisionForm(request.form))
    with unit_of_work() as db:
        if queries.vendor_by_id(db, vendor, scope=here.actor().scope).code != incidents.vendor_of(db, incident):
            raise queries.no_vendor()
        stopped = vendor_stop.decide_incident(
            db, incident, confirmed=form.confirmed.data == "yes", reason=form.reason.data or "", by=here.actor(), clock=here.clock()
        )  # fmt: skip
    _tell(_("The decision is entered."), len(stopped))
    return redirect(url_for("vendors.card", vendor=vendor), 303)


def _tell(sentence: str, stopped: int) -> None:
    if stopped:
        flash(sentence + _("%(n)d published runs must be handed on: see who has to decide.", n=stopped), "danger")
    else:
        flash(sentence, "ok")


def _answer(text: str) -> Answer:
    try:
        return Answer(text)
    except ValueError:
        raise MealrouteError("answer-unknown", _("This is not one of the answers.")) from None
