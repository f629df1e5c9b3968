"""Tables that a spreadsheet opens as they are."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.core.tables import Column, Kind, Table, csv_bytes, safe_text, xlsx_bytes

COLUMNS = (Column("姓名"), Column("份数", Kind.COUNT), Column("金额", Kind.MONEY), Column("日期", Kind.DAY))


def table(*rows: tuple[object, ...]) -> Table:
    return Table("结算", COLUMNS, rows)


def test_csv_has_a_mark_chinese_headings_and_yuan() -> None:
    data = csv_bytes(table(("王*", 2, -1250, date(2026, 3, 9)), (None, None, None, None)))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == "姓名,份数,金额,日期\r\n王*,2,-12.50,2026-03-09\r\n,,,\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_text_is_never_a_formula_in_either_format(start: str) -> None:
    nasty = f"{start}1+1|cmd"
    written = list(csv.reader(io.StringIO(csv_bytes(table((nasty, 1, 1, None))).decode("utf-8-sig"), newline="")))
    assert written[1][0] == f"'{nasty}"
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([table((nasty, 1, 1, None))]))).active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"
    assert str(sheet["A2"].value).startswith("'")


def test_amounts_and_dates_are_values_in_xlsx_negative_ones_too() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([table(("王", 2, -1250, date(2026, 3, 9)))]))).active
    assert sheet is not None
    assert [sheet["B2"].value, sheet["C2"].value, sheet["C2"].number_format] == [2, -12.5, "0.00"]
    assert sheet["D2"].value.date() == date(2026, 3, 9)


def test_a_long_number_keeps_its_end_when_excel_opens_the_file() -> None:
    assert safe_text("110101194001011234") == "'110101194001011234"
    assert safe_text("13900001234") == "13900001234"


def test_equal_rows_give_equal_bytes() -> None:
    rows = [("𠮷", n, n, date(2026, 3, 9)) for n in range(50)]
    assert xlsx_bytes([table(*rows), Table("合计", COLUMNS, ())]) == xlsx_bytes(
        [table(*rows), Table("合计", COLUMNS, ())]
    )
    assert csv_bytes(table(*rows)) == csv_bytes(table(*rows))


def test_a_row_of_the_wrong_length_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError):
        csv_bytes(table(("王", 1)))
    with pytest.raises(ValueError):
        xlsx_bytes([table(("王", 1))])


def test_text_that_no_cell_can_hold_is_refused_not_cut() -> None:
    with pytest.raises(ValueError):
        xlsx_bytes([table(("x" * 32_768, 1, 1, None))])


def test_a_sheet_name_that_excel_refuses_is_mended() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([Table("2026/03: 东城[a]" + "x" * 40, COLUMNS, ())])))
    assert book.sheetnames == ["2026 03  东城 a xxxxxxxxxxxxxxxxx"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=5))
def test_any_text_comes_back_from_csv(texts: list[str]) -> None:
    data = csv_bytes(Table("x", (Column("a"), Column("b")), [(one, "") for one in texts])).decode("utf-8-sig")
    found = [row[0] for row in csv.reader(io.StringIO(data, newline=""))][1:]
    assert found == [safe_text(one) for one in texts]


def test_a_number_keeps_all_its_digits() -> None:
    numbers = Table("x", (Column("经度", Kind.NUMBER),), [(116.3937588,), (3.0,), (1 / 3,)])
    assert csv_bytes(numbers).decode("utf-8-sig") == "经度\r\n116.3937588\r\n3\r\n0.333333333333333\r\n"
