"""Large tables: the same digest from every format, text that stays text, numbers that stay numbers."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from datetime import date, timedelta

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mealroute.core import workbook as book_module
from mealroute.core.rowfiles import CsvRows, cell_text
from mealroute.core.tables import Column, Kind
from mealroute.core.workbook import Workbook
from mealroute.core.workbook_parts import About

COLUMNS = (
    Column("姓名"), Column("份数", Kind.COUNT), Column("金额", Kind.MONEY), Column("日期", Kind.DAY), Column("经度", Kind.NUMBER), Column("号", Kind.CODE),
)  # fmt: skip
Row = tuple[object, ...]


def csv_of(*batches: list[Row]) -> tuple[bytes, CsvRows]:
    out = io.BytesIO()
    file = CsvRows(out, COLUMNS)
    for batch in batches:
        file.write(batch)
    return out.getvalue(), file


def xlsx_of(*batches: list[Row], about: About | None = None) -> bytes:
    out = io.BytesIO()
    with Workbook(out) as book:
        sheet = book.sheet("明细", COLUMNS)
        for batch in batches:
            sheet.write(batch)
        book.about = about or About()
    return out.getvalue()


ROWS: list[Row] = [
    ("王*兰", 2, -1250, date(2026, 2, 3), 116.39, "R0001"),
    ('说,"好"', -1, 5, None, None, None),
    (None, None, None, date(2026, 2, 28), 3.0, "110101194001011234"),
]


def test_the_rows_digest_is_what_an_auditor_gets_with_three_small_tools() -> None:
    data, file = csv_of(ROWS)
    rows = data.split(b"\n", 1)[1].replace(b"\r", b"")
    assert hashlib.sha256(rows).hexdigest() == file.rows_sha256
    assert (
        rows.decode()
        == '王*兰,2,-12.50,2026-02-03,116.39,R0001\n"说,""好""",-1,0.05,,,\n,,,2026-02-28,3,110101194001011234\n'
    )


def test_the_digest_does_not_depend_on_how_the_rows_were_read() -> None:
    _data, at_once = csv_of(ROWS)
    _data, one_by_one = csv_of(*([row] for row in ROWS))
    assert (at_once.rows_sha256, at_once.file_sha256) == (one_by_one.rows_sha256, one_by_one.file_sha256)


def test_the_file_digest_is_that_of_the_bytes() -> None:
    data, file = csv_of(ROWS)
    assert data.startswith(b"\xef\xbb\xbf")
    assert hashlib.sha256(data).hexdigest() == file.file_sha256


@pytest.mark.parametrize(
    "nasty",
    ['=HYPERLINK("http://x","y")', "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r\n=1+1", "＝1+1", "＋1", "－1", "＠x", "  =1+1", "\x0b=1"],
)  # fmt: skip
def test_text_is_never_a_formula_in_either_format(nasty: str) -> None:
    row = (nasty, 1, 1, None, None, None)
    data, _file = csv_of([row])
    (found,) = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    assert found[0].startswith("'")
    assert "\n" not in found[0]
    cell = openpyxl.load_workbook(io.BytesIO(xlsx_of([row]))).worksheets[0]["A2"]
    assert (cell.data_type, cell.value) == ("s", found[0])


def test_a_code_that_could_be_a_formula_is_a_programmers_mistake() -> None:
    for wrong in ("=1", "-1", "a\nb"):
        with pytest.raises(ValueError):
            csv_of([("x", 1, 1, None, None, wrong)])
        with pytest.raises(ValueError):
            xlsx_of([("x", 1, 1, None, None, wrong)])


def test_amounts_counts_and_dates_are_values_negative_ones_too() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_of(ROWS))).worksheets[0]
    assert [sheet.cell(2, n).value for n in (2, 3)] == [2, -12.5]
    assert [sheet.cell(2, n).number_format for n in (2, 3, 4)] == ["0", "0.00", "yyyy\\-mm\\-dd"]
    day = sheet.cell(2, 4).value
    assert getattr(day, "date", lambda: day)() == date(2026, 2, 3)
    assert [sheet.cell(3, n).value for n in (4, 5, 6)] == [None, None, None]
    assert sheet.freeze_panes == "A2"


def test_equal_rows_give_an_equal_sheet_whatever_the_document_says_of_itself() -> None:
    def sheet(about: About) -> bytes:
        with zipfile.ZipFile(io.BytesIO(xlsx_of(ROWS, about=about))) as archive:
            return archive.read("xl/worksheets/sheet1.xml")

    assert sheet(About(title="a", person="王芳")) == sheet(About(title="b"))
    assert xlsx_of(ROWS) == xlsx_of(*([row] for row in ROWS))


def test_the_document_carries_its_properties() -> None:
    about = About(
        title="结算 & 明细",
        subject="EX-2026-000001",
        person="王芳",
        comment="用途",
        properties={"导出号": "EX-2026-000001"},
    )
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of(ROWS, about=about)))
    assert (book.properties.title, book.properties.creator, book.properties.subject) == (
        "结算 & 明细",
        "王芳",
        "EX-2026-000001",
    )
    assert {prop.name: prop.value for prop in book.custom_doc_props.props} == {"导出号": "EX-2026-000001"}


def test_a_full_sheet_goes_on_as_a_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_module, "MAX_XLSX_ROWS", 2)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of([("a", n, n, None, None, None) for n in range(5)])))
    assert book.sheetnames == ["明细", "明细 2", "明细 3"]
    assert [sheet.max_row for sheet in book] == [3, 3, 2]
    assert book["明细 3"]["B2"].value == 4


def test_text_that_no_cell_can_hold_is_refused_not_cut() -> None:
    with pytest.raises(ValueError):
        xlsx_of([("x" * 32_768, 1, 1, None, None, None)])


def test_a_row_of_the_wrong_length_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError):
        csv_of([("x", 1)])
    with pytest.raises(ValueError):
        xlsx_of([("x", 1)])


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=12), st.one_of(st.none(), st.integers(-(10**12), 10**12)),
            st.one_of(st.none(), st.integers(-(10**11), 10**11)), st.one_of(st.none(), st.integers(0, 40_000)),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_both_formats_give_back_what_went_in(given_rows: list[tuple[str, int | None, int | None, int | None]]) -> None:
    rows: list[Row] = [
        (text, count, fen, None if days is None else date(1990, 1, 1) + timedelta(days), None, None)
        for text, count, fen, days in given_rows
    ]
    data, _file = csv_of(rows)
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_of(rows))).worksheets[0]
    for number, (text, count, fen, day, *_rest) in enumerate(rows):
        assert read[number][0] == cell_text(text)
        assert read[number][1] == ("" if count is None else str(count))
        assert sheet.cell(number + 2, 2).value == count
        assert (sheet.cell(number + 2, 1).value or "") == cell_text(text)
        if fen is not None:
            assert round(float(sheet.cell(number + 2, 3).value or 0) * 100) == fen
        if day is not None:
            assert read[number][3] == str(day)
