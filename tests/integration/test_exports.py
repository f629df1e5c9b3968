"""A month's exports from the asking to the file that an auditor holds against the register."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Forbidden, MealrouteError
from mealroute.exporting import service
from mealroute.exporting.recheck import bytes_digest
from mealroute.exporting.records import Format, What
from tests.integration.exports_world import AUDITOR, OFFICER, STREET_MAN, made, rows_of, wish
from tests.integration.test_settlement_month import MONTH, Month


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture
def month(db: Session, clock: FixedClock) -> Month:
    found = Month(db, clock)
    found.doors()
    return found


def test_the_csv_is_the_closed_months_own_file_and_its_digests_stand_in_the_register(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    settlement: Any = month.close()
    entry, data = made(db, tmp_path, clock, wish())
    assert entry.file is not None
    assert (entry.export.number, entry.file.rows) == ("EX-2026-000001", 4)
    assert hashlib.sha256(data).hexdigest() == entry.file.sha256 == settlement.csv_sha256
    assert len(rows_of(data)) == 5
    assert hashlib.sha256(data.split(b"\n", 1)[1].replace(b"\r", b"")).hexdigest() == entry.file.rows_sha256


def test_an_auditor_with_three_tools_of_his_own_gets_the_stated_digest(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    entry, data = made(db, tmp_path, clock, wish())
    (tmp_path / "x.csv").write_bytes(data)
    shell = subprocess.run(
        ["sh", "-c", f"tail -n +2 {tmp_path}/x.csv | tr -d '\\r' | sha256sum"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert entry.file is not None
    assert shell.stdout.split()[0] == entry.file.rows_sha256 == bytes_digest(tmp_path / "x.csv")


def test_the_same_month_gives_the_same_rows_in_every_format(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    digests = set()
    for form in (Format.CSV, Format.XLSX, Format.PDF, Format.CSV):
        entry, _data = made(db, tmp_path, clock, wish(form=form))
        assert entry.file is not None
        digests.add(entry.file.rows_sha256)
    assert len(digests) == 1


def test_the_workbook_says_who_took_it_what_for_and_its_digest(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    entry, data = made(db, tmp_path, clock, wish(form=Format.XLSX))
    assert entry.file is not None
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["明细", "汇总", "导出信息"]
    said = {row[0]: row[1] for row in book["导出信息"].iter_rows(values_only=True)}
    assert (said["导出号"], said["用途"], said["数据行 SHA-256"]) == (
        "EX-2026-000001",
        "报区财政",
        entry.file.rows_sha256,
    )
    assert "周航" in str(said["导出人"])
    assert book.properties.creator == "周航"
    props = {prop.name: prop.value for prop in book.custom_doc_props.props}
    assert props["数据行SHA-256"] == entry.file.rows_sha256
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not any(cell.data_type == "f" for cell in cells)
    total = next(row for row in book["汇总"].iter_rows(values_only=True) if row[0] == "合计")
    assert total[1:] == (4, 14, 7, 7)
    heading = [cell.value for cell in next(book["明细"].iter_rows())]
    amounts = [row[heading.index("补贴（元）")].value for row in book["明细"].iter_rows(min_row=2)]
    assert sorted(amounts) == [3, 3, 3, 5]


def test_data_rows_of_two_exports_are_the_same_bytes(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    sheets = []
    for person in (OFFICER, AUDITOR):
        _entry, data = made(db, tmp_path, clock, wish(form=Format.XLSX), person)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheets.append(archive.read("xl/worksheets/sheet1.xml"))
    assert sheets[0] == sheets[1]


def test_a_name_that_is_a_formula_arrives_as_text(db: Session, month: Month, clock: FixedClock, tmp_path: Path) -> None:
    nasty = '=HYPERLINK("http://x","王")'
    db.execute(text("update resident set name = :name"), {"name": nasty})
    for wanted in (
        wish(form=Format.CSV, masked=False, reason="核对"),
        wish(What.DETAIL, Format.CSV, masked=False, reason="核对"),
    ):
        _entry, data = made(db, tmp_path, clock, wanted)
        names = [row[rows_of(data)[0].index("姓名")] for row in rows_of(data)[1:]]
        assert set(names) == {f"'{nasty}"}
    _entry, data = made(db, tmp_path, clock, wish(form=Format.XLSX, masked=False, reason="核对"))
    sheet = openpyxl.load_workbook(io.BytesIO(data))["明细"]
    column = [cell.value for cell in next(sheet.iter_rows())].index("姓名")
    found = [row[column] for row in sheet.iter_rows(min_row=2)]
    assert {(cell.data_type, cell.value) for cell in found} == {("s", f"'{nasty}")}


def test_the_detail_names_how_each_meal_came(db: Session, month: Month, clock: FixedClock, tmp_path: Path) -> None:
    _entry, data = made(db, tmp_path, clock, wish(What.DETAIL))
    head, *rows = rows_of(data)
    first = dict(zip(head, rows[0], strict=True))
    assert len(head) == len(set(head)) >= 25
    assert first["送餐员编号"] == "D01"
    assert first["送达凭证号"]
    assert first["补贴（元）"] in {"5.00", "3.00"}
    assert "110101194001010001" not in data.decode("utf-8-sig")


def test_names_in_full_need_the_right_and_a_reason_and_every_person_is_one_reveal(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    street = replace(STREET_MAN, scope=Scope.everything())
    with pytest.raises(Forbidden, match="export-unmasked-forbidden"):
        service.ask(db, wish(masked=False, reason="核对"), by=street, clock=clock)
    with pytest.raises(MealrouteError, match="reveal-without-reason"):
        service.ask(db, wish(masked=False), by=OFFICER, clock=clock)
    with pytest.raises(MealrouteError, match="export-names-nobody"):
        service.ask(db, wish(What.NOTICE, masked=False, reason="核对"), by=OFFICER, clock=clock)
    entry, data = made(db, tmp_path, clock, wish(masked=False, reason="审计抽查"))
    head, *rows = rows_of(data)
    codes = {row[head.index("老人编号")] for row in rows}
    assert {row[head.index("姓名")] for row in rows} == {"王玉兰"}
    assert all(row[head.index("身份证号")].startswith("'1101011940") for row in rows)
    reveals = audit.events(db, action="residents.revealed")
    assert {event.subject for event in reveals} == {f"resident/{code}" for code in codes}
    assert {event.detail["export"] for event in reveals} == {entry.export.number}


def test_a_file_with_full_names_is_sealed_on_disk_and_for_its_asker_alone(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    entry, _data = made(db, folder, clock, wish(masked=False, reason="审计抽查"))
    assert entry.file is not None
    stored = b"".join(path.read_bytes() for path in folder.iterdir())
    assert "王玉兰".encode() not in stored
    assert [path.stat().st_mode & 0o077 for path in folder.iterdir()] == [0]
    with pytest.raises(Forbidden, match="export-not-yours"):
        service.fetched(db, entry.export.id, folder=folder, by=AUDITOR, clock=clock)
    assert service.fetched(db, entry.export.id, folder=folder, by=OFFICER, clock=clock).file == entry.file


def test_the_notice_holds_sums_and_documents_and_nobodys_name(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    _entry, data = made(db, tmp_path, clock, wish(What.NOTICE))
    head, *rows = rows_of(data)
    assert head == [
        "街道",
        "助餐点",
        "补贴项目",
        "文号",
        "人次",
        "补贴（元）",
        "市级（元）",
        "区级（元）",
        "其他承担（元）",
    ]
    assert [row[4:6] for row in rows] == [["3", "9.00"], ["1", "5.00"]]
    _entry, pdf = made(db, tmp_path, clock, wish(What.NOTICE, Format.PDF))
    said = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert "京民养老发〔2022〕69号" in said
    assert "公示" in said
    for name in ("王*兰", "王玉兰", "周航", "R0001"):
        assert name not in said


def test_the_form_to_sign_has_its_sums_its_lines_digest_and_room_for_each_signature(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    month.close()
    entry, pdf = made(db, tmp_path, clock, wish(form=Format.PDF))
    assert entry.file is not None
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    said = "".join(page.extract_text() for page in reader.pages)
    for word in (
        "14.00",
        "经办人",
        "街道审核",
        "区级审批",
        "财务支付",
        "EX-2026-000001",
        entry.file.rows_sha256,
        "民安央厨",
    ):
        assert word in said, word
    fonts = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    descriptors = [font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts.values()]
    assert all("/FontFile2" in descriptor for descriptor in descriptors)


def test_the_vendors_days_add_up_to_the_month(db: Session, month: Month, clock: FixedClock, tmp_path: Path) -> None:
    _entry, data = made(db, tmp_path, clock, wish(What.VENDOR_DAYS))
    head, *rows = rows_of(data)
    assert sum(int(float(row[head.index("补贴（元）")]) * 100) for row in rows) == 1400
    assert {row[head.index("商户编号")] for row in rows} == {"V01"}
    _entry, pdf = made(db, tmp_path, clock, wish(What.VENDOR_DAYS, Format.PDF))
    assert "盖章" in "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_the_platforms_file_has_the_configured_columns_and_bare_numbers(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    _entry, data = made(db, tmp_path, clock, wish(What.PLATFORM, masked=False, reason="平台上报"))
    head, *rows = rows_of(data)
    first = dict(zip(head, rows[0], strict=True))
    assert head[0] == "月份"
    assert first["月份"] == MONTH
    assert first["公民身份号码"].isdigit()
    assert len(first["公民身份号码"]) == 18
