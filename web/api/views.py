"""Health, the specification, job progress, proofs from a phone."""

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from mealroute import migrate
from mealroute.core import jobs
from mealroute.core.db import engine, unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.jobs import JobId
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Duplicate
from web import here
from web.api.spec import document
from web.driver import links
from web.driver.forms import proof_from
from web.jobs import progress
from web.permissions import open_to_all, requires

bp = Blueprint("api", __name__)


@bp.get("/healthz")
@open_to_all("monitors have no account")
def health() -> ResponseReturnValue:
    return jsonify(status="ok", schema=migrate.schema_version(engine()))


@bp.get("/api/openapi.json")
@open_to_all("a specification is public")
def openapi() -> ResponseReturnValue:
    return jsonify(document("mealroute", "1"))


@bp.get("/api/jobs/<int:job>")
@requires("plan.view")
def job(job: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = jobs.job(db, JobId(job))
        shown = progress.view(db, found)
    curve = shown.curve
    return jsonify(
        id=found.id, kind=found.kind, state=str(found.state), progress=dict(found.progress or {}), result=found.result,
        error=found.error_sentence or None, attempt=found.attempt, place=shown.place, waiting=found.waiting_code or None,
        figures=shown.figures(), percent=shown.percent, curve=None if curve is None else {"line": curve.line, "area": curve.area}, links={"self": url_for("api.job", job=found.id)},
    )  # fmt: skip


@bp.post("/api/runs/<token>/proofs")
@open_to_all("the signed link of a run is the key")
def proof(token: str) -> ResponseReturnValue:
    """One record of a door. Exempt from CSRF: no cookie is read, the unguessable link is the key."""
    body = request.get_json()
    if not isinstance(body, dict):
        raise MealrouteError("not-an-object", _("The body must be one JSON object."))
    with unit_of_work() as db:
        manifest = links.manifest_to_record(db, token, body.get("book_line_id"))
        given = proof_from(body, manifest)
        done = delivery.record_proof(db, given, by=links.driver_actor(manifest), clock=here.clock())
    again = isinstance(done, Duplicate)
    return jsonify(state="duplicate" if again else "recorded", proof_id=done.proof_id), 200 if again else 201
