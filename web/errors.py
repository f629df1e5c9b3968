"""What a person sees when something did not work: what happened, what stands, what to do; a number to quote."""

import logging
import secrets
from dataclasses import dataclass

from flask import Flask, current_app, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from web import here

log = logging.getLogger("mealroute.web")
MENDABLE = {409, 422}


@dataclass(frozen=True, slots=True)
class Page:
    """The words of one error page."""

    status: int
    code: str
    badge: str
    title: str
    text: str
    reference: str = ""


def register(app: Flask) -> None:
    """Give every error its page."""
    app.register_error_handler(MealrouteError, _refused)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crashed)


def wants_json() -> bool:
    """Whether a script asks, not a person."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


def _refused(error: MealrouteError) -> ResponseReturnValue:
    """A refusal: on a form, back to it with the sentence; elsewhere a page of its own."""
    if wants_json():
        return jsonify(code=error.code, sentence=error.sentence, hint=error.hint), error.status
    back = request.referrer or ""
    if request.method == "POST" and error.status in MENDABLE and back.startswith(request.host_url):
        flash(f"{error.sentence} {error.hint}".strip(), "danger")
        return redirect(back, 303)
    badge = _("Not allowed") if error.status == 403 else _("Not found") if error.status == 404 else _("Not done")
    return _page(Page(error.status, error.code, badge, error.sentence, error.hint))


def _csrf(error: CSRFError) -> ResponseReturnValue:
    log.info("form-refused", extra={"endpoint": request.endpoint, "why": error.description})
    text = _(
        "The page was open too long or came from an earlier session. Nothing was changed: go back, reload, send it again."
    )
    return _page(Page(400, "form-expired", _("Not done"), _("This form is no longer valid"), text))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    status = error.code or 500
    badge, title, text = _words_for(status)
    return _page(Page(status, f"http-{status}", badge, title, text))


def _crashed(error: Exception) -> ResponseReturnValue:
    if isinstance(error, HTTPException):
        return _http(error)
    if current_app.testing:
        raise error
    reference = f"E-{here.clock().local(here.clock().now()):%m%d-%H%M}-{secrets.token_hex(2).upper()}"
    log.error("request-failed %s %s %s", reference, request.endpoint, type(error).__name__, exc_info=error)
    badge, title, text = _words_for(InternalServerError.code)
    return _page(Page(500, "internal", badge, title, text, reference))


def _words_for(status: int) -> tuple[str, str, str]:
    match status:
        case 400:
            return (
                _("Not done"),
                _("The request could not be read"),
                _("Nothing was changed. Go back and try once more."),
            )
        case 401 | 403:
            return (
                _("Not allowed"),
                _("Your role does not open this page."),
                _("Ask the administrator if your work needs it."),
            )
        case 404:
            return (
                _("Not found"),
                _("There is nothing at this address"),
                _("It may have moved, or lie outside your streets."),
            )
        case 405:
            return (
                _("Not done"),
                _("This address cannot be opened directly"),
                _("Go back and use the button on the page."),
            )
        case 413:
            return _("Not done"), _("The file is too large"), _("At most 32 MB are read at once. Split the sheet.")
        case 429:
            return _("Wait a moment"), _("Too many tries"), _("Wait a minute, then try again. Nothing was changed.")
        case _:
            return (
                _("Not done"),
                _("Something broke on our side"),
                _("What was half done has been taken back. Most times a second try works."),
            )


def _page(page: Page) -> ResponseReturnValue:
    if wants_json():
        return jsonify(code=page.code, sentence=page.title, hint=page.text, reference=page.reference), page.status
    try:
        return render_template("error.html", page=page, at=here.clock().now()), page.status
    except Exception as broken:  # the page about an error must not be one
        if current_app.testing:
            raise
        log.exception("error-page-failed", exc_info=broken)
        return f"{page.title}. {page.text} {page.reference}", page.status, {"Content-Type": "text/plain; charset=utf-8"}
