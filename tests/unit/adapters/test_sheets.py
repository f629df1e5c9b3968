"""Files as people save them, and files that are no sheets at all."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from mealroute.adapters import sheets, sheets_text
from mealroute.core.errors import MealrouteError


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        fill(book)
    return out.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(MealrouteError) as caught:
        sheets.read_bytes(data, "老人.xlsx")
    assert "老人.xlsx" in caught.value.sentence
    return caught.value.code


TEXT = '编号,姓名\nR1,𠮷野\n\nR2,"王\n芳"\n'


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_csv_is_read_in_every_encoding_and_with_every_delimiter(encoding: str, delimiter: str, ending: str) -> None:
    written = TEXT.replace(",", delimiter).replace("\n", ending).encode(encoding)
    (sheet,) = sheets.read_bytes(written, "a.csv")
    assert sheet.rows[2] == ["R1", "𠮷野"]
    assert sorted(sheet.rows) == [1, 2, 4]


def test_the_hint_that_names_the_delimiter_is_no_row_of_its_own() -> None:
    (sheet,) = sheets.read_bytes("sep=;\n编号;姓名\nR1;王,芳".encode(), "a.csv")
    assert dict(sheet.rows) == {2: ["编号", "姓名"], 3: ["R1", "王,芳"]}


def test_every_sheet_of_a_workbook_keeps_its_row_numbers_and_kinds_of_cell() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("老人")
        sheet.write_row(2, 1, ["编号", "楼层"])
        sheet.write_row(4, 1, ["R1", 3])
        sheet.write_datetime(4, 3, datetime(2026, 3, 9), book.add_format({"num_format": "yyyy-mm-dd"}))
        book.add_worksheet("空")
        book.add_worksheet("第二").write(0, 0, "x")

    found = sheets.read_bytes(workbook(fill), "a.xlsx")
    assert [sheet.name for sheet in found] == ["老人", "第二"]
    assert dict(found[0].rows) == {3: ["", "编号", "楼层", ""], 5: ["", "R1", 3.0, date(2026, 3, 9)]}
    assert len(found[0].digest) == 64


def test_a_formula_that_fails_is_seen_although_the_reader_hides_it() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("甲&乙")
        sheet.write_row(0, 0, ["编号", "单价"])
        sheet.write(1, 0, "R1")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")

    (sheet,) = sheets.read_bytes(workbook(fill), "a.xlsx")
    assert sheet.rows[2][1] == "#DIV/0!"


def test_the_content_decides_not_the_name() -> None:
    (sheet,) = sheets.read_bytes(TEXT.encode(), "really-a-csv.xls")
    assert sheet.rows[2] == ["R1", "𠮷野"]


def test_a_locked_workbook_says_so() -> None:
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512
    assert refusal(compound) == "file-encrypted"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 not a zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not a book", b"%PDF-1.7\n", b"<html><table><tr><td>1", b"a,b\x00c\n1,2",
        workbook(lambda book: book.add_worksheet().write(0, 0, "x"))[:-200],
    ],
)  # fmt: skip
def test_a_broken_file_ends_in_one_sentence(data: bytes) -> None:
    assert refusal(data) == "file-unreadable"


@pytest.mark.parametrize("data", [b"", b"   \n\n", b"\xef\xbb\xbf", b",,\n,,\n"])
def test_an_empty_file_says_so(data: bytes) -> None:
    assert refusal(data) == "file-empty"


def test_a_workbook_without_a_cell_is_empty() -> None:
    assert refusal(workbook(lambda book: book.add_worksheet())) == "file-empty"


def test_an_open_quotation_mark_does_not_swallow_memory() -> None:
    assert refusal(b'a,b\n"' + b"x" * 200_000) == "file-unreadable"


def test_a_file_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_BYTES", 10)
    assert refusal(b"0123456789x") == "file-too-large"


def test_a_zip_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_UNPACKED_BYTES", 1000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 2000)
    assert refusal(out.getvalue()) == "file-too-large"


def test_a_stray_cell_in_the_last_corner_is_refused_before_the_grid_is_built() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "编号")
        sheet.write(1_048_575, 16_383, "x")

    assert refusal(workbook(fill)) == "file-too-large"


def test_a_hundred_thousand_formatted_empty_rows_are_no_obstacle() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "姓名"])
        sheet.write_row(1, 0, ["R1", "王"])
        sheet.write_blank(100_000, 1, None, book.add_format({"bold": True}))

    (sheet,) = sheets.read_bytes(workbook(fill), "a.xlsx")
    assert sorted(sheet.rows) == [1, 2]


def test_a_csv_of_nothing_but_commas_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets_text, "MAX_CELLS", 1000)
    assert refusal(b"a" + b"," * 2000) == "file-too-large"


def test_another_archive_is_no_spreadsheet() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", "x")
    assert refusal(out.getvalue()) == "file-unreadable"


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(MealrouteError, match="file-not-found"):
        sheets.read(tmp_path / "none.xlsx")


@given(st.binary(max_size=300))
def test_no_bytes_at_all_end_in_a_traceback(data: bytes) -> None:
    with suppress(MealrouteError):
        assert sheets.read_bytes(data, "x")


@given(st.binary(max_size=100), st.integers(0, 5000))
def test_no_damage_to_a_workbook_ends_in_a_traceback(damage: bytes, at: int) -> None:
    data = bytearray(BOOK)
    data[at : at + len(damage)] = damage
    with suppress(MealrouteError):
        assert sheets.read_bytes(bytes(data), "x")


BOOK = workbook(lambda book: book.add_worksheet().write_row(0, 0, ["编号", 1, "x"]))


def test_a_file_is_read_the_same_from_disk_and_from_an_upload(tmp_path: Path) -> None:
    file = tmp_path / "老人.csv"
    file.write_bytes("编号,姓名\nR1,王".encode("gb18030"))
    assert sheets.read(file) == sheets.read_bytes(file.read_bytes(), "老人.csv")
