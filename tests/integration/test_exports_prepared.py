"""The files of a month that is prepared and not yet approved: row by row what they will be once it is closed, if nothing arrives between."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pypdf
import pytest
from sqlalchemy.orm import Session

from mealroute.checks.models import CheckFinding, CheckFindingLine
from mealroute.core.i18n import speaking
from mealroute.core.rowfiles import CsvRows
from mealroute.delivery.records import Outcome
from mealroute.exporting.contents import content_of
from mealroute.exporting.reach import lines_of
from mealroute.exporting.records import ExportId, ExportRecord, Format, What
from mealroute.settlement import service
from mealroute.settlement.month import month_now
from mealroute.settlement.records import Step
from mealroute.settlement.refreshing import read, refresh
from mealroute.settlement.simulate import clear_holds, close_month
from mealroute.subsidy import queries
from mealroute.subsidy.payers import Payer, Who
from tests.integration.close_world import FEBRUARY, MARCH, MARCH_DAY, PAYER, Close, make_close
from tests.integration.exports_world import made, wish
from tests.integration.settlement_world import STREET
from tests.integration.test_close_recomputed import APRIL, Week
from tests.unit.subsidy.books import book, rule

FILES = [
    (What.SETTLEMENT, Format.CSV), (What.SETTLEMENT, Format.XLSX), (What.SETTLEMENT, Format.PDF), (What.DETAIL, Format.CSV),
    (What.DETAIL, Format.XLSX), (What.PLATFORM, Format.CSV), (What.VENDOR_DAYS, Format.CSV), (What.NOTICE, Format.CSV), (What.NOTICE, Format.PDF),
]  # fmt: skip


def prepared(db: Session) -> Close:
    """February closed, one of its meals refused after all; March, with three meals of which a check blocks the first, prepared."""
    close = make_close(db)
    close.doors()
    close_month(db, PAYER, FEBRUARY, close.four, clock=close.clock)
    close.clock.at = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
    close.record(1, Outcome.REFUSED)
    world = close.world
    lines = [world.line(world.book(MARCH_DAY), world.order(world.residents[0], MARCH_DAY))]
    lines += [
        world.line(world.book(MARCH_DAY, "dinner"), world.order(each, MARCH_DAY, "dinner"))
        for each in world.residents[1:2]
    ]
    runs = [world.publish(MARCH_DAY, [line], slot=slot) for line, slot in zip(lines, ("lunch", "dinner"), strict=True)]
    for line, run in zip(lines, runs, strict=True):
        close.lines, close.runs = [line], [run, run]
        close.record(0)
    close.clock.at = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
    service.prepare(db, PAYER, MARCH, by=close.four.preparer, clock=close.clock)
    block(close, lines[0])
    clear_holds(db, MARCH, by=close.four.preparer, clock=close.clock)
    return close


def block(close: Close, line: int) -> None:
    finding = CheckFinding(
        natural_key="test/1", month=MARCH, code="complained", severity="block", state="open", subject="line/1", params={}, evidence=[],
        digest="d", street_code=STREET, first_found_at=close.clock.at, last_found_at=close.clock.at,
    )  # fmt: skip
    close.db.add(finding)
    close.db.flush()
    close.db.add(CheckFindingLine(finding_id=finding.id, book_line_id=line))
    close.db.flush()


def sign_and_approve(close: Close, month: str, payer: Who = PAYER) -> None:
    db, four = close.db, close.four
    service.sign(db, payer, month, tuple(month_now(db, payer, month).parts), by=four.checker, clock=close.clock)
    service.approve(db, payer, month, by=four.approver, clock=close.clock)


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_corrections_put_forward_stand_in_the_file(db: Session, tmp_path: Path) -> None:
    close = prepared(db)
    _entry, data = made(db, tmp_path, close.clock, wish(month=MARCH))
    rows = table(data)
    assert sorted(row["补贴（元）"] for row in rows if row["调整事由"]) == ["-3.00", "-5.00"]
    assert {row["原属月份"] for row in rows if row["调整事由"]} == {FEBRUARY}
    assert all(row["姓名（掩码）"] == "王*兰" and row["街道"] for row in rows)


def test_what_a_check_blocks_is_in_no_file_and_the_others_move_up(db: Session, tmp_path: Path) -> None:
    close = prepared(db)
    _entry, data = made(db, tmp_path, close.clock, wish(month=MARCH))
    rows = table(data)
    assert {row["餐次"] for row in rows if not row["调整事由"]} == {"晚餐"}
    assert [int(row["序号"]) for row in rows] == list(range(1, len(rows) + 1))


def test_the_rows_of_every_file_are_those_of_the_closed_month(db: Session, tmp_path: Path) -> None:
    close = prepared(db)
    before = {one: made(db, tmp_path, close.clock, wish(*one, month=MARCH)) for one in FILES}
    sign_and_approve(close, MARCH)
    for (what, form), (open_, first) in before.items():
        closed, second = made(db, tmp_path, close.clock, wish(what, form, month=MARCH))
        assert open_.file is not None
        assert closed.file is not None
        assert open_.file.rows_sha256 == closed.file.rows_sha256, (what, form)
        assert open_.file.rows == closed.file.rows > 0, (what, form)
        assert said(first, form) == said(second, form), (what, form)


def said(data: bytes, form: Format) -> object:
    """What a file says apart from its number and the state of its month."""
    match form:
        case Format.CSV:
            return data
        case Format.XLSX:
            lines = openpyxl.load_workbook(io.BytesIO(data))
            sheets = ["明细", "汇总"] if "汇总" in lines.sheetnames else ["明细"]
            return [list(lines[name].iter_rows(min_row=3, values_only=True)) for name in sheets]
        case Format.PDF:
            text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).replace("\n", "")
            text = re.sub(r"EX-\d+-\d+|[0-9a-f]{64}", "", text)
            return re.sub(r"（(未结|已结)[^）]*）|状态 (未结|已结)|本月尚未结账[^。]*。", "", text)


def test_its_file_has_the_digest_that_the_month_is_closed_with(db: Session, tmp_path: Path) -> None:
    close = prepared(db)
    _entry, data = made(db, tmp_path, close.clock, wish(month=MARCH))
    sign_and_approve(close, MARCH)
    period = queries.period(db, PAYER, MARCH)
    assert period is not None
    assert hashlib.sha256(data).hexdigest() == period.csv_sha256


def test_a_street_and_a_vendor_see_their_own_corrections_only(db: Session, tmp_path: Path) -> None:
    close = prepared(db)
    for wanted, rows in (
        ({"street": STREET}, 4),
        ({"street": "110101001"}, 0),
        ({"vendor": "V01"}, 4),
        ({"vendor": "V99"}, 0),
    ):
        entry, _data = made(db, tmp_path, close.clock, wish(month=MARCH, **wanted))
        assert entry.file is not None
        assert entry.file.rows == rows, wanted


def test_who_stands_on_a_correction_alone_is_named_in_a_file_in_full(db: Session, tmp_path: Path) -> None:
    close = prepared(db)
    entry, data = made(db, tmp_path, close.clock, wish(month=MARCH, masked=False, reason="审计抽查"))
    assert {row["姓名"] for row in table(data)} == {"王玉兰"}
    assert entry.file is not None


def test_once_it_is_sent_back_nothing_is_put_forward(db: Session, tmp_path: Path) -> None:
    close = prepared(db)
    service.send_back(
        db, PAYER, MARCH, acting=Step.CHECK, to=Step.PREPARE, reason="再核", by=close.four.checker, clock=close.clock
    )
    entry, data = made(db, tmp_path, close.clock, wish(month=MARCH))
    assert not any(row["调整事由"] for row in table(data))
    assert entry.file is not None


@pytest.mark.parametrize("every", ["week", "month", "quarter", "year"])
def test_a_cap_that_is_longer_than_a_day_counts_the_corrections_put_forward(db: Session, every: str) -> None:
    """Two meals of March come late and use up what April, or March alone, has left."""
    payer = Payer(
        rules=book(rule("long", "resident", "meal", '{fixed: "3.00"}', f"caps: [{{count: 2, every: {every}}}]"))
    )
    week = Week(db)
    close = week.close
    close_month(db, payer, MARCH, close.four, clock=close.clock)
    for line in range(4):
        week.record(line, Outcome.HANDED_OVER)
    service.prepare(db, payer, APRIL, by=close.four.preparer, clock=close.clock)
    clear_holds(db, APRIL, by=close.four.preparer, clock=close.clock)
    refresh(db, read(db, payer, APRIL), by=close.four.preparer, clock=close.clock)
    before = rows_sha256(close)
    sign_and_approve(close, APRIL, payer)
    assert rows_sha256(close) == before
    own = {"week": 0, "month": 2, "quarter": 2, "year": 0}[every]
    assert before[0] == own + 2


def rows_sha256(close: Close) -> tuple[int, str]:
    export = ExportRecord(
        id=ExportId(1), number="EX-2026-000001", wanted=wish(month=APRIL), streets=None, scope_vendor=None, account_id=None, by_name="测",
        role="system", asked_at=close.clock.now(), job_id=None,
    )  # fmt: skip
    with speaking("zh"):
        content = content_of(close.db, export, lines_of(close.db, export), clock=close.clock)
        file = CsvRows(None, content.layout)
        for batch in content.batches:
            file.write_batch(batch)
    return content.expected, file.rows_sha256
