"""Sheets from outside that mean harm: they enter as plain words or are refused in one sentence."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import xlsxwriter
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from mealroute.core.actor import Role
from mealroute.core.db import unit_of_work
from mealroute.residents.models import Resident
from tests.integration.planning_world import DAY, STREET

SignIn = Callable[[Role | str], FlaskClient]
SCRIPT = "<script>alert(1)</script>"
HEADINGS = ("编号", "姓名", "出生日期", "街道编码", "地址", "门口提示", "备注", "备用")


def sheet_of(*rows: tuple[str, ...]) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"strings_to_formulas": False})
    page = book.add_worksheet("老人")
    for number, row in enumerate((HEADINGS, *rows)):
        for column, cell in enumerate(row):
            page.write_string(number, column, cell)
    book.close()
    return made.getvalue()


def send(desk: FlaskClient, content: bytes, name: str = "residents.xlsx") -> tuple[int, str]:
    answer = desk.post("/imports", data={"kind": "residents", "file": (io.BytesIO(content), name)})
    return answer.status_code, answer.text


def changed(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, data.replace(old, new) if name == part else data)
    return made.getvalue()


def test_markup_in_names_stays_words_on_every_page(desk: FlaskClient) -> None:
    row = ("R9001", SCRIPT, "1940-01-01", STREET, f"{SCRIPT} 8 号", SCRIPT, SCRIPT, SCRIPT)
    status, page = send(desk, sheet_of(row), f"{SCRIPT}.xlsx")
    assert status == 200
    assert SCRIPT not in page
    with unit_of_work(read_only=True) as db:
        number = db.scalars(select(Resident.id).where(Resident.code == "R9001")).one()
    for address in ("/residents", f"/residents?q={SCRIPT}", f"/residents/{number}", f"/days/{DAY}/lunch/orders"):
        assert "<script>alert" not in desk.get(address).text
    assert "<script>alert" not in desk.post(f"/residents/{number}/reveal", data={"reason": SCRIPT}).text


def test_a_problem_shows_a_broken_cell_as_words(desk: FlaskClient) -> None:
    _status, page = send(desk, sheet_of(("R9002", "王某", SCRIPT, SCRIPT, "地址", "", "", "")))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page or "9002" in page


def test_markup_in_a_name_is_printed_as_it_stands(desk: FlaskClient) -> None:
    with unit_of_work() as db:
        for person in db.scalars(select(Resident)):
            person.name = "<b>王</b>"
    answer = desk.post("/plans/1/labels.pdf")
    assert answer.status_code == 200
    assert "<b>王</b>" in PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    assert desk.post("/plans/1/manifests.pdf").status_code == 200


def test_a_cell_that_looks_like_a_formula_stays_text(desk: FlaskClient) -> None:
    _status, _page = send(desk, sheet_of(("R9003", "=HYPERLINK(1)", "1940-01-01", STREET, "+8 号", "", "", "")))
    with unit_of_work(read_only=True) as db:
        assert db.scalars(select(Resident.name).where(Resident.code == "R9003")).one() == "=HYPERLINK(1)"


def test_entities_are_not_expanded(desk: FlaskClient) -> None:
    clean = sheet_of(("R9004", "NAMEHERE", "1940-01-01", STREET, "8 号", "", "", ""))
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    for declared in (b'<!ENTITY l0 "ha">' + laughs, b'<!ENTITY l11 SYSTEM "file:///etc/passwd">'):
        head = b"?>\n<!DOCTYPE sst [" + declared + b"]>"
        bad = changed(
            changed(clean, "xl/sharedStrings.xml", b"?>\n", head), "xl/sharedStrings.xml", b"NAMEHERE", b"&l11;"
        )
        status, page = send(desk, bad)
        assert status in {200, 422}
        assert "root:" not in page
        assert "hahaha" not in page


def test_a_sheet_that_unpacks_without_end_is_refused(desk: FlaskClient) -> None:
    clean = sheet_of(("R9005", "王", "1940-01-01", STREET, "8 号", "", "", ""))
    made = io.BytesIO(clean)
    with (
        zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/big.bin", "w", force_zip64=True) as big,
    ):
        for _megabyte in range(320):
            big.write(bytes(1_000_000))
    assert send(desk, made.getvalue())[0] == 422


def test_a_sheet_with_one_cell_in_the_last_corner_is_refused(desk: FlaskClient) -> None:
    clean = sheet_of(("R9006", "王", "1940-01-01", STREET, "8 号", "", "", ""))
    assert send(desk, changed(clean, "xl/worksheets/sheet1.xml", b'r="H2"', b'r="XFD1048576"'))[0] == 422


def test_rubbish_is_refused_in_words(desk: FlaskClient) -> None:
    for content in (b"PK\x03\x04rubbish", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x00\x01\x02", b"   "):
        status, page = send(desk, content)
        assert status in {200, 422}
        assert "Traceback" not in page


def test_numbers_in_columns_that_nobody_knows_are_not_stored_in_the_clear(desk: FlaskClient, tmp_path: Path) -> None:
    row = ("R9007", "王某某", "1940-01-01", STREET, "8 号", "", "", "13911112222 110101194105069916")
    send(desk, sheet_of(row))
    with unit_of_work(read_only=True) as db:
        extra = db.scalars(select(Resident.extra).where(Resident.code == "R9007")).one()
    assert extra["备用"] == "13911112222 110101194105069916"
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("web.sqlite*"))
    assert b"13911112222" not in stored
    assert b"110101194105069916" not in stored


def test_exported_cells_are_text_never_formulas(desk: FlaskClient) -> None:
    made = desk.post("/settlement/2026-03/export", data={"format": "csv", "purpose": "核对"})
    assert made.status_code == 200
    for line in csv.reader(io.StringIO(made.data.decode("utf-8-sig"))):
        assert not [cell for cell in line if cell.startswith(("=", "+", "@", "\t"))]
