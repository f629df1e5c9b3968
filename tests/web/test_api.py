"""The JSON interface is what its specification says, and the specification is written from the same table."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from web.api.spec import OPERATIONS


def test_health_answers_with_the_schema_version(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json["status"] == "ok"
    assert "schema" in answer.json


def test_the_specification_names_every_json_route_and_no_other(app: Flask, client: FlaskClient) -> None:
    told = client.get("/api/openapi.json").json
    assert told["openapi"].startswith("3.1")
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, methods in told["paths"].items() for method in methods} == routes
    assert {operation.endpoint for operation in OPERATIONS} == {
        r.endpoint for r in app.url_map.iter_rules() if r.endpoint.startswith("api.")
    }


def test_an_answer_has_the_fields_that_are_promised(desk: FlaskClient, client: FlaskClient) -> None:
    told = client.get("/api/openapi.json").json["paths"]
    for address, path in (("/healthz", "/healthz"), ("/api/jobs/999", "/api/jobs/{job}")):
        answer = desk.get(address)
        schema = told[path]["get"]["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
        assert set(schema["required"]) <= set(answer.json) <= set(schema["properties"]), address


def test_a_stranger_gets_no_job(client: FlaskClient) -> None:
    answer = client.get("/api/jobs/1", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json["code"] == "signed-out"
