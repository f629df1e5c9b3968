"""Vendors, kitchens and stations, drivers and vehicles, and whose papers run out."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.vendors import queries
from web import here, nav
from web.permissions import requires
from web.streets import street_names

bp = Blueprint("vendors", __name__, template_folder="templates")


@bp.get("/vendors")
@requires("vendors.view")
def index() -> ResponseReturnValue:
    scope = here.actor().scope
    with unit_of_work(read_only=True) as db:
        found, names = queries.vendors(db, scope=scope), street_names(db)
        warnings = queries.warnings(db, here.clock().today(), scope=scope)
    return render_template("vendors/index.html", vendors=found, street_names=names, warnings=warnings)


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
