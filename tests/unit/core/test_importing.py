"""Rows and problems."""

from __future__ import annotations

from mealroute.core import cells
from mealroute.core.i18n import speaking
from mealroute.core.importing import Field, Sheet, column_letter, parse_rows

FIELDS = (
    Field("code", ("编号",), cells.code, required=True),
    Field("name", ("姓名", "名字"), required=True),
    Field("floor", ("楼层",), cells.integer(0, 30)),
    Field("diet", ("饮食",), cells.choice({"清真": "halal"}), vital=True),
    Field("lift", ("电梯",), cells.yes_no, default=False),
)


def sheet(*rows: list[cells.CellValue], name: str = "甲", first: int = 1) -> Sheet:
    return Sheet("老人.xlsx", name, dict(enumerate(rows, start=first)))


def test_columns_come_in_any_order_under_chinese_or_english_headings() -> None:
    rows, problems = parse_rows(sheet(["NAME", "编号 *", "Floor(层)"], ["王", "r1", "３"]), FIELDS)
    assert not problems
    assert dict(rows[0].values) == {"code": "R1", "name": "王", "floor": 3, "diet": None, "lift": False}


def test_unknown_columns_are_kept_as_text() -> None:
    rows, _problems = parse_rows(sheet(["编号", "姓名", "宠物", "号"], ["1", "王", "猫", 2.0]), FIELDS)
    assert dict(rows[0].extra) == {"宠物": "猫", "号": "2"}


def test_one_bad_row_never_hides_the_others() -> None:
    good = [[f"R{n}", "王", n, "清真"] for n in range(20)]
    rows, problems = parse_rows(
        sheet(["编号", "姓名", "楼层", "饮食"], *good[:7], ["R99", "", "x", "咸"], *good[7:]), FIELDS
    )
    assert len(rows) == 20
    assert [(p.row, p.column, p.code) for p in problems] == [
        (9, "B (姓名)", "cell-empty"), (9, "C (楼层)", "not-a-number"), (9, "D (饮食)", "unknown-word"),
    ]  # fmt: skip


def test_a_problem_names_file_sheet_row_and_column_in_the_readers_language() -> None:
    _rows, problems = parse_rows(sheet(["编号", "姓名", "楼层"], ["R1", "王", "顶层"]), FIELDS)
    assert str(problems[0]) == "老人.xlsx、工作表“甲”、第 2 行、C (楼层) 列：“顶层” 不是数字。只写数字。"
    with speaking("en"):
        _rows, problems = parse_rows(sheet(["编号", "姓名", "楼层"], ["R1", "王", "顶层"]), FIELDS)
        assert (
            str(problems[0])
            == "老人.xlsx, sheet 甲, row 2, column C (楼层): “顶层” is not a number. Write digits only."
        )


def test_a_bad_optional_cell_is_emptied_and_a_bad_vital_cell_sets_the_row_aside() -> None:
    rows, problems = parse_rows(
        sheet(["编号", "姓名", "楼层", "饮食"], ["R1", "王", "顶层", ""], ["R2", "李", 3, "随便"]), FIELDS
    )
    assert [(row["code"], row["floor"]) for row in rows] == [("R1", None)]
    assert [problem.set_aside for problem in problems] == [False, True]


def test_a_bad_or_absent_cell_says_nothing_about_what_was_known() -> None:
    rows, _problems = parse_rows(sheet(["编号", "姓名", "楼层"], ["R1", "王", "顶层"], ["R2", "李", None]), FIELDS)
    assert [set(row.known()) for row in rows] == [{"code", "name"}, {"code", "name", "floor"}]


def test_a_missing_needed_column_is_one_problem_and_nothing_enters() -> None:
    rows, problems = parse_rows(sheet(["编号", "楼层"], ["R1", 3], ["R2", 4]), FIELDS)
    assert not rows
    assert [p.code for p in problems] == ["column-missing"]
    assert "姓名" in problems[0].sentence


def test_two_columns_of_one_meaning_are_refused() -> None:
    rows, problems = parse_rows(sheet(["编号", "姓名", "name"], ["R1", "王", "李"]), FIELDS)
    assert not rows
    assert [(p.code, p.column) for p in problems] == [("heading-twice", "C (name)")]


def test_a_title_may_stand_above_the_headings_and_row_numbers_stay_true() -> None:
    rows, problems = parse_rows(
        sheet(["2026 年老人台账"], ["编号", "姓名"], ["R1", "王"], [None], ["R2", ""], first=3), FIELDS
    )
    assert [row.number for row in rows] == [5]
    assert [problem.row for problem in problems] == [7]


def test_a_code_that_comes_twice_enters_once_and_is_reported() -> None:
    rows, problems = parse_rows(sheet(["编号", "姓名"], ["R1", "王"], ["r1 ", "李"]), FIELDS, key="code")
    assert [row["name"] for row in rows] == ["王"]
    assert [(p.row, p.code, p.set_aside) for p in problems] == [(3, "row-twice", True)]


def test_every_fitting_sheet_of_a_book_is_read_and_notes_are_passed_over() -> None:
    book = (
        sheet(["说明"], ["请逐行填写"], name="说明"),
        sheet(["编号", "姓名"], ["R1", "王"], name="甲街道"),
        sheet(["编号", "姓名"], ["R2", "李"], name="乙街道"),
    )
    rows, problems = parse_rows(book, FIELDS)
    assert [row["code"] for row in rows] == ["R1", "R2"]
    assert not problems


def test_a_formula_error_is_reported_as_such() -> None:
    _rows, problems = parse_rows(sheet(["编号", "姓名", "楼层"], ["R1", "王", "#REF!"]), FIELDS)
    assert [(p.code, p.column) for p in problems] == [("formula-error", "C (楼层)")]


def test_column_letters_count_as_excel_does() -> None:
    assert [column_letter(n) for n in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]
