"""Who may open a route. Every view carries exactly one of these; a guard test looks."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, cast

from flask import current_app
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mealroute.accounts import rules
from mealroute.core.errors import Forbidden
from mealroute.core.i18n import _

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def requires(permission: str) -> Callable[[View[P]], View[P]]:
    """Only for people whose role has ``permission`` (accounts.rules.PERMISSIONS)."""

    def mark(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return _to_sign_in()
            if not rules.may(current_user.actor, permission):
                raise Forbidden(
                    "not-permitted",
                    _("Your role does not open this page."),
                    _("Ask the administrator if your work needs it."),
                )
            return view(*args, **kwargs)

        return _marked(guarded, permission)

    return mark


def signed_in(view: View[P]) -> View[P]:
    """For everyone who is signed in, whatever the role."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return view(*args, **kwargs) if current_user.is_authenticated else _to_sign_in()

    return _marked(guarded, "signed-in")


def open_to_all(reason: str) -> Callable[[View[P]], View[P]]:
    """Without sign-in, for ``reason``."""

    def mark(view: View[P]) -> View[P]:
        return _marked(view, f"open: {reason}")

    return mark


def _marked(view: View[P], permission: str) -> View[P]:
    cast("Any", view).permission = permission
    return view


def _to_sign_in() -> ResponseReturnValue:
    manager: Any = cast("Any", current_app).login_manager
    return cast("ResponseReturnValue", manager.unauthorized())
