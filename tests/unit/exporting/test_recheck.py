from pathlib import Path

import pytest

from mealroute.core.errors import MealrouteError
from mealroute.exporting.recheck import NEEDED, recheck

GOOD = [
    ("2026-02-02", "R1", "bj-meal-resident", "京民养老发〔2022〕69号", 1, 500, 250, 250, 1300, 1800, "5.00"),
    ("2026-02-02", "R1", "bj-meal-operator", "京民养老发〔2022〕69号", 1, 300, 150, 150, "", 1800, "3.00"),
    ("2026-02-02", "R2", "bj-meal-operator", "京民养老发〔2022〕69号", 2, 300, 150, 150, "", 1600, "3.00"),
]


def _file(tmp_path: Path, rows: list[tuple[object, ...]]) -> Path:
    lines = [",".join(NEEDED), *(",".join(map(str, row)) for row in rows)]
    path = tmp_path / "settlement-2026-02.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


def test_a_good_file_adds_up_by_rule(tmp_path: Path) -> None:
    found = recheck(_file(tmp_path, GOOD))
    assert (found.lines, found.portions, found.amount_fen, found.copay_fen, found.faults) == (3, 2, 1100, 1300, ())
    assert [(each.rule_id, each.lines, each.amount_fen) for each in found.by_rule] == [
        ("bj-meal-operator", 2, 600),
        ("bj-meal-resident", 1, 500),
    ]


@pytest.mark.parametrize(
    ("column", "value"), [(5, 501), (6, 249), (10, "5.10"), (9, 500)], ids=["amount", "share", "yuan", "price"]
)
def test_one_changed_cell_is_found_with_its_row(tmp_path: Path, column: int, value: object) -> None:
    rows = [list(row) for row in GOOD]
    rows[0][column] = value
    faults = recheck(_file(tmp_path, [tuple(row) for row in rows])).faults
    assert faults
    assert all("2" in fault for fault in faults)


def test_a_line_copied_by_hand_is_found(tmp_path: Path) -> None:
    assert any("两次" in fault for fault in recheck(_file(tmp_path, [*GOOD, GOOD[0]])).faults)


def test_a_summary_that_says_otherwise_is_named(tmp_path: Path) -> None:
    stated = tmp_path / "summary.json"
    stated.write_text(
        '{"month": {"claimed_lines": 4, "claimed_fen": 1100, "subsidised": 2, "copay_fen": 1300}}', "utf-8"
    )
    assert len(recheck(_file(tmp_path, GOOD), stated).faults) == 1


def test_something_else_is_refused_in_one_sentence(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(MealrouteError, match="not-a-settlement"):
        recheck(other)
