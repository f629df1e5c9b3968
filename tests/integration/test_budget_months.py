"""The budget's months: closed ones by the sums kept with them, big open ones as they were reckoned last."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from mealroute.delivery.records import Outcome
from mealroute.settlement import budget, budget_use, view_keeping
from mealroute.settlement.budget_records import BudgetYear
from mealroute.settlement.simulate import close_month
from mealroute.subsidy import stored_sums
from mealroute.subsidy.models import Period
from tests.integration.close_world import FEBRUARY, PAYER, Close, make_close
from tests.integration.test_exports_prepared import block
from tests.integration.test_month_view import kept


def year(close: Close) -> BudgetYear:
    return budget.budget_year(close.db, PAYER, 2026, clock=close.clock)


@pytest.fixture
def close(db: Session) -> Close:
    made = make_close(db)
    made.doors()
    made.record(1, Outcome.REFUSED)
    return made


def test_a_big_open_month_counts_as_it_was_reckoned_with_what_is_blocked(
    close: Close, monkeypatch: pytest.MonkeyPatch
) -> None:
    block(close, close.lines[0])
    small = year(close)
    assert all(fund.committed_fen for fund in small.funds)
    monkeypatch.setattr(view_keeping, "AT_ONCE", -1)
    unknown = year(close)
    assert [fund.committed_fen for fund in unknown.funds] == [0] * len(unknown.funds)
    assert all(fund.forecast is None and not month.reckoned for fund in unknown.funds for month in fund.months)
    assert unknown.dated[FEBRUARY].read_at is None
    kept(close)
    big = year(close)
    assert big.dated[FEBRUARY].exact
    assert replace(big, dated={}) == small
    close.record(0, Outcome.REFUSED)
    late = year(close)
    assert late.funds == small.funds
    assert not late.dated[FEBRUARY].exact


def test_a_closed_month_counts_by_its_sums_whether_they_were_kept_or_not(close: Close) -> None:
    committed = {fund.fund: fund.committed_fen for fund in year(close).funds}
    close_month(close.db, PAYER, FEBRUARY, close.four, clock=close.clock)
    seen: list[str] = []
    event.listen(close.db.get_bind(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    claimed = budget_use.claimed(close.db, PAYER, 2026)
    assert {fund: part for (_month, fund), part in claimed.items()} == committed
    assert not [statement for statement in seen if "claim_line" in statement], "the lines of a closed month are read"
    (period,) = close.db.scalars(select(Period)).all()
    without = {
        name: value for name, value in period.totals.items() if name != "sums"
    }  # as months closed earlier have it
    assert stored_sums.shares(close.db, period.id, without) == committed
