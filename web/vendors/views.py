"""Vendors, kitchens and stations, drivers and vehicles, and whose papers run out."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.vendors import queries
from mealroute.vendors.records import WORKING_STATES, VendorState
from web import here, nav
from web.permissions import requires
from web.streets import street_names
from web.vendors.blueprint import bp

SHOWS = {
    "working": WORKING_STATES, "applied": frozenset({VendorState.APPLIED}), "suspended": frozenset({VendorState.SUSPENDED}),
    "exited": frozenset({VendorState.EXITED}), "all": frozenset(VendorState),
}  # fmt: skip
"""The short lists above the table, and the states in each."""


@bp.get("/vendors")
@requires("vendors.view")
def index() -> ResponseReturnValue:
    scope, today = here.actor().scope, here.clock().today()
    show = request.args.get("show", "all")
    with unit_of_work(read_only=True) as db:
        found, names = queries.vendors(db, scope=scope, on=today), street_names(db)
        warnings = queries.warnings(db, today, scope=scope)
        subjects = {vendor.code: vendor for vendor in found}
        drivers = {driver.code: driver for driver in queries.drivers(db, scope=scope)}
    if scope.vendor is not None and len(found) == 1:
        return redirect(url_for("vendors.card", vendor=found[0].id))
    counts = {name: sum(vendor.state in states for vendor in found) for name, states in SHOWS.items()}
    shown = [vendor for vendor in found if vendor.state in SHOWS.get(show, SHOWS["all"])]
    return render_template(
        "vendors/index.html", vendors=shown, street_names=names, warnings=warnings, subjects=subjects, drivers=drivers, counts=counts,
        show=show, total=len(found),
    )  # fmt: skip


@bp.get("/vendors/kitchens")
@requires("vendors.view")
def kitchens() -> ResponseReturnValue:
    scope = here.actor().scope
    with unit_of_work(read_only=True) as db:
        found, stations, names = queries.kitchens(db, scope=scope), queries.stations(db, scope=scope), street_names(db)
    return render_template("vendors/kitchens.html", kitchens=found, stations=stations, street_names=names)


@bp.get("/vendors/fleet")
@requires("vendors.view")
def fleet() -> ResponseReturnValue:
    day = nav.chosen().day
    with unit_of_work(read_only=True) as db:
        roster = queries.fleet(db, day, scope=here.actor().scope)
        kitchen_names = {kitchen.code: kitchen.name for kitchen in queries.kitchens(db, scope=here.actor().scope)}
    return render_template("vendors/fleet.html", day=day, roster=roster, kitchen_names=kitchen_names)
