"""Grades and awards on their pages: without an amount as shipped, with one by a district's own document; card, paper and statement."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.core.actor import SYSTEM, Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.delivery import service as delivery
from mealroute.delivery import simulate
from mealroute.oversight.queries import vendor_ids
from mealroute.settlement import award_rulebook
from mealroute.settlement.models import AdjustmentLine
from mealroute.settlement.simulate import Four, close_month
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.simulate import explain_open
from mealroute.vendors import scores
from mealroute.vendors.score_records import ScoreInput, Side
from tests.integration.close_world import four, person
from tests.integration.planning_world import DAY
from tests.integration.test_close_awards import RULES
from tests.web.test_reach import enter

SignIn = Callable[[Role | str], FlaskClient]
PAYER, MONTH = "dongcheng", "2026-03"
PAGE = f"/settlement/{MONTH}/awards"


@pytest.fixture
def closed(app: Flask, now: FixedClock) -> Four:
    """March is over and closed; its vendors have scores."""
    now.at = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
    with unit_of_work() as db:
        simulate.simulate_day(db, DAY, "lunch", seed=1, by=SYSTEM, clock=now)
        delivery.close_day(db, DAY, "lunch", by=SYSTEM, clock=now)
    now.at = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
    with unit_of_work() as db:
        explain_open(db, PAYER, MONTH, clock=now)
        hands = replace(four(db, now), checker=person(db, now, "whole", Role.STREET_CHECKER))
        close_month(db, PAYER, MONTH, hands, clock=now)
        given = [
            ScoreInput(vendor_code=code, side=Side.DELIVERED, period=MONTH, score=93, digest="a" * 64)
            for code in vendor_ids(db)
        ]
        scores.keep(db, given, clock=now)
    return hands


def test_without_an_amount_the_page_ranks_and_says_how_one_is_set(signed_in: SignIn, closed: Four) -> None:
    page = signed_in(Role.FINANCE).get(PAGE).text
    assert "没有设定金额" in page
    assert "data/rules/vendor-awards.yaml" in page
    assert "名次" in page
    assert "奖补（元）" not in page


def test_by_a_document_the_award_goes_from_the_page_to_the_vendors_statement(
    app: Flask, signed_in: SignIn, closed: Four, now: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vendor-awards.yaml").write_text(RULES, "utf-8")
    monkeypatch.setattr(award_rulebook, "FILE", tmp_path / "vendor-awards.yaml")
    finance, approver = signed_in(Role.FINANCE), signed_in(Role.DISTRICT_APPROVER)
    assert "待审批人核定" in finance.get(PAGE).text
    assert approver.post(PAGE).status_code == 303
    assert "随下一个编制的月份结算" in finance.get(PAGE).text
    now.at = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
    with unit_of_work() as db:
        close_month(db, PAYER, "2026-04", closed, clock=now)
        code = db.scalars(select(AdjustmentLine.vendor_code)).first()
    finance = signed_in(Role.FINANCE)  # a month later nobody is signed in any more
    vendor = enter(app, now, "awarded", Role.VENDOR, vendor_code=str(code))
    assert "结算 100.01 元" in finance.get(PAGE).text
    assert "以奖代补" in finance.get("/settlement/2026-04").text
    told = vendor.get("/my-work/statement/2026-04").text
    assert "100.01" in told
    assert "测民发〔2026〕1号" in told


def test_the_card_is_a_page_and_a_paper_with_the_same_grade(
    app: Flask, signed_in: SignIn, closed: Four, now: FixedClock
) -> None:
    with unit_of_work() as db:
        code = db.scalars(select(ClaimLine.vendor_code)).first()
    vendor = enter(app, now, "graded", Role.VENDOR, vendor_code=str(code))
    assert "本月等级" in vendor.get(f"/my-work/scorecard/{MONTH}").text
    paper = vendor.get(f"/my-work/scorecard/{MONTH}/paper")
    said = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper.data)).pages)
    assert "助餐商户评分卡" in said
    assert "准时" in said
    with unit_of_work() as db:
        number = next(iter(vendor_ids(db).values()))
    watcher = signed_in(Role.DISTRICT)
    assert watcher.get(f"/vendors/{number}/scorecard/{MONTH}/paper").data.startswith(b"%PDF")
    assert vendor.get(f"/vendors/{number}/scorecard/{MONTH}/paper").status_code in {403, 404}
