"""The pages of cases: masked until somebody looks on record, one tap a step, closed by a name; messages and duty lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.core import outbox
from mealroute.core.actor import SYSTEM, Role, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.delivery import ladder, queries, service
from mealroute.delivery.ladder_models import CaseStep, DutyPerson
from mealroute.delivery.models import FollowUp
from mealroute.delivery.records import CaseState, Outcome, ProofInput
from tests.integration.planning_world import DAY, OTHER_STREET, STREET

SignIn = Callable[[Role | str], FlaskClient]


@pytest.fixture
def case(app: Flask, now: FixedClock) -> int:
    """Nobody opened at the first door of STREET; the case's id."""
    with unit_of_work() as db:
        lines = queries.outcomes(db, DAY, "lunch", scope=Scope(streets=frozenset({STREET})))
        line = next(one for one in lines if one.quantity == 1)
        entry = ProofInput(
            client_id=str(uuid4()),
            run_id=line.run_id,
            book_line_id=line.book_line_id,
            outcome=Outcome.NO_ANSWER,
            by_name="刘建国",
        )
        service.record_proof(db, entry, by=SYSTEM, clock=now)
        return int(db.scalars(select(FollowUp.id)).one())


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.get_data(as_text=True)


def test_the_list_says_who_is_asked_and_until_when_and_shows_no_name(desk: FlaskClient, case: int) -> None:
    text = page(desk, "/cases")
    assert "敲门无人应答" in text
    assert "王*兰" in text
    assert "王玉兰" not in text
    assert "还有" in text


def test_one_tap_is_kept_and_the_same_form_twice_counts_once(desk: FlaskClient, case: int) -> None:
    form = {"tap": "phone/no-answer", "client_id": str(uuid4())}
    for _again in range(2):
        assert desk.post(f"/cases/{case}/steps", data=form).status_code == 303
    with unit_of_work(read_only=True) as db:
        assert [row.means for row in db.scalars(select(CaseStep).where(CaseStep.kind == "tried"))] == ["phone"]
    assert "打了，没人接" in page(desk, f"/cases/{case}")


def test_whoever_found_the_person_is_asked_how_they_know_before_it_closes(desk: FlaskClient, case: int) -> None:
    answer = desk.post(f"/cases/{case}/steps", data={"tap": "phone/spoke", "client_id": str(uuid4())})
    assert answer.location.endswith(f"/cases/{case}#close")
    assert desk.post(f"/cases/{case}/close", data={"person": "", "how": "x"}).status_code == 422
    assert desk.post(f"/cases/{case}/close", data={"person": "女儿 李芳", "how": "在她身边"}).status_code == 303
    with unit_of_work(read_only=True) as db:
        assert db.get_one(FollowUp, case).state == CaseState.CLOSED
    assert "女儿 李芳" in page(desk, "/cases/days?from=2026-03-09&to=2026-03-09")


def test_numbers_are_shown_once_and_the_case_keeps_who_looked(desk: FlaskClient, case: int) -> None:
    assert "13900009999" not in page(desk, f"/cases/{case}")
    assert "13900009999" in desk.post(f"/cases/{case}/reveal").get_data(as_text=True)
    assert "看过号码" in page(desk, f"/cases/{case}")
    with unit_of_work(read_only=True) as db:
        assert db.scalar(select(AuditEvent.id).where(AuditEvent.action == "delivery.case-revealed")) is not None


def test_the_next_rung_is_asked_at_once_and_the_message_waits_to_be_passed_on(desk: FlaskClient, case: int) -> None:
    for _twice in range(2):
        assert desk.post(f"/cases/{case}/up", data={"reason": "门里有水声"}).status_code == 303
    text = page(desk, "/messages")
    assert "李*士" in text
    assert "13900009999" not in text
    with unit_of_work(read_only=True) as db:
        family = next(one for one in outbox.messages(db, scope=Scope.everything()) if one.to_role == "family")
    assert "13900009999" in desk.post(f"/messages/{family.id}/reveal").get_data(as_text=True)
    assert desk.post(f"/messages/{family.id}/passed-on", data={"note": "女儿马上到"}).status_code == 303
    assert "女儿马上到" in page(desk, "/messages?show=all")


def test_a_case_of_yesterday_is_still_there_on_the_next_day(signed_in: SignIn, case: int, now: FixedClock) -> None:
    now.at += timedelta(days=1)
    ladder.tick(clock=now)
    text = page(signed_in(Role.DISPATCHER), f"/cases/{case}")
    assert re.search(r'data-state="now"[^>]*>救助', text)
    assert "已经到最高一级" in text


def test_the_street_names_who_is_on_duty_and_the_number_is_encrypted(desk: FlaskClient) -> None:
    form = {
        "street": STREET,
        "rung": "community",
        "cover": "night",
        "name": "赵敏",
        "phone": "13811112222",
        "from_day": "2026-03-09",
    }
    assert desk.post("/cases/ladder/people", data=form).status_code == 303
    text = page(desk, f"/cases/ladder?street={STREET}")
    assert "138****2222" in text
    assert "13811112222" not in text
    with unit_of_work(read_only=True) as db:
        assert db.scalars(select(DutyPerson)).one().phone == "13811112222"


def test_the_street_sets_its_own_minutes(desk: FlaskClient) -> None:
    form = {
        "street": STREET,
        "no-answer.station": "5",
        "no-answer.family": "",
        "reason": "电梯停运",
        "from_day": "2026-03-09",
    }
    assert desk.post("/cases/ladder/minutes", data=form).status_code == 303
    assert "电梯停运" in page(desk, f"/cases/ladder?street={STREET}")
    assert desk.post("/cases/ladder/minutes", data={**form, "no-answer.station": "x"}).status_code == 422


@pytest.mark.parametrize("role", [Role.DRIVER, Role.VENDOR, Role.KITCHEN, Role.FINANCE, Role.ADMIN])
def test_who_has_nothing_to_do_with_it_sees_nothing_of_it(signed_in: SignIn, case: int, role: Role) -> None:
    client = signed_in(role)
    for address in ("/cases", "/cases/days", f"/cases/{case}", "/messages", "/cases/ladder"):
        assert client.get(address).status_code == 403, address
    assert client.post(f"/cases/{case}/reveal").status_code == 403


def test_the_auditor_reads_and_does_nothing(signed_in: SignIn, case: int) -> None:
    client = signed_in(Role.AUDITOR)
    assert client.get(f"/cases/{case}").status_code == 200
    for action in ("reveal", "steps", "take", "up", "close"):
        assert client.post(f"/cases/{case}/{action}").status_code == 403
    assert client.post("/cases/ladder/people", data={"street": OTHER_STREET}).status_code == 403


def test_with_nobody_to_look_for_the_page_says_so(desk: FlaskClient) -> None:
    assert "人人都有下落" in page(desk, "/cases")
    assert "没有要转告的" in page(desk, "/messages")
