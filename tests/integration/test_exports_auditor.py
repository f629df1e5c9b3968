"""An auditor who recomputes from the files alone agrees to the fen; one changed cell is found, and the page's check names its row."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.orm import Session

from mealroute.exporting import checking
from mealroute.exporting.records import Compared, Differs, Format, Verdict, What
from mealroute.settlement import queries
from mealroute.subsidy import queries as money
from tests.integration.auditor import Books, recompute
from tests.integration.close_world import FEBRUARY, MARCH, PAYER, Close
from tests.integration.exports_world import AUDITOR, made, wish
from tests.integration.test_exports_corrections import settled


def books(close: Close, folder: Path, month: str) -> tuple[Books, bytes, str]:
    """The auditor's books of a month, the settlement's bytes, and the digest that the register states."""
    files = []
    for what in (What.SETTLEMENT, What.DETAIL):
        entry, data = made(close.db, folder, close.clock, wish(what, month=month))
        path = folder / f"{what}-{month}.csv"
        path.write_bytes(data)
        files.append((path, data, entry.file.rows_sha256 if entry.file else ""))
    return recompute(files[0][0], files[1][0], files[0][2]), files[0][1], files[0][2]


@pytest.mark.parametrize("month", [FEBRUARY, MARCH])
def test_recomputed_from_the_files_alone_the_month_agrees_to_the_fen_and_the_digest(
    db: Session, tmp_path: Path, month: str
) -> None:
    close = settled(db)
    found, _data, stated = books(close, tmp_path, month)
    period = money.period(db, PAYER, month)
    assert period is not None
    due = queries.due_by_payee(db, period.id)
    assert (found.faults, found.digest) == ([], stated)
    assert dict(found.by_payee) == {payee: sum(funds.values()) for payee, funds in due.items()}
    assert found.by_payer["市级"] == sum(funds.get("city", 0) for funds in due.values())
    assert found.by_payer["区级"] == sum(funds.get("district", 0) for funds in due.values())
    assert found.corrections == (2 if month == MARCH else 0)


def test_one_changed_cell_is_found_by_the_auditor_and_named_by_the_check(db: Session, tmp_path: Path) -> None:
    close = settled(db)
    _found, data, stated = books(close, tmp_path, FEBRUARY)
    lines = data.split(b"\r\n")
    assert b",5.00," in lines[3] or b",3.00," in lines[3]
    lines[3] = lines[3].replace(b",3.00,", b",9.00,").replace(b",5.00,", b",9.00,")
    altered = tmp_path / "altered.csv"
    altered.write_bytes(b"\r\n".join(lines))
    faults = recompute(altered, tmp_path / f"detail-{FEBRUARY}.csv", stated).faults
    assert any(fault.startswith("row 4:") for fault in faults)
    assert any("digest" in fault for fault in faults)
    told = check(close, altered.read_bytes(), "结算.csv")
    assert {(one.kind, one.row, one.column, one.found) for one in told.differences} == {
        (Differs.CHANGED, 4, "补贴（元）", "9.00")
    }


def test_rows_added_missing_or_moved_are_named_too(db: Session, tmp_path: Path) -> None:
    close = settled(db)
    _found, data, _stated = books(close, tmp_path, FEBRUARY)
    lines = data.split(b"\r\n")[:-1]
    count = len(lines)
    missing = check(close, b"\r\n".join([*lines[:2], *lines[3:], b""]))
    assert [(one.kind, one.row) for one in missing.differences] == [(Differs.MISSING, 3)]
    added = check(close, b"\r\n".join([*lines, lines[1].replace(b"1,", b"99,", 1), b""]))
    assert [(one.kind, one.row) for one in added.differences] == [(Differs.ADDED, count + 1)]
    moved = check(close, b"\r\n".join([lines[0], lines[2], lines[1], *lines[3:], b""]))
    assert [(one.kind, one.row) for one in moved.differences] == [(Differs.MOVED, 2)]


def test_a_workbook_says_by_its_own_number_what_it_was(db: Session, tmp_path: Path) -> None:
    close = settled(db)
    entry, data = made(db, tmp_path, close.clock, wish(month=MARCH, form=Format.XLSX))
    book = openpyxl.load_workbook(io.BytesIO(data))
    heading = [cell.value for cell in next(book["明细"].iter_rows())]
    book["明细"].cell(2, heading.index("区级（元）") + 1).value = -7.5
    out = io.BytesIO()
    book.save(out)
    told = check(close, out.getvalue(), "renamed.xlsx")
    assert told.entry.export.number == entry.export.number
    assert [(one.row, one.column, one.found) for one in told.differences] == [(2, "区级（元）", "-7.50")]


def check(close: Close, data: bytes, name: str = "x.csv") -> Compared:
    found = checking.check_file(close.db, data, name, by=AUDITOR, clock=close.clock)
    assert found.verdict is Verdict.OTHER_ROWS
    assert found.compared is not None
    return found.compared
