"""Messages of the desk on the driver's phone: read on the page, or fetched by it with the rest; read means seen by a person."""

from __future__ import annotations

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.delivery import messages
from web import here
from web.driver import links
from web.driver.views import SIGNED, bp
from web.permissions import open_to_all


@bp.get("/api/runs/<token>/messages")
@open_to_all(SIGNED)
def messages_now(token: str) -> ResponseReturnValue:
    """Every message of the meal, the newest first; ``seen`` null: nobody has read it yet."""
    with unit_of_work(read_only=True) as db:
        found = messages.of_driver(db, links.standing(db, token))
    return jsonify(
        messages=[
            {
                "id": each.id, "text": each.text, "by": each.by_name, "at": each.at.isoformat(),
                "seen": each.seen_at.isoformat() if each.seen_at else None,
            }
            for each in found
        ]
    )  # fmt: skip


@bp.post("/api/runs/<token>/messages/seen")
@open_to_all(SIGNED)
def messages_seen(token: str) -> ResponseReturnValue:
    """``{"ids": […]}``: the driver has read these. Twice is once. Exempt from CSRF: the unguessable link is the key."""
    body = request.get_json()
    ids = body.get("ids") if isinstance(body, dict) else None
    if not isinstance(ids, list) or not all(type(number) is int for number in ids):
        raise MealrouteError("not-an-object", _("The body must be one JSON object."))
    with unit_of_work() as db:
        new = messages.seen(db, links.standing(db, token), ids, by=links.reader(db, token), clock=here.clock())
    return jsonify(seen=new)


@bp.post("/r/<token>/messages/seen")
@open_to_all(SIGNED)
def messages_read(token: str) -> ResponseReturnValue:
    """The same from the page without script: everything that it showed."""
    ids = [int(number) for number in request.form.getlist("message") if number.isdigit()]
    with unit_of_work() as db:
        messages.seen(db, links.standing(db, token), ids, by=links.reader(db, token), clock=here.clock())
    return redirect(url_for("driver.run", token=token), 303)
