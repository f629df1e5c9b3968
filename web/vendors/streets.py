"""Who serves which street: contracts, and who stands in when nobody else comes."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.actor import Scope
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.vendors import queries
from mealroute.vendors import streets as service
from web import here
from web.formdata import valid
from web.permissions import requires
from web.streets import street_names
from web.vendors.blueprint import bp
from web.vendors.forms import BackupForm, ContractForm, EndForm


@bp.get("/vendors/streets")
@requires("day.view")
def streets() -> ResponseReturnValue:
    return _page(revealed=False)


@bp.post("/vendors/streets/numbers")
@requires("residents.reveal")
def numbers() -> ResponseReturnValue:
    """The same page with names and numbers of volunteers, once; the audit keeps who looked and why."""
    with unit_of_work() as db:
        service.reveal_backups(db, request.form.get("reason", ""), by=here.actor(), clock=here.clock())
    return _page(revealed=True)


@bp.post("/vendors/streets/contracts")
@requires("vendors.edit")
def add_contract() -> ResponseReturnValue:
    form = valid(ContractForm(request.form))
    assert form.valid_from.data is not None
    with unit_of_work() as db:
        service.add_contract(
            db, form.vendor.data or "", form.street.data or "", contract_no=form.contract_no.data or "", valid_from=form.valid_from.data,
            valid_to=form.valid_to.data, by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The contract is entered."), "ok")
    return redirect(url_for("vendors.streets"), 303)


@bp.post("/vendors/streets/contracts/<int:contract>/end")
@requires("vendors.edit")
def end_contract(contract: int) -> ResponseReturnValue:
    form = valid(EndForm(request.form))
    assert form.last_day.data is not None
    with unit_of_work() as db:
        service.end_contract(db, contract, form.last_day.data, by=here.actor(), clock=here.clock())
    flash(_("The contract has its last day."), "ok")
    return redirect(url_for("vendors.streets"), 303)


@bp.post("/vendors/streets/backups")
@requires("vendors.edit")
def add_backup() -> ResponseReturnValue:
    form = valid(BackupForm(request.form))
    assert form.valid_from.data is not None
    kind, _slash, code = (form.who.data or "").partition("/")
    if kind not in {"vendor", "volunteer"}:
        raise MealrouteError("backup-who", _("Choose either a vendor or a volunteer."))
    with unit_of_work() as db:
        service.add_backup(
            db, form.street.data or "", vendor_code=code if kind == "vendor" else None,
            driver_code=code if kind == "volunteer" else None, position=form.position.data or 1, valid_from=form.valid_from.data,
            valid_to=form.valid_to.data, by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The stand-in is entered."), "ok")
    return redirect(url_for("vendors.streets"), 303)


@bp.post("/vendors/streets/backups/<int:backup>/end")
@requires("vendors.edit")
def end_backup(backup: int) -> ResponseReturnValue:
    form = valid(EndForm(request.form))
    assert form.last_day.data is not None
    with unit_of_work() as db:
        service.end_backup(db, backup, form.last_day.data, by=here.actor(), clock=here.clock())
    flash(_("The stand-in has its last day."), "ok")
    return redirect(url_for("vendors.streets"), 303)


def _page(*, revealed: bool) -> str:
    scope, today = here.actor().scope, here.clock().today()
    with unit_of_work(read_only=True) as db:
        names = {code: name for code, name in street_names(db).items() if scope.sees_street(code)}
        contracts = [each for each in queries.street_contracts(db) if each.valid_to is None or each.valid_to >= today]
        vendors = {vendor.code: vendor for vendor in queries.vendors(db, on=today)}
        volunteers = [driver for driver in queries.drivers(db, scope=Scope.everything()) if driver.volunteer]
        backups = queries.all_backups(db, today)
    return render_template(
        "vendors/streets.html", street_names=names, contracts=contracts, vendors=vendors, volunteers=volunteers, backups=backups,
        today=today, revealed=revealed,
    )  # fmt: skip
