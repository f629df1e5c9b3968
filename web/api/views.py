"""Health, the specification, job progress, proofs from a phone."""

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from mealroute import migrate
from mealroute.core import jobs
from mealroute.core.db import engine, unit_of_work
from mealroute.core.i18n import language, set_language
from mealroute.core.jobs import JobId
from mealroute.delivery import evidence
from mealroute.delivery.evidence import EvidenceInput
from mealroute.delivery.letters import Answer, Letter
from web import here
from web.api.spec import document
from web.driver import letters, links, taking
from web.driver.forms import read_moment, read_uuid, wrong
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
    asked = taking.proof(request.get_json(), links.key_of(token), here.clock().now())
    told, status = asked.tell(_sent(asked.letter))
    return jsonify(told), status


@bp.post("/api/runs/<token>/records")
@open_to_all("the signed link of a run is the key")
def records(token: str) -> ResponseReturnValue:
    """What a phone has kept, in its driver's order; an answer for each record. Sent again it counts once."""
    body = request.get_json()
    set_language(taking.language_of(body, language()))
    asked = taking.records(body, links.key_of(token), here.clock().now())
    told, status = asked.tell(_sent(asked.letter) if asked.letter.items else ())
    return jsonify(told), status


@bp.post("/api/runs/<token>/photos")
@open_to_all("the signed link of a run is the key")
def photo(token: str) -> ResponseReturnValue:
    """One picture beside a record that is here already: the body is the JPEG or PNG itself."""
    given = EvidenceInput(
        client_id=read_uuid(request.args.get("client_id")), proof=read_uuid(request.args.get("proof")),
        phone_at=read_moment(request.args.get("phone_at")), photo=request.get_data(),
    )  # fmt: skip
    if not given.photo:
        raise wrong("photo")
    if evidence.mime_of(given.photo):
        evidence.keep_photo(given.photo, here.settings().instance_dir)
    answer = _sent(Letter(links.key_of(token), (given,)))[0]
    return jsonify(letters.told(answer))


def _sent(letter: Letter) -> tuple[Answer, ...]:
    answers = here.doorway().send(letter)
    if answers is None:
        raise links.closed()
    return answers
