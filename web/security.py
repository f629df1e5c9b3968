"""What protects every page: headers, a strict content policy, CSRF, cookie flags, a brake on sign-ins."""

from datetime import timedelta

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Nothing inline, nothing from elsewhere. Leaflet sets styles through the object model, which the policy allows."""

HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
EXEMPT = (
    "web.api.views.proof",
    "web.api.views.records",
    "web.api.views.photo",
    "web.driver.messages.messages_seen",
    "web.phone.views.told",
)
"""Views that read no cookie, so that no other site can borrow one: the key is in the address."""
IDLE = timedelta(minutes=30)
SHIFT = timedelta(hours=12)


def register(app: Flask, *, https_only: bool) -> None:
    """Fit the application with its protection."""
    app.config.update(
        SESSION_COOKIE_NAME="mealroute",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https_only,
        PERMANENT_SESSION_LIFETIME=SHIFT,
        WTF_CSRF_TIME_LIMIT=None,  # the session's own end is the limit
    )
    csrf.init_app(app)
    for view in EXEMPT:
        csrf.exempt(view)
    limiter.init_app(app)

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https_only:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")  # pages hold personal data
        return response
