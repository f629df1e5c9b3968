"""Every address that writes: only for its roles, only with the form's token; every answer protected; nothing told in logs."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from mealroute.accounts import rules
from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.dispatch import queries as dispatch
from mealroute.residents.models import Contact, Resident
from tests import web_world
from tests.integration.planning_world import DAY
from tests.web_world import PASSWORD, ROLES, settings_for
from web import create_app
from web.security import EXEMPT

SignIn = Callable[[Role | str], FlaskClient]
VALUES = {
    "day": DAY.isoformat(), "slot": "lunch", "month": "2026-03", "resident": "1", "version": "1", "job": "1", "visit": "1", "line": "2",
    "order": "1", "case": "1", "pause": "1", "account": "1", "token": "not-a-token",
}  # fmt: skip


def posts(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Address, endpoint and permission of everything that writes."""
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            address = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: VALUES.get(found[1], "1"), rule.rule)
            yield address, rule.endpoint, str(getattr(app.view_functions[rule.endpoint], "permission", ""))


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_written_by_a_role_that_may_not(app: Flask, signed_in: SignIn, role: Role) -> None:
    client = signed_in(role)
    for address, _endpoint, permission in posts(app):
        if permission == "signed-in" or permission.startswith("open") or permission in rules.PERMISSIONS[role]:
            continue
        assert client.post(address).status_code == 403, f"{role} {address}"


def test_a_stranger_writes_nothing(app: Flask, client: FlaskClient) -> None:
    for address, endpoint, permission in posts(app):
        answer = client.post(address)
        if not permission.startswith("open"):
            assert (answer.status_code, answer.location) == (302, "/sign-in"), endpoint


def test_every_form_needs_its_token(app: Flask, desk: FlaskClient, signed_in: SignIn) -> None:
    admin = signed_in(Role.ADMIN)
    app.config["WTF_CSRF_ENABLED"] = True
    for client in (desk, admin, app.test_client()):
        for address, endpoint, _permission in posts(app):
            view = app.view_functions[endpoint]
            if f"{view.__module__}.{view.__name__}" in EXEMPT:
                continue
            assert client.post(address).status_code == 400, endpoint


def test_every_answer_is_protected_errors_papers_and_files_too(app: Flask, desk: FlaskClient, tmp_path: Path) -> None:
    del app
    answers = [
        desk.post("/plans/1/labels.pdf"), desk.get("/static/css/app.css"), desk.get("/static/nothing.css"), desk.get("/sign-out"),
        desk.post("/residents/9999/reveal", data={"reason": "x"}), desk.get("/api/jobs/99"), desk.get("/plans/1/map.json"),
        desk.post("/imports", data={"kind": "residents"}), desk.get("/r/wrong"), desk.post("/api/runs/x/proofs", json=[]),
    ]  # fmt: skip
    broken = create_app(settings_for(tmp_path))
    broken.config.update(WTF_CSRF_ENABLED=False, MAX_CONTENT_LENGTH=10)

    def fails() -> str:
        raise RuntimeError("broken on purpose")

    broken.view_functions["api.health"] = fails
    answers += [broken.test_client().get("/healthz"), broken.test_client().post("/sign-in", data={"login": "x" * 100})]
    assert [answer.status_code for answer in answers[-2:]] == [500, 413]
    for answer in answers:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], answer.request.path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}


def test_a_page_that_breaks_shows_a_number_and_nothing_else(
    built: Path, tmp_path: Path, now: FixedClock, caplog: pytest.LogCaptureFixture, app: Flask
) -> None:
    del built, app
    broken = create_app(settings_for(tmp_path), clock=now)

    def fails() -> str:
        raise RuntimeError("王玉兰 13900000001")

    broken.view_functions["api.openapi"] = fails
    answer = broken.test_client().get("/api/openapi.json")
    assert answer.status_code == 500
    assert "王玉兰" not in answer.text
    assert "13900000001" not in answer.text
    assert re.search(r"E-\d{4}-\d{4}-[0-9A-F]{4}", answer.text)
    assert re.search(r"E-\d{4}-\d{4}-[0-9A-F]{4}", caplog.text)


def test_logs_hold_no_names_and_no_numbers(
    desk: FlaskClient, token: str, caplog: pytest.LogCaptureFixture, signed_in: SignIn
) -> None:
    caplog.set_level(logging.DEBUG)
    with unit_of_work(read_only=True) as db:
        people = list(db.execute(select(Resident.name, Resident.phone)))
        phones = {phone for _name, phone in people if phone} | set(db.scalars(select(Contact.phone)))
        names = {name for name, _phone in people}
    line = re.findall(r"/lines/(\d+)/", desk.get(f"/r/{token}").text)[0]
    desk.get("/residents?q=" + next(iter(names)))
    desk.post("/residents/1/reveal", data={"reason": "回电"})
    desk.post("/residents/1/state", data={"state": "nonsense"})
    desk.post("/plans/1/manifests.pdf")
    desk.post(f"/r/{token}/record", data={"client_id": str(uuid.uuid4()), "line": line, "outcome": "no-answer"})
    desk.post(f"/r/{token}/record", data={"client_id": "wrong", "line": line, "outcome": "no-answer"})
    desk.post(f"/days/{DAY}/lunch/plan/search", data={"seconds": "5"})
    desk.application.test_client().post("/sign-in", data={"login": "dispatcher", "password": "hunter2 hunter2"})
    assert "hunter2" not in caplog.text
    for value in names | phones:
        assert value not in caplog.text


def test_a_link_records_and_shows_only_lines_of_its_own_run(client: FlaskClient) -> None:
    with unit_of_work(read_only=True) as db:
        tokens = [dispatch.token(db, run, secret_key=web_world.SECRET) for run in (1, 2)]
    first, second = ([int(n) for n in re.findall(r"/lines/(\d+)/", client.get(f"/r/{one}").text)] for one in tokens)
    foreign = next(line for line in second if line not in first)
    sent = {"client_id": str(uuid.uuid4()), "outcome": "handed-over"}
    assert client.post(f"/api/runs/{tokens[0]}/proofs", json={**sent, "book_line_id": foreign}).status_code == 422
    assert client.post(f"/r/{tokens[0]}/record", data={**sent, "line": foreign}).status_code == 422
    assert client.get(f"/r/{tokens[0]}/lines/{foreign}/hand-over").status_code == 404
    other = re.findall(r"/stops/(\d+)", client.get(f"/r/{tokens[1]}/stops").text)[0]
    assert client.get(f"/r/{tokens[0]}/stops/{other}").status_code == 404
    body = {"client_id": str(uuid.uuid4()), "portions": "1", "signed_by": "x"}
    assert client.post(f"/r/{tokens[0]}/stations/{other}", data=body).status_code == 404


def test_a_key_signed_with_another_secret_opens_nothing(client: FlaskClient) -> None:
    with unit_of_work(read_only=True) as db:
        forged = dispatch.token(db, 1, secret_key="another secret")
    for address in (f"/r/{forged}", f"/r/{forged}/stops"):
        assert client.get(address).status_code == 404
    answer = client.post(
        f"/api/runs/{forged}/proofs", json={"client_id": str(uuid.uuid4()), "book_line_id": 1, "outcome": "moved"}
    )
    assert answer.status_code == 404


def test_an_account_for_a_street_that_does_not_exist_is_refused_in_words(signed_in: SignIn) -> None:
    sent = {"login": "nobody", "display_name": "赵敏", "role": "dispatcher", "street": "999999999"}
    assert signed_in(Role.ADMIN).post("/users", data=sent).status_code == 422


def test_the_administrator_cannot_make_an_account_of_the_program_itself(signed_in: SignIn) -> None:
    sent = {"login": "root", "display_name": "赵敏", "role": "system"}
    assert signed_in(Role.ADMIN).post("/users", data=sent).status_code == 422
    assert PASSWORD not in signed_in(Role.ADMIN).get("/users").text


def test_an_error_of_the_database_names_no_values(app: Flask) -> None:
    del app
    with unit_of_work() as db:
        held = db.scalars(select(Resident.code)).first()
        twice = insert(Resident).values(code=held, name="欧阳玉兰")
        with pytest.raises(IntegrityError) as failed:
            db.execute(twice)
        db.rollback()
    assert "欧阳玉兰" not in str(failed.value)


def test_what_is_sought_stays_out_of_the_address(desk: FlaskClient) -> None:
    answer = desk.post("/residents", data={"q": "wyl"})
    assert (answer.status_code, answer.location) == (303, "/residents?show=found")
    page = desk.get(answer.location).text
    assert "R0005" in page
    assert not re.findall(r'<form[^>]*role="search"[^>]*method="get"', page)
    assert "R0012" in desk.post("/residents", data={"q": "北新桥三条 12"}, follow_redirects=True).text
    assert desk.post("/residents", data={"q": ""}).location == "/residents"
