"""The budget's arithmetic, by numbers that a bookkeeper can follow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mealroute.core.rulebook import RulebookError
from mealroute.settlement import budget_rules
from mealroute.settlement.budget_records import Alert, MonthUse
from mealroute.settlement.budget_rulebook import load_policies, policy_on

POLICY = policy_on(date(2026, 3, 1))


def month(name: str, claimed: int, days: int, *, committed: int = 0, complete: bool = True) -> MonthUse:
    return MonthUse(
        month=name,
        closed=complete,
        complete=complete,
        service_days=days,
        claimed_fen=claimed,
        committed_fen=committed,
        paid_fen=0,
    )


def test_the_forecast_is_used_so_far_plus_the_days_left_at_the_months_rates() -> None:
    months = [
        month("2026-01", 20_000, 20),
        month("2026-02", 24_000, 16),
        month("2026-03", 0, 21, committed=5_000, complete=False),
    ]
    found = budget_rules.forecast(months, 200, POLICY)
    assert found is not None
    # used 49,000; mean 44,000 ÷ 36 days = 1,222.2; lowest 1,000, highest 1,500 a day
    assert (found.middle_fen, found.low_fen, found.high_fen) == (49_000 + 244_444, 49_000 + 200_000, 49_000 + 300_000)
    assert (found.months, found.days_left) == (2, 200)


def test_one_complete_month_gives_no_range_and_none_gives_no_forecast() -> None:
    one = budget_rules.forecast([month("2026-01", 20_000, 20)], 10, POLICY)
    assert one is not None
    assert (one.middle_fen, one.low_fen, one.high_fen) == (30_000, None, None)
    assert budget_rules.forecast([month("2026-01", 20_000, 20, complete=False)], 10, POLICY) is None


@pytest.mark.parametrize(
    ("decided", "used", "expected"),
    [(0, 500, Alert.NONE), (1000, 500, Alert.OK), (1000, 800, Alert.WATCH), (1000, 950, Alert.ACT), (-5, 0, Alert.ACT)],
)
def test_a_fund_speaks_up_at_its_thresholds(decided: int, used: int, expected: Alert) -> None:
    assert budget_rules.alert(decided, used, None, POLICY) is expected


def test_a_forecast_above_the_decision_is_watched_and_acted_upon_when_even_the_cheapest_course_is() -> None:
    months = [month("2026-01", 10_000, 10), month("2026-02", 20_000, 10)]
    ahead = budget_rules.forecast(months, 20, POLICY)  # 30,000 + 20 × (1,000 … 1,500 … 2,000)
    assert ahead is not None
    assert budget_rules.alert(80_000, 30_000, ahead, POLICY) is Alert.OK
    assert budget_rules.alert(59_999, 30_000, ahead, POLICY) is Alert.WATCH
    assert budget_rules.alert(49_999, 30_000, ahead, POLICY) is Alert.ACT


def test_a_budget_file_with_a_mistake_is_refused_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "budget.yaml").write_text(
        "kind: budget\nschema: 1\nversions:\n  - {from: 2022-01-01, source: x, watch_permille: 900, act_permille: 800, least_months: 2, "
        "by_appraisal: [{fund: city, document: x, reference: y}]}\n",
        "utf-8",
    )
    with pytest.raises(RulebookError) as caught:
        load_policies(tmp_path)
    assert caught.value.facts["key"] == "versions[0].act_permille"
