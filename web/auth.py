"""The session of a person: who is signed in, and when an idle desk signs out."""

from dataclasses import dataclass

from flask import Flask, flash, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user

from mealroute.accounts import queries
from mealroute.core.actor import Actor
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from web import here
from web.security import IDLE

POLL = "X-Poll"
"""Header of requests that a page makes by itself: they do not keep an idle session alive."""


@dataclass(frozen=True, slots=True)
class Person:
    """The signed-in person as Flask-Login wants it."""

    actor: Actor
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return str(self.actor.account_id)


class Nobody:
    """Who has not signed in."""

    is_authenticated = False
    is_active = False
    is_anonymous = True

    def get_id(self) -> None:
        return None


def register(app: Flask) -> None:
    """Load the person of each request; sign out who has been idle."""
    manager = LoginManager(app)
    manager.anonymous_user = Nobody
    manager.session_protection = "basic"
    manager.user_loader(_load)
    manager.unauthorized_handler(_unauthorized)
    app.before_request(_idle)


def begin(actor: Actor, *, language: str | None = None) -> None:
    """Open a fresh session for ``actor``: nothing of an earlier one survives but the theme and a chosen language."""
    kept = {key: session[key] for key in ("language", "theme") if key in session}
    session.clear()
    session.update({"language": language} if language else {})
    session.update(kept)
    session.permanent = True
    session["seen"] = here.clock().now().timestamp()
    renew(actor)
    login_user(Person(actor))


def renew(actor: Actor) -> None:
    """Tie the session to the account's present password; every session tied to an earlier one is over."""
    with unit_of_work(read_only=True) as db:
        session["stamp"] = queries.stamp(db, actor.account_id or 0)


def end() -> None:
    """Close the session."""
    kept = {key: session[key] for key in ("language", "theme") if key in session}
    logout_user()
    session.clear()
    session.update(kept)


def _load(account_id: str) -> Person | None:
    with unit_of_work(read_only=True) as db:
        actor = queries.actor(db, int(account_id)) if account_id.isdigit() else None
        held = actor is not None and session.get("stamp") == queries.stamp(db, int(account_id))
    return Person(actor) if actor and held else None


def _idle() -> ResponseReturnValue | None:
    if request.endpoint == "static" or _keyed_by_link() or not current_user.is_authenticated:
        return None
    now = here.clock().now().timestamp()
    if now - float(session.get("seen", 0)) > IDLE.total_seconds():
        end()
        flash(_("Signed out after half an hour without work."), "info")
        return _unauthorized()
    if POLL not in request.headers:
        session["seen"] = now
    return None


def _keyed_by_link() -> bool:
    """A driver's pages and records hang on the link alone: a session that has ended must not turn a record away."""
    return bool(request.view_args) and "token" in (request.view_args or {})


def _unauthorized() -> ResponseReturnValue:
    if request.headers.get("Accept", "").startswith("application/json"):
        return jsonify(code="signed-out", sentence=_("Sign in again.")), 401
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("account.sign_in", wanted=wanted))
