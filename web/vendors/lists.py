"""The admission checklist and the negative list: what is in force, what was, and changing it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.vendors import admission, life_queries, life_rules
from mealroute.vendors.life_records import ListName
from web import here
from web.formdata import valid
from web.permissions import requires
from web.vendors.blueprint import bp
from web.vendors.forms import ItemEndForm, ItemForm


@bp.get("/vendors/lists")
@requires("vendors.view")
def lists() -> ResponseReturnValue:
    today = here.clock().today()
    with unit_of_work(read_only=True) as db:
        every = {name: life_queries.versions(db, name) for name in ListName}
    now = {name: life_rules.in_force(items, today) for name, items in every.items()}
    others = {
        name: [(item, life_rules.ends_on(item, items)) for item in items if item not in now[name]]
        for name, items in every.items()
    }
    return render_template("vendors/lists.html", now=now, others=others, today=today, form=ItemForm())


@bp.post("/vendors/lists")
@requires("vendors.edit")
def write_item() -> ResponseReturnValue:
    form = valid(ItemForm(request.form))
    assert form.valid_from.data is not None
    with unit_of_work() as db:
        admission.write_item(
            db, ListName(form.list_name.data), (form.code.data or "").strip(), text=form.text.data or "", text_en=form.text_en.data or "",
            basis=form.basis.data or "", required=form.required.data == "yes", valid_from=form.valid_from.data,
            reason=form.reason.data or "", by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The wording is entered; the one before stays on record."), "ok")
    return redirect(url_for("vendors.lists"), 303)


@bp.post("/vendors/lists/end")
@requires("vendors.edit")
def end_item() -> ResponseReturnValue:
    form = valid(ItemEndForm(request.form))
    assert form.from_day.data is not None
    with unit_of_work() as db:
        admission.end_item(
            db, ListName(form.list_name.data), form.code.data or "", from_day=form.from_day.data, reason=form.reason.data or "",
            by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The item ends; what was answered and reported under it stays."), "ok")
    return redirect(url_for("vendors.lists"), 303)
