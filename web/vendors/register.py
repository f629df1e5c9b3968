"""Entering an application, and changing what the register says."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.vendors import admission, editing, queries
from mealroute.vendors.records import VendorRecord
from web import here
from web.permissions import requires
from web.streets import street_names
from web.vendors.blueprint import bp
from web.vendors.forms import VendorForm


@bp.get("/vendors/new")
@requires("vendors.edit")
def new() -> ResponseReturnValue:
    return _page(VendorForm(), None)


@bp.post("/vendors/new")
@requires("vendors.edit")
def apply() -> ResponseReturnValue:
    form = VendorForm(request.form)
    if not form.validate():
        return _page(form, None), 422
    try:
        with unit_of_work() as db:
            code = admission.apply(
                db, _values(form), reason=form.reason.data or "", by=here.actor(), clock=here.clock()
            )
            found = queries.vendor(db, code)
    except MealrouteError as error:
        return _page(form, None, error), error.status
    flash(_("The application is entered as %(code)s; next comes the checklist.", code=code), "ok")
    return redirect(url_for("vendors.checklist", vendor=found.id), 303)


@bp.get("/vendors/<int:vendor>/edit")
@requires("vendors.edit")
def edit(vendor: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = queries.vendor_by_id(db, vendor, scope=here.actor().scope)
    held = {name: getattr(found, name) for name in editing.FIELDS if name not in editing.PERSONAL}
    return _page(
        VendorForm(data={**held, "diets": sorted(found.diets), "street_codes": list(found.street_codes)}), found
    )


@bp.post("/vendors/<int:vendor>/edit")
@requires("vendors.edit")
def save(vendor: int) -> ResponseReturnValue:
    form = VendorForm(request.form)
    with unit_of_work(read_only=True) as db:
        found = queries.vendor_by_id(db, vendor, scope=here.actor().scope)
    if not form.validate():
        return _page(form, found), 422
    try:
        with unit_of_work() as db:
            changed = editing.edit(db, found.code, _values(form), by=here.actor(), clock=here.clock())
    except MealrouteError as error:
        return _page(form, found, error), error.status
    flash(_("%(n)d entries changed.", n=len(changed)), "ok")
    return redirect(url_for("vendors.card", vendor=vendor), 303)


def _values(form: VendorForm) -> dict[str, Any]:
    """Columns of the form; contact and phone only where something was filled in."""
    found = {name: form[name].data for name in editing.FIELDS}
    for name in ("supply_mode", "size_class"):
        found[name] = found[name] or None
    found |= {"diets": form.diets.data or [], "street_codes": form.street_codes.data or []}
    for name in ("uscc", "licence_no", "licence_kind", "filing_no", "contract_no"):
        found[name] = found[name] or ""
    return {name: value for name, value in found.items() if name not in editing.PERSONAL or value}


def _page(form: VendorForm, vendor: VendorRecord | None, error: MealrouteError | None = None) -> str:
    with unit_of_work(read_only=True) as db:
        names = street_names(db)
    return render_template("vendors/edit.html", form=form, v=vendor, street_names=names, error=error)
