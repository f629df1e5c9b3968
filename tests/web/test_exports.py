"""The pages of exports: ask, fetch by a link that ends, the register, a file held against it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import engine, unit_of_work
from mealroute.exporting.records import Policy
from tests.web.conftest import Bell

SignIn = Callable[..., FlaskClient]
MONTH = "/exports/2026-03"


def ask(client: FlaskClient, file: str = "settlement.csv", **more: str) -> str:
    """Sends the form; gives the address of the export's page."""
    answer = client.post(more.pop("to", MONTH), data={"form": "a", "purpose": "核对", "file": file} | more)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def fetch(client: FlaskClient, page: str, part: str = "file") -> bytes:
    answer = client.post(f"{page}/link", data={"part": part})
    assert answer.status_code == 303, answer.text
    file = client.get(answer.headers["Location"])
    assert file.status_code == 200
    return bytes(file.data)


def test_finance_takes_a_file_in_two_steps_and_sees_it_in_the_register(signed_in: SignIn) -> None:
    finance = signed_in(Role.FINANCE)
    page = ask(finance)
    assert "EX-2026-000001" in finance.get(page).text
    assert fetch(finance, page).startswith(b"\xef\xbb\xbf")
    assert "EX-2026-000001" in finance.get("/exports/register?text=EX-2026-000001").text
    assert "EX-2026-000001" in finance.get(MONTH).text
    assert "没有这样的导出" in finance.get("/exports/register?text=nobody").text


def test_nobodys_record_waits_while_an_open_month_is_read_for_a_file(signed_in: SignIn) -> None:
    """SQLite has one writer at a time: the books are read before it is asked for."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    finance = signed_in(Role.FINANCE)
    event.listen(engine(), "before_cursor_execute", note)
    try:
        ask(finance)
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    begins = [number for number, one in enumerate(said) if one.startswith("BEGIN")]
    reading = [number for number, one in enumerate(said) if "FROM book_line JOIN order_book" in one]
    assert reading
    assert {said[max(begin for begin in begins if begin < number)] for number in reading} == {"BEGIN DEFERRED"}


@pytest.mark.parametrize(
    "file", ["settlement.xlsx", "settlement.pdf", "detail.csv", "detail.xlsx", "vendor-days.pdf", "notice.pdf", "platform.csv"]
)  # fmt: skip
def test_every_kind_can_be_had_for_an_empty_month_too(signed_in: SignIn, file: str) -> None:
    finance = signed_in(Role.FINANCE)
    data = fetch(finance, ask(finance, file))
    assert data.startswith({"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "pdf": b"%PDF"}[file.split(".")[1]])


def test_a_csv_comes_with_its_note(signed_in: SignIn) -> None:
    finance = signed_in(Role.FINANCE)
    page = ask(finance)
    with zipfile.ZipFile(io.BytesIO(fetch(finance, page, "zip"))) as archive:
        assert archive.namelist() == [
            "EX-2026-000001-settlement-2026-03.csv",
            "EX-2026-000001-settlement-2026-03.csv.txt",
        ]
        note = archive.read(archive.namelist()[1]).decode("utf-8-sig")
    assert "导出号：EX-2026-000001" in note
    assert "用途：核对" in note
    assert note == fetch(finance, page, "note").decode("utf-8-sig")


def test_a_link_ends_and_is_one_persons(signed_in: SignIn, now: FixedClock) -> None:
    finance, auditor = signed_in(Role.FINANCE), signed_in(Role.AUDITOR)
    page = ask(finance)
    link = str(finance.post(f"{page}/link", data={"part": "file"}).headers["Location"])
    assert auditor.get(link).status_code == 404
    assert finance.get(link[:-3] + "abc").status_code == 404
    assert finance.get(link).status_code == 200
    now.at += timedelta(minutes=16)
    assert finance.get(link).status_code == 404


def test_a_purpose_is_asked_for(signed_in: SignIn) -> None:
    assert (
        signed_in(Role.FINANCE).post(MONTH, data={"form": "a", "purpose": " ", "file": "settlement.csv"}).status_code
        == 422
    )
    assert signed_in(Role.FINANCE).post(MONTH, data={"purpose": "核对", "file": "payroll.doc"}).status_code == 422


def test_names_in_full_are_for_few_and_with_a_reason(signed_in: SignIn) -> None:
    form = {"form": "a", "purpose": "核对", "file": "settlement.csv", "reason": "抽查"}
    checker, finance = signed_in(Role.STREET_CHECKER), signed_in(Role.FINANCE)
    assert checker.post(f"{MONTH}/unmasked", data=form).status_code == 403
    assert "unmasked" not in checker.get(MONTH).text
    assert finance.post(f"{MONTH}/unmasked", data=form | {"reason": ""}).status_code == 422
    page = ask(finance, to=f"{MONTH}/unmasked", reason="抽查")
    assert "抽查" in finance.get(page).text
    assert "身份证号".encode() in fetch(finance, page)
    assert signed_in(Role.AUDITOR).post(f"{page}/link").status_code == 403


def test_others_exports_are_not_found(signed_in: SignIn) -> None:
    page = ask(signed_in(Role.FINANCE))
    checker = signed_in(Role.STREET_CHECKER)
    assert checker.get(page).status_code == 404
    assert checker.post(f"{page}/link").status_code == 404
    assert "EX-2026-000001" not in checker.get("/exports/register").text


def test_the_auditor_holds_a_file_against_the_register(signed_in: SignIn) -> None:
    finance, auditor = signed_in(Role.FINANCE), signed_in(Role.AUDITOR)
    page = ask(finance)
    data = fetch(finance, page)
    told = auditor.post("/exports/check", data={"file": (io.BytesIO(data), "x.csv")}).text
    assert "就是这个文件" in told
    assert "EX-2026-000001" in told
    digest = re.findall(r"[0-9a-f]{64}", auditor.get(page).text)[0]
    assert "EX-2026-000001" in auditor.post("/exports/check", data={"digest": digest}).text
    assert "没有这个文件" in auditor.post("/exports/check", data={"file": (io.BytesIO(data + b"x\r\n"), "x.csv")}).text
    assert auditor.post("/exports/check", data={"digest": "12"}).status_code == 422
    assert auditor.post("/exports/check", data={}).status_code == 422


def test_a_large_file_is_a_job_that_can_be_dropped(
    signed_in: SignIn, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Policy(keep_days=7, keep_days_unmasked=1, link_minutes=15, at_once_rows=-1)
    monkeypatch.setattr("mealroute.exporting.service.policy_on", lambda _day: small)
    finance = signed_in(Role.FINANCE)
    page = ask(finance, "settlement.xlsx")
    assert bell.rung == 1
    shown = finance.get(page).text
    assert "正在写文件" in shown
    assert finance.get(f"{page}/progress.json").get_json()["state"] == "queued"
    assert finance.post(f"{page}/link").status_code == 409
    assert finance.post(f"{page}/stop").status_code == 303
    assert finance.get(f"{page}/progress.json").get_json()["state"] == "cancelled"
    assert "手动停止" in finance.get(page).text or "停" in finance.get(page).text


def test_files_of_others_fetched_and_made_are_in_the_audit_trail(signed_in: SignIn) -> None:
    from mealroute.core import audit

    finance = signed_in(Role.FINANCE)
    fetch(finance, ask(finance))
    with unit_of_work(read_only=True) as db:
        found = [event.action for event in audit.events(db, subject="export/EX-2026-000001")]
    assert found == ["exports.fetched", "exports.made", "exports.asked"]
