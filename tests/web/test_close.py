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
from mealroute.subsidy.simulate import explain_open
from tests.integration.planning_world import DAY
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
    page = checker.get(MONTH).text
    streets = _hidden(page, "street")
    assert streets
    assert checker.post(f"{MONTH}/sign", data={"street": streets}).status_code == 303
    assert "审批并月结" in approver.get(MONTH).text
    assert approver.post(f"{MONTH}/approve").status_code == 303
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
    with unit_of_work() as db:
        from mealroute.accounts.models import Account

        row = db.query(Account).filter_by(login="finance").one()
        row.role, row.street_code = "street-checker", None
    changed = finance.get(MONTH).text
    assert "您已参与过本月" in changed
    assert finance.post(f"{MONTH}/sign", data={"street": ["110101005"]}).status_code == 403


def test_sent_back_is_seen_first_by_whoever_mends_it(app: Flask, signed_in: SignIn, over: FixedClock) -> None:
    finance = signed_in(Role.FINANCE)
    finance.post(f"{MONTH}/prepare")
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
