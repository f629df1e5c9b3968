"""The page of swipes: look at a file, bring it in, explain what does not fit."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from mealroute.core.actor import Role

SignIn = Callable[[Role | str], FlaskClient]
FILE = "流水号,交易时间,老人编号,交易金额\nT1,2026-03-09 11:40,R9999,17\nT2,,R9999,17\n".encode()


def look(client: FlaskClient) -> str:
    data = {"source": "民生卡平台", "file": (io.BytesIO(FILE), "刷卡.csv")}
    answer = client.post("/swipes/look", data=data, content_type="multipart/form-data")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_file_is_looked_at_then_brought_in_and_its_mismatch_explained(signed_in: SignIn) -> None:
    finance = signed_in(Role.FINANCE)
    page = look(finance)
    token = re.search(r'name="token" value="(\w+)"', page)
    assert token
    assert "尚未导入任何内容" in page
    columns = {
        "column-serial": "流水号",
        "column-time": "交易时间",
        "column-resident_code": "老人编号",
        "column-price": "交易金额",
    }
    answer = finance.post(
        "/swipes/bring-in", data={"token": token[1], "source": "民生卡平台", "unit": "yuan", **columns}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/swipes/2026-03")
    page = finance.get("/swipes/2026-03").text
    assert "导入 1 笔" in page
    assert "卡号或证件号对不上人" in page
    subject = re.search(r'name="subject" value="(swipe/\d+)"', page)
    assert subject
    finance.post("/swipes/2026-03/explain", data={"subject": subject[1], "sentence": "测试卡，已与平台核实。"})
    page = finance.get("/swipes/2026-03").text
    assert "测试卡，已与平台核实。" in page
    assert "待说明 <span" not in page


@pytest.mark.parametrize("role", [Role.DRIVER, Role.VENDOR, Role.KITCHEN, Role.HOTLINE, Role.STATION, Role.ADMIN])
def test_swipes_are_for_those_who_see_the_money(signed_in: SignIn, role: Role) -> None:
    assert signed_in(role).get("/swipes/2026-03").status_code == 403


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.STREET_CHECKER, Role.DISTRICT_APPROVER])
def test_who_only_checks_brings_nothing_in(signed_in: SignIn, role: Role) -> None:
    client = signed_in(role)
    assert client.get("/swipes/2026-03").status_code == 200
    assert client.post("/swipes/look", data={"source": "x"}).status_code == 403
