"""An auditor who recomputes from the files alone agrees to the fen; one changed cell is found, and the page's check names its row."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.orm import Session

from mealroute.delivery.records import Outcome
from mealroute.exporting import checking
from mealroute.exporting.records import Compared, Differs, Format, Verdict, What
from mealroute.orders.models import BookLine, Payment
from mealroute.residents.models import Resident, StateChange
from mealroute.settlement import queries
from mealroute.settlement.simulate import close_month
from mealroute.subsidy import queries as money
from tests.integration.auditor import Books, recompute, rows_of, sums_of, workbook_digest
from tests.integration.close_world import FEBRUARY, MARCH, MONDAY, PAYER, TUESDAY, Close, make_close
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


def everything_late(db: Session) -> Close:
    """February closed; then a door turns out refused, a death is learnt late, money is given back; March, which settles that, closed."""
    close = make_close(db)
    close.doors()
    close_month(db, PAYER, FEBRUARY, close.four, clock=close.clock)
    close.clock.at = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
    close.record(0, Outcome.REFUSED)
    dead, line = close.world.residents[1], db.get(BookLine, close.lines[2])
    assert line is not None
    db.add(StateChange(resident_id=dead, state="deceased", since=date(2026, 2, 1), reason="", by_name="民政", at=close.clock.at))  # fmt: skip
    db.add(Payment(natural_key="back", order_id=line.order_id, kind="refund", amount_fen=1200, means="card", at=close.clock.at, by_name="测"))  # fmt: skip
    db.flush()
    close_month(db, PAYER, MARCH, close.four, clock=close.clock)
    return close


def test_all_that_came_late_is_in_each_file_of_the_next_month_and_each_file_comes_to_the_same(
    db: Session, tmp_path: Path
) -> None:
    close = everything_late(db)
    stands: Counter[str] = Counter()
    for month in (FEBRUARY, MARCH):
        found, _data, stated = books(close, tmp_path, month)
        paths = {What.SETTLEMENT: tmp_path / f"settlement-{month}.csv"}
        for what in (What.VENDOR_DAYS, What.NOTICE, What.PLATFORM):
            paths[what] = tmp_path / f"{what}-{month}.csv"
            paths[what].write_bytes(made(db, tmp_path, close.clock, wish(what, month=month))[1])
        assert (found.faults, sums_of(*paths.values())) == ([], [])
        book = tmp_path / f"{month}.xlsx"
        book.write_bytes(made(db, tmp_path, close.clock, wish(month=month, form=Format.XLSX))[1])
        rows = rows_of(paths[What.SETTLEMENT])
        assert workbook_digest(book, list(rows[0])) == stated
        stands.update({row["补贴键"]: 0 for row in rows})
        for row in rows:
            stands[row["补贴键"]] += int(row["补贴（分）"])
    codes = [db.get_one(Resident, one).code for one in close.world.residents]
    left = {key: fen for key, fen in stands.items() if fen}
    first, second = MONDAY.isoformat(), TUESDAY.isoformat()
    assert left == {
        f"bj-meal-operator/{codes[2]}/{first}": 300,
        f"bj-meal-operator/{codes[3]}/{first}": 300,
        f"bj-meal-operator/{codes[0]}/{second}": 300,
        f"bj-meal-resident/{codes[0]}/{second}": 500,
    }
    altered = paths[What.NOTICE]
    altered.write_text(altered.read_text("utf-8-sig").replace("-15.00", "-14.00"), "utf-8-sig")
    assert sums_of(*paths.values())


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
