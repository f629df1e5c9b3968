import json
from pathlib import Path

import pytest

from mealroute.commands import summary

GOOD = {
    "residents_active": 10, "residents_ordered": 7, "residents_paused": 1, "residents_not_due": 2, "ordered": 8, "planned": 7, "unassigned": 1,
    "violations": 0, "portions_loaded": 7, "delivered": 6, "not_delivered": 1, "subsidised": 4, "self_paid": 1, "explained": 1,
    "month": {"ordered": 20, "planned": 19, "unassigned": 1, "portions_loaded": 19, "delivered": 18, "not_delivered": 1, "subsidised": 15, "self_paid": 2, "explained": 1},
}  # fmt: skip


def test_a_summary_whose_equations_hold_is_written(tmp_path: Path) -> None:
    summary.write(tmp_path / "summary.json", GOOD)
    assert json.loads((tmp_path / "summary.json").read_text("utf-8")) == GOOD


@pytest.mark.parametrize(
    "figure", ["residents_paused", "unassigned", "planned", "portions_loaded", "delivered", "explained", "violations"]
)
def test_one_wrong_figure_is_named_and_nothing_is_written(tmp_path: Path, figure: str) -> None:
    wrong = {**GOOD, figure: GOOD[figure] + 1}
    with pytest.raises(ValueError, match="do not agree"):
        summary.write(tmp_path / "summary.json", wrong)
    assert not (tmp_path / "summary.json").exists()


def test_the_month_is_held_to_the_same_equations() -> None:
    wrong = {**GOOD, "month": {**GOOD["month"], "self_paid": 3}}
    assert summary.broken(wrong) == (
        "month.delivered 18 ≠ month.subsidised 15 + month.self_paid 3 + month.explained 1",
    )
