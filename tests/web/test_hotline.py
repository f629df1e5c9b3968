"""The telephone page: one box, today's state in words, order, cancel, pause, resume, and what to say aloud."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.core.actor import Role, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.db import unit_of_work
from mealroute.orders import queries as orders
from mealroute.orders.records import Channel, OrderState
from mealroute.residents.records import ResidentId
from tests.web_world import DAY

SignIn = Callable[[Role | str], FlaskClient]


@pytest.fixture
def hotline(signed_in: SignIn) -> FlaskClient:
    return signed_in(Role.HOTLINE)


def _orders(resident: int, day: object = DAY) -> list[object]:
    with unit_of_work(read_only=True) as db:
        return list(orders.orders_of(db, ResidentId(resident), DAY, DAY, scope=Scope.everything()))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("曾", "曾*祥"),
        ("zeng", "曾*祥"),
        ("R0001", "曾*祥"),
        ("0001", "曾*祥"),
        ("三条1号院 曾", "曾*祥"),
        ("wyl", "王*兰"),
        ("yulan", "王*兰"),
    ],
)
def test_one_box_finds_by_name_initials_pinyin_number_and_address(hotline: FlaskClient, text: str, found: str) -> None:
    answer = hotline.post("/hotline", data={"q": text}, follow_redirects=True)
    assert answer.status_code == 200
    assert found in answer.text
    assert "曾𠮷祥" not in answer.text


def test_what_was_looked_for_is_in_no_address(hotline: FlaskClient) -> None:
    assert "wang" not in hotline.post("/hotline", data={"q": "wang"}).headers["Location"]


def test_the_state_of_today_is_a_sentence_to_be_said(hotline: FlaskClient) -> None:
    page = hotline.get("/hotline/1").text
    assert re.search(r"3月9日 周一 ?午餐：1 份.*大约 \d\d:\d\d 送到", page)


def test_a_cancelled_meal_is_read_back_and_an_amendment_since_the_book_is_closed(hotline: FlaskClient) -> None:
    before = _orders(1)[0]
    answer = hotline.post(f"/hotline/1/orders/{before.id}/cancel", data={"reason": "电话取消"}, follow_redirects=True)  # type: ignore[attr-defined]
    assert "大声念" in answer.text
    assert "已给您取消" in answer.text
    assert [order.state for order in _orders(1)] == [OrderState.CANCELLED]  # type: ignore[attr-defined]
    again = hotline.post(f"/hotline/1/orders/{before.id}/cancel", follow_redirects=True)  # type: ignore[attr-defined]
    assert again.status_code == 200


def test_an_order_sent_twice_is_one_order_by_phone(hotline: FlaskClient) -> None:
    page = hotline.get("/hotline/2").text
    request_id = re.search(r'name="request_id" value="([^"]+)"', page)
    assert request_id
    data = {
        "request_id": request_id[1],
        "day": DAY.isoformat(),
        "slot": "lunch",
        "quantity": "1",
        "pay_means": "cash-at-door",
    }
    for _attempt in range(2):
        answer = hotline.post("/hotline/2/orders", data=data, follow_redirects=True)
        assert "给您订了 1 份" in answer.text
    by_phone = [order for order in _orders(2) if order.natural_key.endswith(request_id[1])]  # type: ignore[attr-defined]
    assert [order.channel for order in by_phone] == [Channel.PHONE]  # type: ignore[attr-defined]


def test_pause_and_resume_are_read_back(hotline: FlaskClient) -> None:
    answer = hotline.post(
        "/hotline/1/pauses", data={"first": "2026-03-10", "last": "2026-03-12", "reason": "away"}, follow_redirects=True
    )
    assert "从3月10日 周二到3月12日 周四不送餐" in answer.text
    pause = re.search(r"/hotline/1/pauses/(\d+)/end", answer.text)
    assert pause
    assert "从今天起" in hotline.post(f"/hotline/1/pauses/{pause[1]}/end", follow_redirects=True).text


def test_making_sure_who_calls_is_recorded(hotline: FlaskClient) -> None:
    assert "曾𠮷祥" in hotline.post("/hotline/1/reveal").text
    with unit_of_work(read_only=True) as db:
        (event,) = db.scalars(select(AuditEvent).where(AuditEvent.action == "residents.revealed"))
        assert event.detail["fields"] == ["address", "name", "phone"]


def test_a_day_that_is_over_is_not_ordered_for(hotline: FlaskClient) -> None:
    data = {
        "request_id": "6f1c6c1e-5d5e-4d0e-9a53-1f1f1f1f1f1f",
        "day": "2026-03-06",
        "slot": "lunch",
        "pay_means": "card",
    }
    assert hotline.post("/hotline/1/orders", data=data).status_code == 422


@pytest.mark.parametrize("role", [Role.DRIVER, Role.VENDOR, Role.KITCHEN, Role.FINANCE, Role.AUDITOR])
def test_only_who_takes_orders_opens_it(signed_in: SignIn, role: Role) -> None:
    assert signed_in(role).get("/hotline").status_code == 403
