"""Orders, users, imports, settlement and the audit trail from the pages."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

from flask.testing import FlaskClient

from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.orders import queries as orders
from tests.integration.planning_world import DAY
from tests.web_world import PASSWORD

SignIn = Callable[[Role | str], FlaskClient]
ORDERS = f"/days/{DAY}/lunch/orders"


def test_a_change_after_closing_is_an_amendment_with_a_name(desk: FlaskClient) -> None:
    desk.post(f"{ORDERS}/5/change", data={"quantity": "0", "reason": "老人来电取消"})

    with unit_of_work(read_only=True) as db:
        book = orders.book(db, DAY, MealSlot.LUNCH)
    assert [(one.kind, one.reason, one.by_name) for one in book.amendments] == [("cancel", "老人来电取消", "李敏")]
    assert "老人来电取消" in desk.get(ORDERS).text


def test_a_change_without_a_reason_is_refused(desk: FlaskClient) -> None:
    assert desk.post(f"{ORDERS}/5/change", data={"quantity": "0", "reason": ""}).status_code == 422


def test_an_order_form_sent_twice_is_one_order(desk: FlaskClient) -> None:
    page = desk.get("/days/2026-03-10/lunch/orders/new?resident=R0005").text
    made = re.search(r'name="request_id" value="([^"]+)"', page)
    sent = {
        "request_id": made[1], "resident": "R0005", "quantity": "1", "size": "normal", "choice": "A", "delivery": "home",
        "channel": "phone", "pay_means": "card",
    }  # fmt: skip
    for _press in range(2):
        assert desk.post("/days/2026-03-10/lunch/orders/new", data=sent).status_code == 303

    page = desk.get("/days/2026-03-10/lunch/orders").text
    assert page.count('href="/residents/5"') == 1


def test_the_book_of_a_day_is_closed_from_the_page(desk: FlaskClient) -> None:
    desk.post("/days/2026-03-10/lunch/orders/new", data=_one_order("R0005"))
    desk.post("/days/2026-03-10/lunch/orders/close")
    assert "已截单" in desk.get("/days/2026-03-10/lunch/orders").text


def test_a_pause_after_closing_is_shown_and_becomes_an_amendment_by_one_button(desk: FlaskClient) -> None:
    day = "/days/2026-03-10/lunch/orders"
    desk.post(f"{day}/new", data=_one_order("R0005"))
    desk.post(f"{day}/close")
    desk.post("/residents/5/pauses", data={"starts_on": "2026-03-10", "reason": "hospital"})
    assert "名册中这位老人已登记暂停" in desk.get(day).text

    desk.post(f"{day}/absorb")

    assert "按名册更正订餐簿" not in desk.get(day).text
    with unit_of_work(read_only=True) as db:
        book = orders.book(db, date(2026, 3, 10), MealSlot.LUNCH)
    assert ([one.kind for one in book.amendments], book.lines) == (["cancel"], ())


def test_the_administrator_adds_a_user_whose_password_is_shown_once(signed_in: SignIn) -> None:
    admin = signed_in(Role.ADMIN)
    page = admin.post("/users", data={"login": "chenjie", "display_name": "陈洁", "role": "hotline", "street": ""}).text
    password = re.search(r'<b class="mono">([^<]+)</b>', page)[1]

    assert password not in admin.get("/users").text
    assert (
        admin.application.test_client().post("/sign-in", data={"login": "chenjie", "password": password}).status_code
        == 303
    )


def test_a_new_password_replaces_the_old_one(signed_in: SignIn) -> None:
    admin = signed_in(Role.ADMIN)
    page = admin.post("/users/1/password").text
    assert 'class="mono"' in page
    answer = admin.application.test_client().post("/sign-in", data={"login": "dispatcher", "password": PASSWORD})
    assert answer.status_code == 422


def test_an_upload_says_cell_by_cell_what_is_wrong(desk: FlaskClient) -> None:
    sheet = "编号,姓名,出生日期,街道编码,地址\nR9001,赵一,1940-01-02,110101005,石雀胡同 1 号\nR9002,钱二,昨天,110101005,石雀胡同 2 号\n"
    file = (io.BytesIO(sheet.encode("gb18030")), "residents.csv")

    page = desk.post("/imports", data={"kind": "residents", "file": file}, content_type="multipart/form-data").text

    assert "新增 1" in page
    assert "整行搁置" in page
    assert '<td class="num">3</td>' in page
    assert "R9001" in desk.get("/residents?q=R9001", follow_redirects=True).text


def test_the_administrator_imports_no_residents(signed_in: SignIn) -> None:
    admin = signed_in(Role.ADMIN)
    assert 'value="residents"' not in admin.get("/imports").text
    file = (io.BytesIO(b"x"), "residents.csv")
    assert (
        admin.post("/imports", data={"kind": "residents", "file": file}, content_type="multipart/form-data").status_code
        == 403
    )


def test_a_month_with_differences_does_not_close_from_the_page(signed_in: SignIn) -> None:
    finance = signed_in(Role.FINANCE)
    page = finance.get("/settlement/2026-03").text
    assert 'aria-disabled="true"' in page
    assert "本月还没有结束" in page
    assert finance.post("/settlement/2026-03/prepare").status_code == 422
    assert signed_in(Role.DISTRICT_APPROVER).post("/settlement/2026-03/approve").status_code == 409


def test_an_export_needs_a_purpose_and_comes_as_a_file(signed_in: SignIn) -> None:
    finance = signed_in(Role.FINANCE)
    assert finance.post("/settlement/2026-03/export", data={"format": "csv", "purpose": ""}).status_code == 422
    answer = finance.post("/settlement/2026-03/export", data={"format": "csv", "purpose": "月底核对"})
    assert answer.data.startswith("\ufeff".encode())
    assert "settlement-2026-03.csv" in answer.headers["Content-Disposition"]


def test_the_auditor_checks_the_chain(signed_in: SignIn) -> None:
    assert "链条完整" in signed_in(Role.AUDITOR).get("/audit?verify=1").text


def _one_order(code: str) -> dict[str, str]:
    return {
        "resident": code, "quantity": "1", "size": "normal", "choice": "A", "delivery": "home", "channel": "phone", "pay_means": "card",
    }  # fmt: skip


def test_a_desk_lands_on_the_day_where_the_work_is(signed_in: SignIn, now: FixedClock) -> None:
    now.at -= timedelta(days=1)  # Sunday: no service; Monday has a book
    desk = signed_in(Role.DISPATCHER)
    assert desk.get("/").location == f"/days/{DAY}/lunch/today"
    desk.get("/days/2026-03-11/lunch/orders")
    assert desk.get("/").location == "/days/2026-03-11/lunch/today"
