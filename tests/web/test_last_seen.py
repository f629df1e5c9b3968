"""The pages of no silent day and the 24-hour book: masked, scoped, recorded."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from mealroute.core.actor import SYSTEM, Role, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.delivery import queries, service
from mealroute.delivery.models import FollowUp
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.welfare.models import WelfareCall, WelfareContact
from tests.integration.planning_world import DAY

SignIn = Callable[[Role | str], FlaskClient]


@pytest.fixture
def missed(app: Flask, now: FixedClock) -> FixedClock:
    """One door did not open, one meal was handed over; four days later."""
    with unit_of_work() as db:
        first, second = queries.outcomes(db, DAY, "lunch", scope=Scope.everything())[:2]
        for line, outcome in ((first, Outcome.NO_ANSWER), (second, Outcome.HANDED_OVER)):
            entry = ProofInput(
                client_id=str(uuid4()),
                run_id=line.run_id,
                book_line_id=line.book_line_id,
                outcome=outcome,
                by_name="刘建国",
            )
            service.record_proof(db, entry, by=SYSTEM, clock=now)
        (case,) = db.scalars(select(FollowUp.id))
        service.close_follow_up(db, case, named_person="陈洁", how="女儿家中", by=SYSTEM, clock=now)
    return now


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.get_data(as_text=True)


def test_the_list_says_who_was_seen_by_whom_and_how_without_a_name(signed_in: SignIn, missed: FixedClock) -> None:
    text = page(signed_in(Role.DISPATCHER), "/last-seen?show=all")
    assert "刘*国" in text
    assert "在门口" in text
    assert "王玉兰" not in text


def test_the_calls_of_a_long_weekend_are_listed_recorded_and_settled(signed_in: SignIn, missed: FixedClock) -> None:
    missed.at += timedelta(days=4)
    desk = signed_in(Role.DISPATCHER)
    assert desk.post("/welfare-calls/plan").status_code == 303
    assert "王玉兰" not in page(desk, "/welfare-calls")
    assert "王玉兰" in desk.post("/welfare-calls/numbers").get_data(as_text=True)
    with unit_of_work(read_only=True) as db:
        number, resident = db.execute(
            select(WelfareCall.id, WelfareCall.resident_id).order_by(WelfareCall.id)
        ).tuples().first() or (0, 0)
        assert db.scalar(select(AuditEvent.rows).where(AuditEvent.action == "welfare.numbers-revealed"))
    form = {"call": number, "means": "call", "result": "spoke", "person": "赵敏", "client_id": str(uuid4())}
    for _again in range(2):
        assert desk.post(f"/last-seen/{resident}", data=form).status_code == 303
    with unit_of_work(read_only=True) as db:
        assert [row.person for row in db.scalars(select(WelfareContact))] == ["赵敏"]
    assert "和本人通了话 · 赵敏" in page(desk, "/welfare-calls")


def test_the_book_of_the_day_adds_up_and_names_who_closed_what(desk: FlaskClient, missed: FixedClock) -> None:
    text = page(desk, "/welfare-book?day=2026-03-09")
    assert "陈洁" in text
    assert "平" in text
    assert "差 " not in text


def test_the_book_is_printed_and_handed_out_masked_with_a_reason_and_recorded(
    desk: FlaskClient, missed: FixedClock
) -> None:
    form = {"day": "2026-03-09", "format": "pdf", "reason": "月度检查"}
    assert desk.post("/welfare-book/file", data={**form, "reason": " "}).status_code == 422
    printed = desk.post("/welfare-book/file", data=form).data
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(printed)).pages)
    assert "女儿家中" in text
    assert "王玉兰" not in text
    sheets = load_workbook(io.BytesIO(desk.post("/welfare-book/file", data={**form, "format": "xlsx"}).data))
    assert sheets.worksheets[0].max_row == 2
    csv = desk.post("/welfare-book/file", data={**form, "format": "csv", "full": "1"}).data.decode("utf-8-sig")
    assert "王玉兰" in csv or "曾𠮷祥" in csv
    with unit_of_work(read_only=True) as db:
        events = db.scalars(select(AuditEvent).where(AuditEvent.action == "welfare.book-exported")).all()
        assert [event.detail["full_names"] for event in events] == [False, False, True]


def test_full_names_need_the_right_to_see_them(signed_in: SignIn, missed: FixedClock) -> None:
    form = {"day": "2026-03-09", "format": "csv", "reason": "抽查", "full": "1"}
    assert signed_in(Role.AUDITOR).post("/welfare-book/file", data=form).status_code == 403
    assert signed_in(Role.AUDITOR).post("/welfare-book/file", data={**form, "full": ""}).status_code == 200


def test_a_street_sets_how_long_anybody_may_go_unseen(desk: FlaskClient, missed: FixedClock) -> None:
    form = {"street": "110101005", "hours": "48", "door": "1", "visit": "1", "from_day": "2026-03-09", "reason": "高温"}
    assert desk.post("/welfare-calls/rule", data=form).status_code == 303
    assert "48" in page(desk, "/welfare-calls")
    assert desk.post("/welfare-calls/rule", data={**form, "hours": "x"}).status_code == 422


@pytest.mark.parametrize("role", [Role.DRIVER, Role.VENDOR, Role.KITCHEN, Role.FINANCE, Role.ADMIN])
def test_who_has_nothing_to_do_with_it_sees_nothing_of_it(signed_in: SignIn, role: Role) -> None:
    client = signed_in(role)
    for address in ("/last-seen", "/welfare-calls", "/welfare-book"):
        assert client.get(address).status_code == 403
    assert client.post("/welfare-book/file", data={"format": "pdf"}).status_code == 403


def test_with_nobody_to_call_the_pages_say_so(desk: FlaskClient) -> None:
    assert "没有人要打电话" in page(desk, "/welfare-calls")
    assert "没有待办" in page(desk, "/welfare-book")


def test_a_street_alone_is_listed_and_no_other_streets_names_are_revealed(
    signed_in: SignIn, missed: FixedClock
) -> None:
    missed.at += timedelta(days=4)
    desk = signed_in(Role.DISPATCHER)
    desk.post("/welfare-calls/plan")
    with unit_of_work(read_only=True) as db:
        streets = sorted(set(db.scalars(select(WelfareCall.street_code))))
        people = len(list(db.scalars(select(WelfareCall.id).where(WelfareCall.street_code == streets[0]))))
    assert len(streets) > 1

    assert page(desk, f"/welfare-calls?street={streets[0]}").count('<li class="out">') == people
    assert page(desk, "/welfare-calls").count('<li class="out">') > people
    desk.post(f"/welfare-calls/numbers?street={streets[0]}")

    with unit_of_work(read_only=True) as db:
        rows = db.scalars(select(AuditEvent.rows).where(AuditEvent.action == "welfare.numbers-revealed")).all()
    assert list(rows) == [people]
