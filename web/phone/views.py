"""The app's page, its worker, the shift and the map as JSON. The page itself holds nobody's data: the phone keeps that."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _, language
from mealroute.delivery import messages
from mealroute.dispatch import notices
from mealroute.kitchen.log_records import Action
from web import here
from web.driver import links
from web.driver.forms import REASONS
from web.driver.views import SIGNED
from web.permissions import open_to_all
from web.phone.shift import map_of, shift_of

bp = Blueprint("phone", __name__, template_folder="templates")
STATIC = Path(__file__).resolve().parents[1] / "static"
FILES = (
    "css/tokens.css", "css/components.css", "css/screens.css", "css/app.css", "css/phone.css", "css/phone-screen.css", "css/fonts/plex-sans-latin.woff2",
    "favicon.svg", "phone-192.png", "phone-512.png",
    "js/morph.mjs", "js/phone/screen.js", *(f"js/phone/{path.name}" for path in sorted((STATIC / "js" / "phone").glob("*.mjs"))),
)  # fmt: skip
"""What the phone keeps to open the page without network."""
OUTCOMES = (
    "handed-over", "left-with-contact", "left-at-door", "refused", "cancelled-at-door", "in-hospital", "moved", "volunteer-absent",
)  # fmt: skip


@bp.get("/r/start")
@open_to_all("the page of an installed app holds nothing; what it shows lies on the phone")
def start() -> ResponseReturnValue:
    return page()


@bp.get("/r/<token>/shift")
@open_to_all(SIGNED)
def shift(token: str) -> ResponseReturnValue:  # noqa: ARG001 -- read by the page's script from the address
    """The same page for every link, right or wrong: the phone may still hold records of yesterday's."""
    return page()


def page() -> str:
    return render_template(
        "phone/app.html", version=version(), outcomes=OUTCOMES, reasons_in=lambda mode: [_(text) for text in REASONS[mode]], actions=[a for a in Action if a != "other"]
    )  # fmt: skip


@bp.get("/r/<token>/shift.json")
@open_to_all(SIGNED)
def data(token: str) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = shift_of(db, token)
    return _unless_known(jsonify(found))


@bp.get("/r/<token>/map.json")
@open_to_all(SIGNED)
def map_data(token: str) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = map_of(db, token)
    return _unless_known(jsonify(found))


@bp.get("/r/app.json")
@open_to_all("a browser asks for it without a key")
def manifest() -> ResponseReturnValue:
    """The web app manifest: what a phone needs to put the page on its first screen."""
    icons = [
        {"src": url_for("static", filename=f"phone-{n}.png"), "sizes": f"{n}x{n}", "type": "image/png", "purpose": "any maskable"}
        for n in (192, 512)
    ]  # fmt: skip
    answer = jsonify(
        name=_("Meals on the way"), short_name=_("Meal run"), start_url=url_for("phone.start"), scope="/r/", display="standalone",
        orientation="portrait", lang="zh-Hans" if language() == "zh" else "en", background_color="#ffffff", theme_color="#123f3d",
        icons=icons, id="/r/",
    )  # fmt: skip
    answer.mimetype = "application/manifest+json"
    return answer


@bp.get("/r/service-worker")
@open_to_all("a browser asks for it without a key")
def worker() -> ResponseReturnValue:
    """The worker with this version's list of files; another language or any changed file makes it another worker."""
    files = [url_for("static", filename=name) for name in FILES]
    head = {"version": f"{version()}-{language()}", "files": files, "page": url_for("phone.start")}
    source = (STATIC / "js" / "phone" / "worker.js").read_text("utf-8")
    answer = Response(f"const SHIP = {json.dumps(head)};\n{source}", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def version() -> str:
    """Twelve digits that change whenever a file or the page's own template does."""
    return _version(current_app.debug)


@lru_cache(maxsize=2)
def _version(_debug: bool) -> str:
    digest = hashlib.sha256()
    templates = sorted((Path(__file__).parent / "templates" / "phone").glob("*.html"))
    for path in (*(STATIC / name for name in FILES), STATIC / "js" / "phone" / "worker.js", *templates):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _unless_known(answer: Response) -> Response:
    """304 where the phone has this very answer already."""
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@bp.post("/r/<token>/told")
@open_to_all(SIGNED)
def told(token: str) -> ResponseReturnValue:
    """The driver has read what changed, and the messages that the page names: ``{"messages": [id, …]}``."""
    body = request.get_json(silent=True)
    given = body.get("messages") if isinstance(body, dict) else None
    read = [number for number in given if type(number) is int] if isinstance(given, list) else []
    with unit_of_work() as db:
        by = links.reader(db, token)
        for notice in links.notices_of(db, token):
            notices.seen(db, notice.id, by=by, clock=here.clock())
        messages.seen(db, links.standing(db, token), read, by=by, clock=here.clock())
    return jsonify(state="seen")
