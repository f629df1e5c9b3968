"""Sign in, sign out, language, light or dark, own password."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mealroute.accounts import queries, service
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import LANGUAGES, _, set_language
from web import auth, here, nav
from web.account.forms import PasswordForm, SignInForm
from web.permissions import open_to_all, signed_in
from web.security import limiter

bp = Blueprint("account", __name__, template_folder="templates")
THEMES = ("light", "dark", "system")


def _failed(answer: Response) -> bool:
    """Only failures count towards the brake: a shift that signs in at eight is no attack."""
    return answer.status_code != 303


@bp.get("/sign-in")
@open_to_all("nobody is signed in yet")
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(nav.home())
    return render_template("account/sign-in.html", form=SignInForm(), wanted=_own(request.args.get("wanted")))


@bp.post("/sign-in")
@limiter.limit("10 per minute; 100 per hour", deduct_when=_failed)
@open_to_all("nobody is signed in yet")
def sign_in_submit() -> ResponseReturnValue:
    form = SignInForm(request.form)
    wanted = _own(request.form.get("wanted"))
    refusal = ""
    if form.validate():
        actor = known = None
        with unit_of_work() as db:  # commits the count of failures as well
            try:
                actor = service.authenticate(db, form.login.data or "", form.password.data or "", clock=here.clock())
                known = queries.account(db, actor.account_id or 0).language
            except MealrouteError as error:
                refusal = f"{error.sentence} {error.hint}".strip()
        if actor is not None:
            auth.begin(actor, language=known)
            return redirect(wanted or url_for("home.start"), 303)
    return render_template("account/sign-in.html", form=form, wanted=wanted, refusal=refusal), 422


@bp.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    auth.end()
    return redirect(url_for("account.sign_in"), 303)


@bp.post("/language")
@open_to_all("the sign-in page has it as well")
def language() -> ResponseReturnValue:
    code = request.form.get("language", "")
    if code in LANGUAGES:
        session["language"] = code
        set_language(code)
        if current_user.is_authenticated:
            with unit_of_work() as db:
                service.set_language(db, here.actor().account_id or 0, code, by=here.actor(), clock=here.clock())
    return redirect(_own(request.form.get("back")) or url_for("home.start"), 303)


@bp.post("/theme")
@open_to_all("the sign-in page has it as well")
def theme() -> ResponseReturnValue:
    if request.form.get("theme") in THEMES:
        session["theme"] = request.form["theme"]
    return redirect(_own(request.form.get("back")) or url_for("home.start"), 303)


@bp.post("/preferences/letters")
@signed_in
def letters() -> ResponseReturnValue:
    """Whether single letters act as keys on the plan board."""
    session["letters"] = "off" if request.form.get("letters") == "off" else "on"
    return redirect(url_for("account.preferences"), 303)


@bp.get("/preferences")
@signed_in
def preferences() -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        account = queries.account(db, here.actor().account_id or 0)
    return render_template("account/preferences.html", form=PasswordForm(), account=account, themes=THEMES)


@bp.post("/preferences/password")
@signed_in
def password() -> ResponseReturnValue:
    form = PasswordForm(request.form)
    with unit_of_work() as db:
        account = queries.account(db, here.actor().account_id or 0)
        if not form.validate():
            return render_template("account/preferences.html", form=form, account=account, themes=THEMES), 422
        try:
            service.authenticate(db, account.login, form.current.data or "", clock=here.clock())
        except MealrouteError as error:  # the count of failures is committed all the same
            flash(error.sentence, "danger")
            return redirect(url_for("account.preferences"), 303)
        service.set_password(db, account.id, form.new.data or "", by=here.actor(), clock=here.clock())
    auth.renew(here.actor())
    flash(_("Your password has been changed."), "ok")
    return redirect(url_for("account.preferences"), 303)


def _own(address: str | None) -> str | None:
    """An address of ours to return to; anything that could lead elsewhere is dropped."""
    if not address or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return None
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else None
