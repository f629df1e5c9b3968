"""Agreements, figures and applications of stations come in as sheets and settle with the month of their date."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from mealroute.adapters import sheets
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.residents.models import StateChange
from mealroute.subsidy import computing, queries, site_intake
from mealroute.subsidy.site_queries import periodic_facts, signed_persons
from mealroute.vendors.models import Station
from tests.integration.settlement_world import STREET, make_world
from tests.unit.subsidy.books import book, rule

CLOCK = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
FIRST, LAST = date(2026, 2, 1), date(2026, 2, 28)
RULES = book(
    rule("signed", "site", "month", '{each: "180.00", by: signed-persons}'),
    rule("star", "site", "month", '{cases: [{when: {counts: {star: {from: 3}}}, fixed: "3000.00"}]}'),
    rule("build", "site", "one-off", "{tiers: [{from: 20, amount: 20000}], by: capacity}", "when: {tags: [build]}"),
)


def sheet(*rows: tuple[str, ...]) -> tuple[sheets.Sheet, ...]:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return sheets.read_bytes(out.getvalue().encode(), "sheet.csv")


@pytest.fixture
def people(db: Session) -> list[int]:
    world = make_world(db)
    db.add(Station(code="S1", name="九道湾驿站", street_code=STREET, operator_vendor_code="V01"))
    db.flush()
    return [world.resident() for _n in range(3)]


def agree(db: Session) -> object:
    head = ("驿站编码", "老人编号", "签约日期", "终止日期", "协议编号")
    rows = [
        ("S1", "R0001", "2026-01-05", "", "X1"),
        ("S1", "R0002", "2026-01-05", "2026-02-10", "X2"),
        ("S1", "R0003", "2026-02-20", "", "X3"),
    ]
    return site_intake.import_agreements(db, sheet(head, *rows), by=SYSTEM, clock=CLOCK)


def lines(db: Session) -> dict[str, int]:
    rows = queries.month_rows(db, "2026-02")
    rows.periodic = periodic_facts(db, FIRST, LAST, RULES)
    return {line.natural_key: line.amount_fen for line in computing.compute("2026-02", rows, RULES).lines}


def test_who_is_signed_on_a_day_follows_from_the_agreements_and_a_death_ends_one(
    db: Session, people: list[int]
) -> None:
    agree(db)
    assert signed_persons(db, date(2026, 1, 31)) == {"S1": frozenset(people[:2])}
    assert signed_persons(db, LAST) == {"S1": frozenset({people[0], people[2]})}
    db.add(
        StateChange(
            resident_id=people[0], state="deceased", since=date(2026, 2, 3), reason="", by_name="x", at=CLOCK.now()
        )
    )
    db.flush()
    assert signed_persons(db, LAST) == {"S1": frozenset({people[2]})}


def test_a_sheet_again_changes_nothing_and_bad_rows_stand_aside(db: Session, people: list[int]) -> None:
    agree(db)
    again = agree(db)
    assert (again.added, again.unchanged) == (0, 4)  # type: ignore[attr-defined]
    head = ("驿站编码", "老人编号", "签约日期", "终止日期")
    bad = sheet(
        head,
        ("S9", "R0001", "2026-01-05", ""),
        ("S1", "R9999", "2026-01-05", ""),
        ("S1", "R0001", "2026-01-05", "2025-01-01"),
    )
    result = site_intake.import_agreements(db, bad, by=SYSTEM, clock=CLOCK)
    assert [problem.code for problem in result.problems] == ["station-unknown", "resident-unknown", "dates-reversed"]


def test_the_months_lines_follow_from_the_records_of_its_dates(db: Session, people: list[int]) -> None:
    agree(db)
    stars = sheet(
        ("驿站编码", "指标", "数值", "生效日", "文号"),
        ("S1", "星级", "2", "2025-01-01", "评1"),
        ("S1", "星级", "3", "2026-02-15", "评2"),
    )
    site_intake.import_site_figures(db, stars, by=SYSTEM, clock=CLOCK)
    head = ("申请编号", "驿站编码", "申请日期", "申请事项", "日供餐能力", "文号")
    grant = sheet(
        head, ("A-1", "S1", "2026-02-09", "建设", "25", "批1号"), ("A-2", "S1", "2026-01-09", "建设", "25", "批0号")
    )
    site_intake.import_applications(db, grant, by=SYSTEM, clock=CLOCK)
    assert lines(db) == {"signed/S1/2026-02": 36_000, "star/S1/2026-02": 300_000, "build/S1": 2_000_000}


def test_where_no_rule_pays_by_months_nothing_is_read(db: Session, people: list[int]) -> None:
    assert periodic_facts(db, FIRST, LAST, book(rule("meal", "resident", "meal", '{fixed: "3.00"}'))) is None
    assert periodic_facts(db, FIRST, date(2026, 2, 27), RULES) is None
