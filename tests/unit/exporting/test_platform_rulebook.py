"""The configuration of the platform's file: a mistake names line, key, reason and how to mend it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mealroute.core.rulebook import RulebookError
from mealroute.exporting.platform import HELD
from mealroute.exporting.platform_rulebook import FILE, platform_on, platform_shapes

GOOD = """\
kind: platform-upload
schema: 1
versions:
  - from: 2022-03-14
    name: 上报
    source: 区自定
    encoding: gb18030
    columns:
      - {title: 月份, field: day, format: month}
      - {title: 补贴金额, field: subsidy, format: yuan}
"""


def refusal(tmp_path: Path, text: str) -> RulebookError:
    path = tmp_path / "platform-upload.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(RulebookError) as caught:
        platform_shapes(HELD, path)
    return caught.value


def test_the_shipped_file_is_good_and_says_which_month_a_correction_belongs_to() -> None:
    shape = platform_on(date(2026, 3, 31), HELD, path=FILE)
    assert {"corrects", "reason"} <= {column.field for column in shape.columns}


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "trouble"),
    [
        ("field: subsidy", "field: subsidi", 10, "versions[0].columns[1].field", "subsidi"),
        ("format: yuan", "format: day", 10, "versions[0].columns[1].format", "yuan"),
        ("format: month}", "format: mouth}", 9, "versions[0].columns[0].format", "month"),
        ("title: 补贴金额", "title: 月份", 10, "versions[0].columns[1].title", "两次"),
        ("field: day,", "feld: day,", 9, "versions[0].columns[0].feld", ""),
        ("encoding: gb18030", "encoding: latin", 7, "versions[0].encoding", "gb18030"),
        ("from: 2022-03-14", "from: 14 March", 4, "versions[0].from", ""),
        ("name: 上报", "name: 上报\n    name: 又报", 6, "name", ""),
    ],
)  # fmt: skip
def test_a_mistake_names_line_key_reason_and_how_to_mend_it(
    tmp_path: Path, old: str, new: str, line: int, key: str, trouble: str
) -> None:
    assert old in GOOD
    error = refusal(tmp_path, GOOD.replace(old, new))
    assert (error.facts["line"], error.facts["key"]) == (line, key)
    assert str(line) in error.sentence
    assert trouble in str(error.facts["trouble"])
    assert "platform-upload.yaml" in error.hint


def test_money_and_days_are_never_written_as_text(tmp_path: Path) -> None:
    for old in ("format: yuan", "format: month"):
        assert refusal(tmp_path, GOOD.replace(old, "format: text")).facts["line"] in {9, 10}


def test_versions_follow_one_another(tmp_path: Path) -> None:
    error = refusal(tmp_path, GOOD + GOOD.partition("versions:\n")[2])
    assert (error.facts["line"], error.facts["key"]) == (11, "versions[1].from")
