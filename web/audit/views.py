"""Events, newest first, and whether the chain holds."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from mealroute.core import audit
from mealroute.core.db import unit_of_work
from web.permissions import requires

bp = Blueprint("audit", __name__, template_folder="templates")
PAGE = 100


@bp.get("/audit")
@requires("audit.view")
def index() -> ResponseReturnValue:
    subject, action = request.args.get("subject", "").strip(), request.args.get("action", "").strip()
    before = request.args.get("before", type=int)
    with unit_of_work(read_only=True) as db:
        events = audit.events(db, subject=subject, action=action, limit=PAGE, before=before)
        total = audit.count(db)
        broken = audit.verify(db) if request.args.get("verify") else None
    return render_template(
        "audit/index.html", events=events, total=total, subject=subject, action=action, page=PAGE,
        verified=bool(request.args.get("verify")), broken=broken,
    )  # fmt: skip
