"""The list of accounts, adding one, switching off, a new password."""

import secrets

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.accounts import queries, service
from mealroute.core.actor import Role
from mealroute.core.db import unit_of_work
from web import here
from web.permissions import requires
from web.streets import street_names
from web.users.forms import AccountForm

bp = Blueprint("users", __name__, template_folder="templates")


@bp.get("/users")
@requires("users.manage")
def index() -> ResponseReturnValue:
    return _page(AccountForm())


@bp.post("/users")
@requires("users.manage")
def create() -> ResponseReturnValue:
    form = AccountForm(request.form)
    if not form.validate():
        return _page(form), 422
    with unit_of_work() as db:
        account, password = service.create_account(
            db, login=form.login.data or "", display_name=form.display_name.data or "", role=Role(form.role.data),
            street_code=form.street.data or None, vendor_code=form.vendor.data or None, kitchen_code=form.kitchen.data or None,
            driver_code=form.driver.data or None, station_code=form.station.data or None, by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    return _page(AccountForm(), fresh=(account.login, password))


@bp.post("/users/<int:account>/active")
@requires("users.manage")
def active(account: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        service.set_active(db, account, request.form.get("active") == "yes", by=here.actor(), clock=here.clock())
    return redirect(url_for("users.index"), 303)


@bp.post("/users/<int:account>/password")
@requires("users.manage")
def password(account: int) -> ResponseReturnValue:
    """A password is made and shown on this answer only; nothing of it is kept but its hash."""
    made = secrets.token_urlsafe(12)
    with unit_of_work() as db:
        service.set_password(db, account, made, by=here.actor(), clock=here.clock())
        login = queries.account(db, account).login
    return _page(AccountForm(), fresh=(login, made))


def _page(form: AccountForm, fresh: tuple[str, str] | None = None) -> str:
    with unit_of_work(read_only=True) as db:
        accounts, names = queries.accounts(db), street_names(db)
    return render_template(
        "users/index.html", accounts=accounts, street_names=names, form=form, fresh=fresh, now=here.clock().now()
    )
