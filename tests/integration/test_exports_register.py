"""The register of exports: numbers, reach, what is kept how long, a file that somebody brings back."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Forbidden, MealrouteError, NotFound
from mealroute.exporting import checking, queries, service
from mealroute.exporting.recheck import recheck
from mealroute.exporting.records import Format, Standing, Verdict, What
from tests.integration.exports_world import AUDITOR, OFFICER, STREET_MAN, made, rows_of, wish
from tests.integration.test_settlement_month import Month


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture
def month(db: Session, clock: FixedClock) -> Month:
    found = Month(db, clock)
    found.doors()
    return found


def test_everybody_exports_within_their_reach_only(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    entry, data = made(db, tmp_path, clock, wish(), STREET_MAN)
    assert entry.file is not None
    assert (entry.file.rows, len(rows_of(data))) == (0, 1)
    _entry, data = made(db, tmp_path, clock, wish(vendor="V99"))
    assert len(rows_of(data)) == 1
    kitchen = Actor(account_id=1, name="x", role=Role.KITCHEN, scope=Scope(kitchen="K01"))
    with pytest.raises(Forbidden, match="export-forbidden"):
        service.ask(db, wish(), by=kitchen, clock=clock)


def test_a_purpose_is_needed_and_a_month_must_be_there(db: Session, month: Month, clock: FixedClock) -> None:
    with pytest.raises(MealrouteError, match="reason-needed"):
        service.ask(db, wish(purpose=" "), by=OFFICER, clock=clock)
    with pytest.raises(MealrouteError, match="export-kind-unknown"):
        service.ask(db, wish(What.DETAIL, Format.PDF), by=OFFICER, clock=clock)
    assert queries.register(db, by=OFFICER, clock=clock) == ()


def test_the_same_form_sent_twice_is_one_export_and_numbers_have_no_gaps(
    db: Session, month: Month, clock: FixedClock
) -> None:
    once = wish()
    first = service.ask(db, once, by=OFFICER, clock=clock)
    assert service.ask(db, once, by=OFFICER, clock=clock).id == first.id
    assert service.ask(db, wish(), by=OFFICER, clock=clock).number == "EX-2026-000002"
    clock.at += timedelta(days=366)
    assert service.ask(db, wish(), by=OFFICER, clock=clock).number == "EX-2027-000001"


def test_a_returned_file_is_known_by_its_bytes_or_by_its_rows(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    entry, data = made(db, tmp_path, clock, wish())
    same = checking.check_file(db, data, "x.csv", by=AUDITOR, clock=clock)
    assert (same.verdict, [one.export.number for one in same.entries]) == (Verdict.SAME_FILE, [entry.export.number])
    anew = data.decode("utf-8-sig").replace("\r\n", "\n").encode("gb18030")
    assert checking.check_file(db, anew, "x.csv", by=AUDITOR, clock=clock).verdict is Verdict.SAME_ROWS
    altered = data.replace(b",5.00,", b",6.00,")
    assert altered != data
    found = checking.check_file(db, altered, f"{entry.export.number}-settlement.csv", by=AUDITOR, clock=clock)
    assert found.verdict is Verdict.OTHER_ROWS
    assert checking.check_file(db, b"a,b\n1,2\n", "x.csv", by=AUDITOR, clock=clock).verdict is Verdict.UNKNOWN
    assert (
        checking.check_digest(db, entry.file.rows_sha256 if entry.file else "", by=AUDITOR, clock=clock).verdict
        is Verdict.SAME_ROWS
    )
    assert [act.act for act in queries.acts(db, entry.export.id)] == [
        "asked",
        "made",
        "checked",
        "checked",
        "checked",
        "checked",
    ]


def test_a_workbook_saved_anew_by_another_program_still_has_its_rows(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    entry, data = made(db, tmp_path, clock, wish(form=Format.XLSX))
    out = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data)).save(out)
    found = checking.check_file(db, out.getvalue(), "结算.xlsx", by=AUDITOR, clock=clock)
    assert found.verdict is Verdict.SAME_ROWS
    assert [one.export.number for one in found.entries] == [entry.export.number]
    book = openpyxl.load_workbook(io.BytesIO(data))
    book["明细"]["R2"] = 99
    out = io.BytesIO()
    book.save(out)
    assert (
        checking.check_file(db, out.getvalue(), f"{entry.export.number}.xlsx", by=AUDITOR, clock=clock).verdict
        is Verdict.OTHER_ROWS
    )


def test_the_settlement_adds_up_by_code_that_did_not_write_it(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    for form in (Format.CSV, Format.XLSX):
        entry, data = made(db, tmp_path, clock, wish(form=form))
        path = tmp_path / f"settlement.{form}"
        path.write_bytes(data)
        found = recheck(path, digest=entry.file.rows_sha256 if entry.file and form is Format.CSV else "")
        assert (found.faults, found.lines, found.amount_fen) == ((), 4, 1400)
        assert found.by_payer == {"市级": 700, "区级": 700, "街道": 0, "村居": 0, "慈善": 0}
        assert found.by_street == {"北新桥街道": 1400}


def test_others_read_only_what_they_asked_for_themselves(db: Session, month: Month, clock: FixedClock) -> None:
    own = service.ask(db, wish(), by=STREET_MAN, clock=clock)
    other = service.ask(db, wish(), by=OFFICER, clock=clock)
    assert [one.export.id for one in queries.register(db, by=STREET_MAN, clock=clock)] == [own.id]
    assert [one.export.id for one in queries.register(db, by=AUDITOR, clock=clock)] == [other.id, own.id]
    assert [one.export.id for one in queries.register(db, by=AUDITOR, clock=clock, text="ex-2026-000001")] == [own.id]
    with pytest.raises(NotFound, match="export-not-found"):
        queries.entry(db, other.id, by=STREET_MAN, clock=clock)


def test_a_file_that_was_altered_on_the_server_is_not_handed_out(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    entry, _data = made(db, folder, clock, wish())
    (kept,) = folder.iterdir()
    kept.write_bytes(kept.read_bytes() + b"x\r\n")
    with pytest.raises(MealrouteError, match="export-altered"):
        service.fetched(db, entry.export.id, folder=folder, by=OFFICER, clock=clock)


def test_a_file_is_deleted_when_its_time_is_over_and_its_line_stays(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    entry, _data = made(db, folder, clock, wish())
    clock.at += timedelta(days=8)
    assert queries.entry(db, entry.export.id, by=OFFICER, clock=clock).standing is Standing.GONE
    with pytest.raises(NotFound, match="export-gone"):
        service.fetched(db, entry.export.id, folder=folder, by=OFFICER, clock=clock)
    assert service.delete_old(db, folder=folder, by=OFFICER, clock=clock) == 1
    assert service.delete_old(db, folder=folder, by=OFFICER, clock=clock) == 0
    assert list(folder.iterdir()) == []
    assert queries.register(db, by=OFFICER, clock=clock)[0].file == entry.file


def test_what_a_killed_process_left_is_deleted_once_nobody_writes_it(
    db: Session, month: Month, clock: FixedClock, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    entry, _data = made(db, folder, clock, wish())
    assert entry.file is not None
    half = folder / "EX-2026-000009-detail-2026-02-unmasked.xlsx.77.part"
    fresh = folder / "EX-2026-000010-detail-2026-02.csv.78.part"
    for path, age in ((half, 3700), (fresh, 60), (folder / entry.file.stored, 3700), (folder / "note.txt", 9999)):
        path.touch()
        os.utime(path, (clock.now().timestamp() - age,) * 2)
    assert service.delete_unfinished(db, folder=folder, clock=clock) == 1
    assert {path.name for path in folder.iterdir()} == {entry.file.stored, fresh.name, "note.txt"}
