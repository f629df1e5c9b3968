"""Corrections of closed months in the files of the month that settles them: rows of their own, with their sign."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pypdf
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.delivery.records import Outcome
from mealroute.exporting.recheck import recheck
from mealroute.exporting.records import Format, What
from mealroute.settlement.models import AdjustmentLine
from mealroute.settlement.simulate import close_month
from mealroute.subsidy import queries
from mealroute.subsidy.models import ClaimLine, Period
from tests.integration.close_world import FEBRUARY, MARCH, PAYER, Close, make_close
from tests.integration.exports_world import made, wish


def settled(db: Session) -> Close:
    """February closed with four doors, one of them corrected in March, March closed."""
    close = make_close(db)
    close.doors()
    close_month(db, PAYER, FEBRUARY, close.four, clock=close.clock)
    close.clock.at = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
    close.record(0, Outcome.REFUSED)
    close.clock.at = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
    close_month(db, PAYER, MARCH, close.four, clock=close.clock)
    return close


def test_the_file_holds_them_as_signed_rows_with_month_and_reason_and_is_what_was_closed(
    db: Session, tmp_path: Path
) -> None:
    close = settled(db)
    entry, data = made(db, tmp_path, close.clock, wish(month=MARCH))
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    corrections = [row for row in rows if row["调整事由"]]
    assert sorted(row["补贴（元）"] for row in corrections) == ["-3.00", "-5.00"]
    assert {row["原属月份"] for row in corrections} == {FEBRUARY}
    assert all(int(row["市级（分）"]) + int(row["区级（分）"]) == int(row["补贴（分）"]) for row in rows)
    assert [int(row["序号"]) for row in rows] == list(range(1, len(rows) + 1))
    period = queries.period(db, PAYER, MARCH)
    assert period is not None
    assert hashlib.sha256(data).hexdigest() == period.csv_sha256
    assert entry.file is not None
    assert entry.file.rows == len(rows)


def test_sums_and_separate_code_count_them(db: Session, tmp_path: Path) -> None:
    close = settled(db)
    _entry, data = made(db, tmp_path, close.clock, wish(month=MARCH, form=Format.XLSX))
    path = tmp_path / "march.xlsx"
    path.write_bytes(data)
    found = recheck(path)
    book = openpyxl.load_workbook(path)
    total = next(row for row in book["汇总"].iter_rows(values_only=True) if row[0] == "合计")
    heading = [cell.value for cell in next(book["明细"].iter_rows())]
    amounts = [row[heading.index("补贴（元）")].value for row in book["明细"].iter_rows(min_row=2)]
    assert {amount for amount in amounts if isinstance(amount, int | float) and amount < 0} == {-5, -3}
    assert (found.faults, found.adjustments) == ((), 2)
    assert round(float(str(total[2])) * 100) == found.amount_fen
    _entry, notice = made(db, tmp_path, close.clock, wish(What.NOTICE, month=MARCH))
    public = list(csv.DictReader(io.StringIO(notice.decode("utf-8-sig"), newline="")))
    assert sum(round(float(row["补贴（元）"]) * 100) for row in public) == found.amount_fen


def test_detail_and_platform_hold_the_same_signed_lines_as_the_settlement(db: Session, tmp_path: Path) -> None:
    close = settled(db)
    files = {}
    for what in (What.SETTLEMENT, What.DETAIL, What.PLATFORM):
        _entry, data = made(db, tmp_path, close.clock, wish(what, month=MARCH))
        files[what] = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    lines = select(ClaimLine.amount_fen).join(Period, Period.id == ClaimLine.period_id).where(Period.month == MARCH)
    claimed = sum(db.scalars(lines)) + sum(db.scalars(select(AdjustmentLine.amount_fen)))
    assert {
        what: sum(fen(row.get("补贴（元）") or row["补贴金额"]) for row in rows) for what, rows in files.items()
    } == dict.fromkeys(files, claimed)
    signed = [row for row in files[What.PLATFORM] if row["更正事由"]]
    assert sorted(row["补贴金额"] for row in signed) == ["-3.00", "-5.00"]
    assert {(row["更正的原月份"], row["月份"]) for row in signed} == {(FEBRUARY, FEBRUARY)}
    assert all(fen(row["市级资金"]) + fen(row["区级资金"]) == fen(row["补贴金额"]) for row in files[What.PLATFORM])
    keys = [(row["补贴键"], row["补贴（元）"], row["调整事由"]) for row in files[What.SETTLEMENT]]
    assert [(row["补贴键"], row["补贴（元）"], row["调整事由"]) for row in files[What.DETAIL]] == keys


def test_every_form_counts_the_months_own_heads_and_all_of_the_money(db: Session, tmp_path: Path) -> None:
    close = settled(db)
    _entry, data = made(db, tmp_path, close.clock, wish(What.VENDOR_DAYS, month=MARCH))
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert sum(fen(row["补贴（元）"]) for row in rows if row["餐日"].startswith(FEBRUARY)) == -800
    assert sum(int(row["人次"]) for row in rows if row["餐日"].startswith(FEBRUARY)) == 0
    _entry, pdf = made(db, tmp_path, close.clock, wish(What.NOTICE, Format.PDF, month=MARCH))
    public = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert "其中更正以前月份：2 笔，-8.00 元" in public.replace("\n", "")
    _entry, pdf = made(db, tmp_path, close.clock, wish(What.VENDOR_DAYS, Format.PDF, month=MARCH))
    assert "-8.00" in "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def fen(yuan: str) -> int:
    return round(float(yuan) * 100)
