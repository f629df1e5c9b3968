"""The month's page: where it stands, what the reader may do next, and four people who do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mealroute.core.actor import SYSTEM, Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.delivery import service as delivery
from mealroute.delivery import simulate
from mealroute.settlement.simulate import clear_holds
from mealroute.subsidy.simulate import explain_open
from tests.integration.planning_world import DAY
from tests.web.settling import carried_out
from tests.web.test_reach import enter

SignIn = Callable[[Role | str], FlaskClient]
MONTH = "/settlement/2026-03"


@pytest.fixture
def over(app: Flask, now: FixedClock) -> FixedClock:
    """The day is driven, closed and explained, and the month is over."""
    now.at = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
    with unit_of_work() as db:
        simulate.simulate_day(db, DAY, "lunch", seed=1, by=SYSTEM, clock=now)
        delivery.close_day(db, DAY, "lunch", by=SYSTEM, clock=now)
    now.at = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
    with unit_of_work() as db:
        explain_open(db, "dongcheng", "2026-03", clock=now)
    return now


def _hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)"', page)


def test_four_people_close_a_month_on_its_page(app: Flask, signed_in: SignIn, over: FixedClock) -> None:
    finance = signed_in(Role.FINANCE)
    checker = enter(app, over, "whole-checker", Role.STREET_CHECKER)
    approver, cashier = signed_in(Role.DISTRICT_APPROVER), enter(app, over, "cashier", Role.FINANCE)
    assert finance.post(f"{MONTH}/prepare").status_code == 303
    carried_out(over)
    page = checker.get(MONTH).text
    streets = _hidden(page, "street")
    assert streets
    seen = dict(re.findall(r'name="(seen-\d+)" value="(\w+)"', page))
    changed = {"street": streets, **seen, f"seen-{streets[0]}": "what stood there before"}
    assert checker.post(f"{MONTH}/sign", data=changed).status_code == 409
    assert checker.post(f"{MONTH}/sign", data={"street": streets}).status_code == 422
    assert checker.post(f"{MONTH}/sign", data={"street": streets, **seen}).status_code == 303
    with unit_of_work() as db:
        clear_holds(db, "2026-03", by=SYSTEM, clock=over)
    assert "审批并月结" in approver.get(MONTH).text
    assert approver.post(f"{MONTH}/approve").status_code == 303
    carried_out(over)
    assert "于 4月2日 10:00 月结" in finance.get(MONTH).text
    page = cashier.get(f"{MONTH}/payments").text
    payee = _hidden(page, "payee")[0]
    amounts = dict(re.findall(r'name="(fund-\w+)"[^>]* value="([\d.]+)"', page))
    sent = {"payee": payee, "paid_on": "2026-04-02", "voucher": "P-1", **amounts}
    assert cashier.post(f"{MONTH}/payments", data=sent).status_code == 303
    assert "P-1" in cashier.get(f"{MONTH}/payments").text


def test_the_page_says_why_somebody_may_not_take_the_next_step(app: Flask, signed_in: SignIn, over: FixedClock) -> None:
    finance = signed_in(Role.FINANCE)
    finance.post(f"{MONTH}/prepare")
    carried_out(over)
    with unit_of_work() as db:
        from mealroute.accounts.models import Account

        row = db.query(Account).filter_by(login="finance").one()
        row.role, row.street_code = "street-checker", None
    changed = finance.get(MONTH).text
    assert "您已参与过本月" in changed
    assert finance.post(f"{MONTH}/sign", data={"street": ["110101005"], "seen-110101005": "x"}).status_code == 403


def test_sent_back_is_seen_first_by_whoever_mends_it(app: Flask, signed_in: SignIn, over: FixedClock) -> None:
    finance = signed_in(Role.FINANCE)
    finance.post(f"{MONTH}/prepare")
    carried_out(over)
    checker = enter(app, over, "whole-checker", Role.STREET_CHECKER)
    street = _hidden(checker.get(MONTH).text, "street")[0]
    sent = {"to": "prepare", "street": street, "reason": "9 日 2 份无凭证"}
    assert checker.post(f"{MONTH}/check/send-back", data=sent).status_code == 303
    page = finance.get(MONTH).text
    assert "退回到“编制”：9 日 2 份无凭证" in page
    assert checker.post(f"{MONTH}/check/send-back", data=sent | {"reason": ""}).status_code == 422


def test_nothing_is_to_be_paid_before_the_approval(signed_in: SignIn) -> None:
    page = signed_in(Role.FINANCE).get(f"{MONTH}/payments").text
    assert "还没有可付的" in page


def test_a_figure_of_the_chain_leads_to_its_lines_and_a_line_to_its_record(signed_in: SignIn, over: FixedClock) -> None:
    finance = signed_in(Role.FINANCE)
    for cut in ("day", "street", "vendor", "kitchen"):
        page = finance.get(f"{MONTH}/chain?by={cut}").text
        assert "没有未说明的差额" in page
    link = re.findall(r'href="([^"]+figure=delivered)"', page)[0].replace("&amp;", "&")
    lines = finance.get(link).text
    meal = re.findall(rf'href="({MONTH}/lines/\d+)"', lines)[0]
    assert "门口" in finance.get(meal).text
    assert finance.get(f"{MONTH}/chain/lines?figure=nothing").status_code == 404
    assert finance.get(f"{MONTH}/lines/999999").status_code == 404


def test_a_budget_decision_is_entered_once_with_its_document(signed_in: SignIn, over: FixedClock) -> None:
    finance = signed_in(Role.FINANCE)
    assert "没有预算决定" in finance.get("/budget/2025").text
    sent = {
        "fund": "city", "kind": "initial", "amount": "100000.00", "document_no": "示例〔2026〕1号", "document_title": "示例预算",
        "decided_on": "2026-01-05", "note": "",
    }  # fmt: skip
    assert finance.post("/budget/2026/decisions", data=sent).status_code == 303
    assert "此前已登记" in finance.post("/budget/2026/decisions", data=sent, follow_redirects=True).text
    assert finance.post("/budget/2026/decisions", data=sent | {"amount": "5"}).status_code == 409
    for wrong in ({"document_no": ""}, {"amount": "-1"}, {"fund": "x"}, {"decided_on": "2026-09-09"}, {"kind": "x"}):
        assert finance.post("/budget/2026/decisions", data=sent | wrong).status_code == 422
    page = finance.get("/budget/2026").text
    assert "示例〔2026〕1号" in page
    assert "100,000.00" in page
    assert signed_in(Role.AUDITOR).post("/budget/2026/decisions", data=sent).status_code == 403


def test_grades_are_fixed_by_the_approver_once_the_month_is_closed(signed_in: SignIn, over: FixedClock) -> None:
    finance, approver = signed_in(Role.FINANCE), signed_in(Role.DISTRICT_APPROVER)
    assert "没有商户的申报行" in finance.get(f"{MONTH}/awards").text
    finance.post(f"{MONTH}/prepare")
    carried_out(over)
    told = finance.get(f"{MONTH}/awards").text
    assert "没有设定金额" in told
    assert "vendor-awards.yaml" in told
    assert approver.post(f"{MONTH}/awards").status_code == 409
    assert finance.post(f"{MONTH}/awards").status_code == 403
