"""An award by a synthetic document: from the score to the fen in settlement, budget, files and payment, once and no more."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.errors import Conflict
from mealroute.exporting.records import What
from mealroute.settlement import award_rulebook, awards, budget, correcting, queries, service
from mealroute.settlement.models import AdjustmentLine
from mealroute.settlement.simulate import close_month, pay_month
from mealroute.subsidy import queries as money
from mealroute.vendors import scores
from mealroute.vendors.score_records import ScoreInput, Side
from tests.integration.close_world import FEBRUARY, MARCH, PAYER, Close, make_close
from tests.integration.exports_world import made, wish
from tests.integration.test_settlement_month import ALL

APRIL = "2026-04"
KEY = f"vendor-award/{PAYER}/{FEBRUARY}/V01"
RULES = """\
kind: vendor-awards
schema: 1
versions:
  - from: 2022-01-01
    source: 测试文件第八条
    document: 测民发〔2026〕1号
    shares: {city: 1, district: 1}
    score: lowest
    least_portions: 1
    grades:
      - {code: A, zh: 优秀, en: Excellent, least: 90, amount: {kind: fixed, yuan: "100.01"}}
      - {code: B, zh: 良好, en: Good, least: 75, amount: {kind: percent, percent: 10}}
      - {code: C, zh: 合格, en: Passed, least: 0}
"""


@pytest.fixture
def close(db: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Close:
    """A district with a document of its own, and February closed."""
    file = tmp_path / "vendor-awards.yaml"
    file.write_text(RULES, "utf-8")
    monkeypatch.setattr(award_rulebook, "FILE", file)
    made_close = make_close(db)
    made_close.doors()
    close_month(db, PAYER, FEBRUARY, made_close.four, clock=made_close.clock)
    return made_close


def graded(close: Close, score: int) -> int:
    """The score of the month is kept and the approver fixes the grades."""
    kept(close, score)
    return awards.fix(close.db, PAYER, FEBRUARY, by=close.four.approver, clock=close.clock)


def kept(close: Close, score: int) -> None:
    entry = ScoreInput(vendor_code="V01", side=Side.DELIVERED, period=FEBRUARY, score=score, digest=f"{score:064d}")
    scores.keep(close.db, [entry], clock=close.clock)


def claimed(close: Close) -> dict[str, int]:
    funds = budget.budget_year(close.db, PAYER, 2026, clock=close.clock).funds
    return {one.fund: one.claimed_fen for one in funds}


def closed(close: Close, month: str, at: datetime) -> None:
    close.clock.at = at
    close_month(close.db, PAYER, month, close.four, clock=close.clock)


def award_lines(close: Close) -> list[tuple[int, dict[str, int], int]]:
    query = select(AdjustmentLine).where(AdjustmentLine.natural_key == KEY).order_by(AdjustmentLine.id)
    return [(row.amount_fen, dict(row.shares), row.number) for row in close.db.scalars(query)]


def test_an_award_is_a_line_of_the_next_month_with_its_document_and_shares_to_the_fen(close: Close) -> None:
    assert graded(close, 93) == 1
    closed(close, MARCH, datetime(2026, 4, 2, 1, 0, tzinfo=UTC))
    assert award_lines(close) == [(10_001, {"city": 5_001, "district": 5_000}, 1)]
    period = money.period(close.db, PAYER, MARCH)
    assert period is not None
    (line,) = correcting.adjustment_lines(close.db, period.id, scope=ALL)
    assert (line.correction.kind, line.correction.line.document_no) == ("award", "测民发〔2026〕1号")
    assert "以奖代补" in line.correction.reason
    due = {(one.payee, one.fund): one.due_fen for one in queries.dues(close.db, period)}
    assert due == {("V01", "city"): 5_001, ("V01", "district"): 5_000}


def test_no_award_is_settled_twice_and_a_revision_settles_the_difference_alone(close: Close) -> None:
    graded(close, 93)
    closed(close, MARCH, datetime(2026, 4, 2, 1, 0, tzinfo=UTC))
    assert graded(close, 93) == 0
    closed(close, APRIL, datetime(2026, 5, 4, 1, 0, tzinfo=UTC))
    assert [amount for amount, _shares, _number in award_lines(close)] == [10_001]
    (february,) = awards.month_awards(close.db, PAYER, FEBRUARY, scope=ALL)
    graded(close, 80)
    closed(close, "2026-05", datetime(2026, 6, 4, 1, 0, tzinfo=UTC))
    share = (february.month.operator_fen * 10 + 50) // 100
    lines = award_lines(close)
    assert [number for _amount, _shares, number in lines] == [1, 2]
    assert sum(amount for amount, _shares, _number in lines) == share
    assert all(sum(shares.values()) == amount for amount, shares, _number in lines)
    assert {payer: sum(shares[payer] for _a, shares, _n in lines) for payer in ("city", "district")} == {
        "city": (share + 1) // 2,
        "district": share // 2,
    }


def test_an_award_that_is_taken_back_returns_and_stays_back(close: Close) -> None:
    graded(close, 93)
    closed(close, MARCH, datetime(2026, 4, 2, 1, 0, tzinfo=UTC))
    service.take_back(
        close.db, PAYER, FEBRUARY, KEY, reason="评分依据有误", by=close.four.preparer, clock=close.clock
    )  # fmt: skip
    closed(close, APRIL, datetime(2026, 5, 4, 1, 0, tzinfo=UTC))
    closed(close, "2026-05", datetime(2026, 6, 4, 1, 0, tzinfo=UTC))
    assert [amount for amount, _shares, _number in award_lines(close)] == [10_001, -10_001]


def test_the_award_needs_the_four_steps_and_is_not_put_forward_before_it_is_fixed(close: Close) -> None:
    kept(close, 93)
    close.clock.at = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
    service.prepare(close.db, PAYER, MARCH, by=close.four.preparer, clock=close.clock)
    assert award_lines(close) == []
    awards.fix(close.db, PAYER, FEBRUARY, by=close.four.approver, clock=close.clock)
    service.prepare(close.db, PAYER, MARCH, by=close.four.preparer, clock=close.clock)
    with pytest.raises(Conflict, match="streets-unsigned"):
        service.approve(close.db, PAYER, MARCH, by=close.four.approver, clock=close.clock)
    assert award_lines(close) == []


def test_settlement_budget_payment_and_files_hold_the_award(close: Close, tmp_path: Path) -> None:
    graded(close, 93)
    before = claimed(close)
    closed(close, MARCH, datetime(2026, 4, 2, 1, 0, tzinfo=UTC))
    after = claimed(close)
    assert {fund: after[fund] - before.get(fund, 0) for fund in after} == {"city": 5_001, "district": 5_000}
    for what, column in ((What.SETTLEMENT, "补贴（元）"), (What.DETAIL, "补贴（元）"), (What.PLATFORM, "补贴金额")):
        _entry, data = made(close.db, tmp_path, close.clock, wish(what, month=MARCH))
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert [row[column] for row in rows] == ["100.01"]
        assert "以奖代补" in (rows[0].get("调整事由") or rows[0]["更正事由"])
    _entry, data = made(close.db, tmp_path, close.clock, wish(What.NOTICE, month=MARCH))
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert (row["补贴项目"], row["文号"], row["人次"], row["补贴（元）"]) == (
        "运营以奖代补",
        "测民发〔2026〕1号",
        "0",
        "100.01",
    )
    pay_month(close.db, PAYER, MARCH, close.four, clock=close.clock)
    period = money.period(close.db, PAYER, MARCH)
    assert period is not None
    assert all(one.left_fen == 0 for one in queries.dues(close.db, period))


def test_an_award_counts_neither_in_the_figures_of_the_next_award_nor_as_a_portion(close: Close) -> None:
    graded(close, 93)
    closed(close, MARCH, datetime(2026, 4, 2, 1, 0, tzinfo=UTC))
    assert awards.month_awards(close.db, PAYER, MARCH, scope=ALL) == ()
