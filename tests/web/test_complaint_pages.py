"""Complaints and answers on the pages: from the card to the decision, and what nobody else may read."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.delivery import satisfaction
from mealroute.delivery.satisfaction_models import Satisfaction
from mealroute.experience.models import DriverMemory
from mealroute.orders.models import BookLine
from mealroute.oversight.models import Complaint
from tests.integration.planning_world import DAY, OTHER_STREET
from tests.web.test_reach import enter

SignIn = Callable[[Role | str], FlaskClient]
SAID = "饭是凉的，老人很生气"


def filed(client: FlaskClient, **changes: str) -> str:
    """Send the form about the first resident; the address of the complaint."""
    form = {
        "client_id": str(uuid.uuid4()), "kind": "cold", "complainant": "family", "day": str(DAY), "slot": "lunch", "resident": "1",
        "text": SAID,
    }  # fmt: skip
    answer = client.post("/complaints", data=form | changes)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_the_hotline_takes_one_down_and_the_dispatcher_decides(signed_in: SignIn) -> None:
    hotline, desk = signed_in(Role.HOTLINE), signed_in(Role.DISPATCHER)
    assert "记投诉" in hotline.get("/residents/1").text
    assert "饭菜凉了" in hotline.get("/complaints/new?resident=R0001").text
    address = filed(hotline)
    page = desk.get(address).text
    assert SAID in page
    assert "餐饮 1" in page or "餐饮 2" in page
    assert hotline.post(f"{address}/steps", data={"state": "confirmed"}).status_code == 403
    sent = {"state": "confirmed", "person": "陈洁", "text": "属实，已道歉"}
    assert desk.post(f"{address}/steps", data=sent).status_code == 303
    assert desk.post(f"{address}/steps", data=sent).status_code == 409
    assert "属实" in desk.get("/complaints?state=confirmed").text
    assert "饭菜凉了" in desk.get("/residents/1").text


@pytest.mark.parametrize(
    "changes", [{"kind": ""}, {"complainant": "x"}, {"day": "soon"}, {"text": ""}, {"client_id": "x"}, {"resident": ""}]
)
def test_a_form_with_a_gap_is_refused_in_words(signed_in: SignIn, changes: dict[str, str]) -> None:
    form = {
        "client_id": str(uuid.uuid4()), "kind": "cold", "complainant": "family", "day": str(DAY), "slot": "lunch", "resident": "1",
        "text": SAID,
    }  # fmt: skip
    assert signed_in(Role.HOTLINE).post("/complaints", data=form | changes).status_code == 422


def test_a_meal_and_a_run_have_their_own_forms(signed_in: SignIn) -> None:
    desk = signed_in(Role.DISPATCHER)
    for query in ("line=2", "run=1"):
        page = desk.get(f"/complaints/new?{query}").text
        assert f'name="day" value="{DAY}"' in page
    run = filed(desk, resident="", run="1")
    assert "整条线" in desk.get(run).text
    assert desk.get("/complaints/new?run=99").status_code == 404


def test_another_street_reads_and_decides_nothing(app: Flask, signed_in: SignIn, now: FixedClock) -> None:
    address = filed(signed_in(Role.HOTLINE))
    corner = enter(app, now, "corner", Role.DISPATCHER, street_code=OTHER_STREET)
    assert corner.get(address).status_code == 404
    assert (
        corner.post(f"{address}/steps", data={"state": "dismissed", "person": "x x", "text": "xx"}).status_code == 404
    )
    assert SAID not in corner.get("/complaints").text
    assert corner.get("/complaints/new?resident=R0001").status_code == 404


def test_a_vendor_reads_the_kind_in_its_card_and_never_the_words(signed_in: SignIn) -> None:
    desk = signed_in(Role.DISPATCHER)
    address = filed(desk)
    with unit_of_work(read_only=True) as db:
        vendor = db.scalar(select(Complaint.vendor_code))
    client = signed_in(Role.VENDOR)
    assert client.get(address).status_code == 403
    page = client.get("/my-work/scorecard/2026-03/rows?figure=complaints").text
    assert ("饭菜凉了" in page) is (vendor == "V1")
    assert SAID not in page


def test_words_of_complaints_are_in_no_log_and_no_audit(signed_in: SignIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk = signed_in(Role.DISPATCHER)
    address = filed(desk)
    desk.post(f"{address}/steps", data={"state": "answered", "person": "陈洁", "text": "已向老人女儿说明"})
    desk.post("/complaints", data={"text": SAID})
    with unit_of_work(read_only=True) as db:
        told = " ".join(f"{event.subject} {event.reason} {event.detail}" for event in audit.events(db))
    for words in (SAID, "已向老人女儿说明"):
        assert words not in caplog.text
        assert words not in told


def test_the_drivers_page_asks_now_and_then_and_presets_nothing(client: FlaskClient, token: str) -> None:
    line = re.findall(r"/lines/(\d+)/hand-over", client.get(f"/r/{token}").text)[0]
    asked: list[bool] = []
    for _ in range(10):
        page = client.get(f"/r/{token}/lines/{line}/hand-over").text
        asked.append('name="satisfaction"' in page)
        if asked[-1]:
            assert not re.search(r'name="satisfaction"[^>]*checked', page)
            assert not re.search(r'name="satisfaction"[^>]*required', page)
        with unit_of_work() as db:
            owner = _owner(db, int(line))
            db.add(DriverMemory(resident_id=owner, driver_code=f"X{len(asked)}", visits=1, last_day=DAY))
    assert sum(asked) == 1


def _owner(db: Session, line: int) -> int:
    return db.get_one(BookLine, line).resident_id


def test_an_answer_at_the_door_comes_with_the_record_by_form_and_by_phone(client: FlaskClient, token: str) -> None:
    lines = re.findall(r"/stops/(\d+)", client.get(f"/r/{token}/stops").text)
    page = "".join(client.get(f"/r/{token}/stops/{stop}").text for stop in lines)
    first, second = list(dict.fromkeys(re.findall(r"/lines/(\d+)/hand-over", page)))[:2]
    form = {"client_id": str(uuid.uuid4()), "line": first, "outcome": "handed-over", "satisfaction": "so-so"}
    assert client.post(f"/r/{token}/record", data=form).status_code == 303
    body = {
        "client_id": str(uuid.uuid4()),
        "book_line_id": int(second),
        "outcome": "handed-over",
        "satisfaction": "good",
    }
    assert client.post(f"/api/runs/{token}/proofs", json=body).status_code == 201
    wrong = body | {"client_id": str(uuid.uuid4()), "satisfaction": "five stars"}
    assert client.post(f"/api/runs/{token}/proofs", json=wrong).status_code == 422
    with unit_of_work(read_only=True) as db:
        said = satisfaction.answers(db, [int(first), int(second)])
    assert {str(answer) for answer in said.values()} == {"so-so", "good"}


def test_the_hotline_writes_down_what_is_said_by_phone(client: FlaskClient, token: str, signed_in: SignIn) -> None:
    line = re.findall(r"/lines/(\d+)/hand-over", client.get(f"/r/{token}").text)[0]
    client.post(f"/r/{token}/record", data={"client_id": str(uuid.uuid4()), "line": line, "outcome": "handed-over"})
    with unit_of_work(read_only=True) as db:
        resident = _owner(db, int(line))
    hotline = signed_in(Role.HOTLINE)
    page = hotline.get(f"/residents/{resident}").text
    key = re.search(r'/answers">.*?name="client_id" value="([^"]+)"', page, re.DOTALL)
    assert key
    sent = {"client_id": key[1], "line": line, "answer": "bad"}
    assert hotline.post(f"/residents/{resident}/answers", data=sent).status_code == 303
    assert hotline.post(f"/residents/{resident}/answers", data=sent).status_code == 303
    assert hotline.post(f"/residents/{resident}/answers", data=sent | {"answer": "not-asked"}).status_code == 422
    with unit_of_work(read_only=True) as db:
        assert [row.answer for row in db.scalars(select(Satisfaction))] == ["bad"]
