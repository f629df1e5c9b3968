"""Corrections of closed months in the files of the month that settles them: rows of their own, with their sign."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
from sqlalchemy.orm import Session

from mealroute.delivery.records import Outcome
from mealroute.exporting.recheck import recheck
from mealroute.exporting.records import Format, What
from mealroute.settlement.simulate import close_month
from mealroute.subsidy import queries
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
