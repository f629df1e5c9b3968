"""The JSON interface as one table; the specification is written from it and the tests hold it against the routes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def _object(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    shape: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        shape["required"] = list(required)
    return shape


PROBLEM = _object(("code", "sentence"), code=TEXT, sentence=TEXT, hint=TEXT, reference=TEXT)
HEALTH = _object(
    ("status", "schema"),
    status={"type": "string", "enum": ["ok"]},
    schema={"type": "string", "description": "schema version of the database"},
)
JOB = _object(
    ("id", "kind", "state", "progress"),
    id=COUNT,
    kind=TEXT,
    state={"type": "string", "enum": ["queued", "running", "done", "failed", "cancelled"]},
    progress={"type": "object", "description": "figures of the search: elapsed, budget, best so far"},
    result={"type": ["object", "null"]},
    error={"type": ["string", "null"], "description": "one sentence, when failed"},
    attempt={**COUNT, "description": "counts the workers that have begun it"},
    place={"type": ["integer", "null"], "minimum": 1, "description": "in the queue, while queued"},
    waiting={
        "type": ["string", "null"],
        "description": "why none can begin now: scheduler-away, no-workers, workers-refuse",
    },
    figures={"type": "object", "description": "the same in words and money, in the reader's language"},
    percent={"type": "string", "description": "of the time limit, with a percent sign"},
    curve={
        "type": ["object", "null"],
        "description": "best cost over time as SVG paths in a box of 200 by 40: line, area",
    },
)
PROOF = _object(
    ("client_id", "book_line_id", "outcome"),
    client_id={"type": "string", "format": "uuid", "description": "made by the phone; the same id counts once"},
    book_line_id=COUNT,
    outcome={
        "type": "string",
        "enum": [
            "handed-over",
            "left-with-contact",
            "left-at-door",
            "refused",
            "no-answer",
            "moved",
            "in-hospital",
            "cancelled-at-door",
            "not-reached",
            "volunteer-absent",
        ],
    },
    reason={"type": "string", "maxLength": 200},
    note={"type": "string", "maxLength": 1000},
    left_with={"type": "string", "maxLength": 80},
    satisfaction={
        "type": "string",
        "enum": ["good", "so-so", "bad", "not-asked"],
        "description": "what the resident said when asked whether they are content",
    },
    cash_collected={"type": "string", "description": "yuan, at most two decimals"},
    phone_at={"type": "string", "format": "date-time"},
    arrived_at={"type": "string", "format": "date-time"},
    knocked_at={"type": "string", "format": "date-time"},
    lon={"type": "number", "minimum": -180, "maximum": 180},
    lat={"type": "number", "minimum": -90, "maximum": 90},
)
LETTER = _object(
    ("records",),
    device={"type": "string", "format": "uuid", "description": "the phone's own id"},
    sent_at={"type": "string", "format": "date-time", "description": "the phone's own time at sending"},
    off_ms={"type": "integer", "description": "by how much the phone has found its clock behind ours, if it has"},
    records={
        "type": "array",
        "maxItems": 500,
        "items": {
            "type": "object",
            "description": "kind proof (as for one record, with seq and based_on), reopen, loading, boxes, signature",
        },
        "description": "in the order in which they were made",
    },
)
ANSWERED = _object(
    ("answers", "now"),
    now={"type": "string", "format": "date-time"},
    answers={
        "type": "array",
        "items": _object(
            ("client_id", "state"),
            client_id=TEXT,
            state={"type": "string", "enum": ["recorded", "duplicate", "beside", "later", "refused"]},
            proof_id=COUNT,
            code=TEXT,
            sentence=TEXT,
            hint=TEXT,
        ),
    },
)
RECORDED = _object(("state", "proof_id"), state={"type": "string", "enum": ["recorded", "duplicate"]}, proof_id=COUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One address of the interface."""

    method: str
    path: str
    endpoint: str
    summary: str
    answers: Mapping[int, tuple[str, Schema]]
    parameters: tuple[Mapping[str, Any], ...] = ()
    body: Schema | None = None
    security: tuple[Mapping[str, list[str]], ...] = field(default=({"session": []},))


def _path(name: str, schema: Schema, description: str) -> Mapping[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": description}


OPERATIONS = (
    Operation(
        method="get", path="/healthz", endpoint="api.health", summary="Whether the program and its database answer", security=(),
        answers={200: ("It answers", HEALTH)},
    ),
    Operation(
        method="get", path="/api/openapi.json", endpoint="api.openapi", summary="This specification", security=(),
        answers={200: ("OpenAPI 3.1", {"type": "object"})},
    ),
    Operation(
        method="get", path="/api/jobs/{job}", endpoint="api.job", summary="How far a job is; poll twice a second",
        parameters=(_path("job", {"type": "integer", "minimum": 1}, "the job's number"),),
        answers={200: ("The job", JOB), 401: ("Not signed in", PROBLEM), 403: ("Not permitted", PROBLEM), 404: ("No such job", PROBLEM)},
    ),
    Operation(
        method="post", path="/api/runs/{token}/proofs", endpoint="api.proof", summary="Record what happened at a door",
        parameters=(_path("token", TEXT, "the signed link of the run; it ends with the day"),), body=PROOF, security=(),
        answers={
            200: ("Already recorded under this client_id: nothing was added", RECORDED), 201: ("Recorded", RECORDED),
            404: ("The link is wrong, over, or withdrawn", PROBLEM), 409: ("This client_id belongs to another record", PROBLEM),
            415: ("Not JSON", PROBLEM), 422: ("A field is wrong", PROBLEM),
        },
    ),
    Operation(
        method="post", path="/api/runs/{token}/records", endpoint="api.records", summary="Everything that a phone has kept, an answer for each record",
        parameters=(_path("token", TEXT, "the signed link of the run; it takes records for some days after its own"),), body=LETTER, security=(),
        answers={
            200: ("Read the answers: each names its record", ANSWERED), 404: ("The link is wrong, over, or revoked", PROBLEM),
            415: ("Not JSON", PROBLEM), 422: ("Not a letter", PROBLEM),
        },
    ),
    Operation(
        method="post", path="/api/runs/{token}/photos", endpoint="api.photo", summary="A photo (image/jpeg or image/png) beside a record that has arrived",
        parameters=(
            _path("token", TEXT, "the signed link of the run"),
            *({"name": name, "in": "query", "required": True, "schema": {"type": "string", "format": "uuid"}} for name in ("client_id", "proof")),
            {"name": "phone_at", "in": "query", "schema": {"type": "string", "format": "date-time"}},
        ),
        security=(),
        answers={
            200: ("recorded, duplicate, later or refused", ANSWERED["properties"]["answers"]["items"]),
            404: ("The link is wrong, over, or revoked", PROBLEM), 422: ("A field is wrong", PROBLEM),
        },
    ),
)  # fmt: skip


def document(title: str, version: str) -> Mapping[str, Any]:
    """The OpenAPI 3.1 document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": "The small JSON interface of mealroute."},
        "paths": paths,
        "components": {"securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "mealroute"}}},
    }


def _described(operation: Operation) -> Mapping[str, Any]:
    shape: dict[str, Any] = {
        "operationId": operation.endpoint.replace(".", "_"),
        "summary": operation.summary,
        "security": [dict(entry) for entry in operation.security],
        "responses": {
            str(status): {"description": words, "content": {"application/json": {"schema": schema}}}
            for status, (words, schema) in operation.answers.items()
        },
    }
    if operation.parameters:
        shape["parameters"] = list(operation.parameters)
    if operation.body is not None:
        shape["requestBody"] = {"required": True, "content": {"application/json": {"schema": operation.body}}}
    return shape
