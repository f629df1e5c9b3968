"""Volunteers' deliveries become hours once; what is corrected is taken back by a line; spending stops at nothing. On both databases."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.delivery import queries as doors
from mealroute.delivery import service as delivery
from mealroute.delivery.records import LoadedLine, Outcome, ProofInput, Source
from mealroute.timebank import queries, rulebook, service, service_record
from mealroute.timebank.models import TimeEntry
from mealroute.vendors.models import Driver
from tests.integration.paper_world import published
from tests.integration.planning_world import DAY

EVERYTHING = Scope.everything()


@pytest.fixture
def lines(db: Session, clock: FixedClock) -> list[LoadedLine]:
    """The doors of one run, whose driver is a volunteer."""
    published(db, clock)
    found = [line for line in doors.loaded_lines(db, scope=EVERYTHING, day=DAY, slot="lunch") if not line.station_code]
    code = found[0].driver_code
    driver = db.scalars(select(Driver).where(Driver.code == code)).one()
    driver.volunteer, driver.vendor_code = True, None
    db.flush()
    return [line for line in found if line.driver_code == code]


def record(db: Session, clock: FixedClock, lines: Iterable[LoadedLine], outcome: Outcome, mark: str = "a") -> None:
    entries = [
        ProofInput(client_id=f"time-bank-{mark}-{line.book_line_id}", run_id=line.run_id, book_line_id=line.book_line_id, outcome=outcome, source=Source.DESK, by_name="刘建国")
        for line in lines
    ]  # fmt: skip
    delivery.record_proofs(db, entries, by=SYSTEM, clock=clock)


def count(db: Session, clock: FixedClock) -> int:
    return service.count(db, DAY, DAY, by=SYSTEM, clock=clock)


def balance(db: Session, line: LoadedLine) -> int:
    return queries.account(db, line.driver_code or "", scope=EVERYTHING).balance


def test_a_delivery_counts_once_however_often_it_is_counted(
    db: Session, clock: FixedClock, lines: list[LoadedLine]
) -> None:
    record(db, clock, lines, Outcome.HANDED_OVER)
    assert count(db, clock) == len(lines)
    assert count(db, clock) == 0
    rule = rulebook.rule_on(DAY)
    stops = len({line.visit_id for line in lines})
    assert (
        balance(db, lines[0]) == stops * rule.minutes_per_stop + (len(lines) - stops) * rule.minutes_per_further_person
    )


def test_a_closed_door_counts_as_well_but_one_that_was_not_reached_does_not(db: Session, clock: FixedClock, lines: list[LoadedLine]) -> None:  # fmt: skip
    record(db, clock, lines[:1], Outcome.NO_ANSWER)
    record(db, clock, lines[1:2], Outcome.NOT_REACHED)
    count(db, clock)
    assert balance(db, lines[0]) == rulebook.rule_on(DAY).minutes_per_stop


def test_what_is_corrected_is_taken_back_by_a_line_and_may_come_again(db: Session, clock: FixedClock, lines: list[LoadedLine]) -> None:  # fmt: skip
    one = lines[:1]
    record(db, clock, one, Outcome.HANDED_OVER)
    count(db, clock)
    record(db, clock, one, Outcome.VOLUNTEER_ABSENT, "b")
    count(db, clock)
    assert balance(db, one[0]) == 0
    record(db, clock, one, Outcome.HANDED_OVER, "c")
    count(db, clock)
    assert [entry.kind for entry in queries.statement(db, driver_code=one[0].driver_code)] == [
        "credit",
        "reversal",
        "credit",
    ]


def test_nobody_spends_more_than_they_have_and_the_same_form_counts_once(db: Session, clock: FixedClock, lines: list[LoadedLine]) -> None:  # fmt: skip
    record(db, clock, lines[:1], Outcome.HANDED_OVER)
    count(db, clock)
    code, held = lines[0].driver_code or "", balance(db, lines[0])
    with pytest.raises(Conflict, match="balance-too-low"):
        service.spend(db, code, held + 1, reason="陪诊", request_id="r1", by=SYSTEM, clock=clock)
    assert service.spend(db, code, held, reason="陪诊", request_id="r2", by=SYSTEM, clock=clock)
    assert not service.spend(db, code, held, reason="陪诊", request_id="r2", by=SYSTEM, clock=clock)
    assert balance(db, lines[0]) == 0


def test_lines_by_hand_need_a_reason_and_an_account(db: Session, clock: FixedClock, lines: list[LoadedLine]) -> None:
    with pytest.raises(MealrouteError, match="reason-needed"):
        service.correct(db, lines[0].driver_code or "", 30, reason=" ", request_id="r", by=SYSTEM, clock=clock)
    with pytest.raises(NotFound):
        service.spend(db, "nobody", 30, reason="陪诊", request_id="r", by=SYSTEM, clock=clock)


def test_the_file_has_the_columns_of_the_rules_and_is_recorded(db: Session, clock: FixedClock, lines: list[LoadedLine]) -> None:  # fmt: skip
    record(db, clock, lines[:2], Outcome.HANDED_OVER)
    count(db, clock)
    name, content = service.export(db, DAY, DAY, "csv", by=SYSTEM, clock=clock)
    rows = content.decode("utf-8-sig").splitlines()
    assert rows[0].split(",") == [column.title for column in rulebook.columns()]
    assert len(rows) == 3
    assert name == f"time-bank-{DAY}-{DAY}.csv"
    (event,) = db.scalars(select(AuditEvent).where(AuditEvent.action == "timebank.exported"))
    assert event.rows == 2


def test_no_column_of_the_ledger_holds_money() -> None:
    assert not [column.key for column in inspect(TimeEntry).columns if "fen" in column.key or "yuan" in column.key]


def test_a_month_of_work_adds_up_from_the_doors(db: Session, clock: FixedClock, lines: list[LoadedLine]) -> None:
    record(db, clock, lines[:2], Outcome.HANDED_OVER)
    record(db, clock, lines[2:3], Outcome.LEFT_WITH_CONTACT)
    record(db, clock, lines[3:4], Outcome.REFUSED)
    (month,) = service_record.months(db, lines[0].driver_code or "")
    assert month.portions == month.seen + month.left + month.back == sum(line.quantity for line in lines[:4])
    assert month.seen == sum(line.quantity for line in lines[:2])
    assert (month.days, month.runs) == (1, 1)
