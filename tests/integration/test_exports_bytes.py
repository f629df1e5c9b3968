"""The bytes of a settlement: what the fast way writes is what a slow and plain one writes, on both databases."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from mealroute.core.clock import FixedClock
from mealroute.core.rowfiles import BATCH, CsvRows
from mealroute.exporting.contents import content_of
from mealroute.exporting.reach import lines_of
from mealroute.exporting.records import ExportId, ExportRecord, Format, What
from mealroute.exporting.writing import Written, write_csv
from mealroute.subsidy.models import ClaimBasis, ClaimLine, Period
from tests.integration.exports_world import wish
from tests.line_bases import taken_apart

LINES = BATCH + 37
PINNED = "084d04fd61b401b364fed0f84b1230dfc373871af31d5318ab38590a1268d992"
"""Digest of the rows below as the program has always written them. It changes only with a reason in CHANGELOG.md."""
CLOCK = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
SHANGHAI = ZoneInfo("Asia/Shanghai")
ODD_NAMES = ("王*兰", '=HYPERLINK("x")', "李,*", "  -1+1", "1234567890123456")


def line(number: int) -> dict[str, Any]:
    """Lines of every kind: with and without a meal, an odd name, a share of others, a moment of its own."""
    resident, site = number % 2 == 0, number % 97 == 5
    shares = (
        {"city": 250, "district": 250}
        if resident
        else {"city": 100, "district": 120, "street": 50, "village": 20, "charity": 10}
    )
    day = date(2026, 2, 2) + timedelta(days=number * 20 // LINES)
    return {
        "period_id": 1, "line_no": number + 1, "natural_key": f"{'a,b' if number == 11 else 'bj-meal'}/R{number % 40:04d}/{number}",
        "rule_id": "bj-meal-resident" if resident else "bj-meal-operator", "rule_version": 1, "document_no": "京民养老发〔2022〕69号",
        "beneficiary": "resident" if resident else "operator", "unit": "month" if site else "person-day", "payee": "V001", "amount_fen": sum(shares.values()),
        "shares": shares, "order_id": None if site else 1000 + number, "book_line_id": None if site else 2000 + number,
        "proof_id": None if site else 3000 + number, "resident_id": None if site else 1, "resident_code": "" if site else f"R{number % 40:04d}",
        "day": day, "slot": "" if site else "lunch", "street_code": f"1101010{number % 17 + 1:02d}", "vendor_code": f"V{number % 9:03d}",
        "unit_price_fen": 1600 + number % 7 * 55, "resident_paid_fen": number % 3 * 505, "copay_fen": 1100 + number % 7, "outcome": "" if site else "handed-over",
        "category": "" if site else "advanced-age-alone", "age": None if site else 80 + number % 20, "ability_level": number % 4, "run_id": None,
        "route_no": None if number % 5 == 0 else number % 40 + 1, "driver_code": f"D{number % 7}", "station_code": "", "delivery": "home",
        "confirmation": "seen", "confirmed_at": None if site else datetime(day.year, day.month, day.day, 15 + number % 3, number % 60, number % 59, tzinfo=UTC), "source": "phone",
        "basis": {"street": f"第{number % 17}街道", "vendor": "甲" if number % 2 else "乙 & 丙", **({} if site else {
            "name": ODD_NAMES[number % 5], "id_number": f"110***********{number:04d}", "channel": "phone", "pay_means": "card",
            "stop_no": number % 20, "planned_s": 39_600 + number,
        })},
    }  # fmt: skip


@pytest.fixture
def month(db: Session) -> Session:
    """A month of such lines; what they point to is left out, as no file reads it."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("set session_replication_role = replica"))
    else:
        db.execute(text("drop trigger claim_line_agrees_insert"))
    db.execute(
        insert(Period).values(
            id=1, payer="dongcheng", month="2026-02", state="open", totals={"figures": {}, "service_days": 20}
        )
    )
    lines, bases = taken_apart(line(number) for number in range(LINES))
    db.execute(insert(ClaimBasis), bases)
    db.execute(insert(ClaimLine), lines)
    return db


def written(db: Session, path: Path, what: What, **more: Any) -> Written:
    export = asked(what, Format.CSV, **more)
    return write_csv(path, content_of(db, export, lines_of(db, export), clock=CLOCK), lambda _rows: None)


def asked(what: What, form: Format, **more: Any) -> ExportRecord:
    return ExportRecord(
        id=ExportId(1), number="EX-2026-000001", wanted=wish(what, form, **more), streets=None, scope_vendor=None, account_id=None, by_name="测",
        role="system", asked_at=CLOCK.now(), job_id=None,
    )  # fmt: skip


def safe(cell: str) -> str:
    return f"'{cell}" if cell.lstrip()[:1] in {"=", "-"} or cell == "1234567890123456" else cell


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def plainly(one: dict[str, Any]) -> list[object]:
    """A row of the settlement without the program's code."""
    shares, basis, own = one["shares"], one["basis"], one["beneficiary"] == "resident"
    route, at = one["route_no"], one["confirmed_at"]
    price, copay, amount = one["unit_price_fen"], one["copay_fen"], one["amount_fen"]
    return [
        one["line_no"], one["day"].isoformat(), {"lunch": "午餐"}.get(one["slot"], ""), one["street_code"], basis["street"], one["vendor_code"],
        basis["vendor"], one["resident_code"], safe(basis.get("name", "")), basis.get("id_number", ""), one["rule_id"], 1, one["document_no"],
        "老人（就餐补贴）" if own else "运营主体（运营补贴）", yuan(price), yuan(copay) if own else "", yuan(one["resident_paid_fen"]), yuan(amount),
        yuan(shares["city"]), yuan(shares["district"]), price, copay if own else "", amount, shares["city"], shares["district"],
        one["order_id"] or "", one["book_line_id"] or "", one["proof_id"] or "", {"handed-over": "本人签收"}.get(one["outcome"], ""),
        one["natural_key"], {"month": "每月", "person-day": "每人每天"}[one["unit"]], one["payee"], shares.get("street", 0), shares.get("village", 0),
        shares.get("charity", 0), "高龄独居" if one["category"] else "",
        "" if route is None else f"{(route - 1) % 18 + 1}{['', 'A', 'B'][(route - 1) // 18]}", one["driver_code"], "", "当面见到",
        at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else "", "", "",
    ]  # fmt: skip


def test_the_fast_way_writes_what_a_plain_one_writes(month: Session, tmp_path: Path) -> None:
    made = written(month, tmp_path / "a.csv", What.SETTLEMENT)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(plainly(line(number)) for number in range(LINES))
    found = (tmp_path / "a.csv").read_bytes().split(b"\n", 1)[1].replace(b"\r", b"")
    assert found.decode().splitlines() == out.getvalue().splitlines()
    assert made.rows_sha256 == hashlib.sha256(out.getvalue().encode()).hexdigest() == PINNED


def test_a_street_that_is_asked_for_gives_its_lines_alone(month: Session, tmp_path: Path) -> None:
    made = written(month, tmp_path / "a.csv", What.DETAIL, street="110101003")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert len(rows) == made.rows == sum(line(number)["street_code"] == "110101003" for number in range(LINES))
    assert {row["街道"] for row in rows} == {"第2街道"}
    assert rows[0]["计划送达"] == "11:00"
    assert rows[0]["订餐渠道"] == "电话"


def test_a_workbook_has_the_rows_of_the_text_whatever_characters_stand_in_them(month: Session, tmp_path: Path) -> None:
    first = month.get(ClaimBasis, (1, 1))
    assert first is not None
    first.basis = {**first.basis, "street": "第\x1f一\x1f\x1f街道", "name": None, "pay_means": None}
    month.flush()
    digests = {}
    for what in (What.SETTLEMENT, What.DETAIL, What.PLATFORM):
        for form in (Format.CSV, Format.XLSX):
            content = content_of(month, asked(what, form), lines_of(month, asked(what, form)), clock=CLOCK)
            rows = CsvRows(None, content.layout)
            for batch in content.batches:
                rows.write_batch(batch)
            digests[what, form] = rows.rows_sha256
    assert all(digests[what, Format.CSV] == digests[what, Format.XLSX] for what, _form in digests)
    written(month, tmp_path / "a.csv", What.SETTLEMENT)
    assert "第 一 街道" in (tmp_path / "a.csv").read_bytes().decode("utf-8-sig").splitlines()[1]
