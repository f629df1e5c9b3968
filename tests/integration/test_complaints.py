"""Complaints: who may take which, what they hang on, how they go on, and that their words stay where they belong."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.oversight import complaint_queries, complaints
from mealroute.oversight.records import Complainant, ComplaintInput, ComplaintKind, ComplaintState
from tests.integration.oversight_world import DAY, Doors
from tests.integration.settlement_world import STREET

HOTLINE = Actor(account_id=None, name="王磊", role=Role.HOTLINE, scope=Scope.everything())
CORNER = replace(HOTLINE, scope=Scope(streets=frozenset({"110101999"})))
SAID = "老人说饭是凉的，还少了一个菜"
ALL = Scope.everything()
TOGETHER = 3


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 2, 3, 1, 0, tzinfo=UTC))


@pytest.fixture
def doors(db: Session) -> Doors:
    return Doors(db)


def about(**changes: object) -> ComplaintInput:
    entry = ComplaintInput(
        client_id=str(uuid4()),
        kind=ComplaintKind.COLD,
        complainant=Complainant.RESIDENT,
        day=DAY,
        slot="lunch",
        text=SAID,
    )
    return replace(entry, **changes)


def test_a_complaint_about_a_resident_finds_who_brought_and_who_cooked(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    number = complaints.take(db, about(resident_id=doors.residents[2]), by=HOTLINE, clock=clock)
    found = complaint_queries.complaint(db, number, scope=ALL)
    assert (found.vendor_code, found.kitchen_vendor_code, found.book_line_id) == ("V01", "V02", doors.lines[2])
    assert (found.text, found.resident_name, found.street_code) == (SAID, "王*兰", STREET)


def test_a_day_without_a_meal_is_tied_to_nobody(db: Session, doors: Doors, clock: FixedClock) -> None:
    number = complaints.take(db, about(resident_id=doors.residents[0], day=date(2026, 2, 1)), by=HOTLINE, clock=clock)
    assert complaint_queries.complaint(db, number, scope=ALL).blamed is None


def test_a_complaint_about_a_run_needs_no_resident(db: Session, doors: Doors, clock: FixedClock) -> None:
    entry = about(run_id=doors.run, kind=ComplaintKind.MANNER, complainant=Complainant.NEIGHBOUR)
    found = complaint_queries.complaint(db, complaints.take(db, entry, by=HOTLINE, clock=clock), scope=ALL)
    assert (found.run_id, found.resident_id, found.blamed) == (doors.run, None, "V01")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "complaint-subject"),
        ({"run_id": 1, "text": " "}, "complaint-text"),
        ({"run_id": 1, "day": date(2026, 2, 4)}, "complaint-day"),
        ({"run_id": 9999}, "run-not-found"),
        ({"resident_id": 9999}, "resident-not-found"),
        ({"book_line_id": 9999}, "line-not-found"),
    ],
)
def test_a_complaint_without_subject_words_or_past_is_refused(
    db: Session, doors: Doors, clock: FixedClock, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(MealrouteError) as refused:
        complaints.take(db, about(**changes), by=HOTLINE, clock=clock)
    assert refused.value.code == code


def test_another_street_takes_and_reads_none(db: Session, doors: Doors, clock: FixedClock) -> None:
    number = complaints.take(db, about(resident_id=doors.residents[0]), by=HOTLINE, clock=clock)
    for subject in ({"resident_id": doors.residents[0]}, {"book_line_id": doors.lines[0]}, {"run_id": doors.run}):
        with pytest.raises(NotFound):
            complaints.take(db, about(**subject), by=CORNER, clock=clock)
    with pytest.raises(NotFound):
        complaint_queries.complaint(db, number, scope=CORNER.scope)
    assert complaint_queries.complaints(db, scope=CORNER.scope) == ()


def test_the_same_form_sent_twice_counts_once(db: Session, doors: Doors, clock: FixedClock) -> None:
    entry = about(resident_id=doors.residents[0])
    assert complaints.take(db, entry, by=HOTLINE, clock=clock) == complaints.take(db, entry, by=HOTLINE, clock=clock)
    assert len(complaint_queries.complaints(db, scope=ALL)) == 1


def test_every_step_needs_a_named_person_and_the_history_stays(db: Session, doors: Doors, clock: FixedClock) -> None:
    number = complaints.take(db, about(resident_id=doors.residents[0]), by=HOTLINE, clock=clock)
    with pytest.raises(MealrouteError, match="named-person-missing"):
        complaints.step(db, number, ComplaintState.ANSWERED, person=" ", text="已回电", by=SYSTEM, clock=clock)
    complaints.step(db, number, ComplaintState.ANSWERED, person="陈洁", text="已回电", by=SYSTEM, clock=clock)
    complaints.step(db, number, ComplaintState.CONFIRMED, person="李敏", text="属实", by=SYSTEM, clock=clock)
    complaints.step(db, number, ComplaintState.DISMISSED, person="郑处", text="复核：不属实", by=SYSTEM, clock=clock)
    found = complaint_queries.complaint(db, number, scope=ALL)
    assert [(step.state, step.person) for step in found.steps] == [
        ("answered", "陈洁"),
        ("confirmed", "李敏"),
        ("dismissed", "郑处"),
    ]
    assert (found.state, found.counts) == (ComplaintState.DISMISSED, False)


def test_a_step_that_is_not_the_next_one_is_refused(db: Session, doors: Doors, clock: FixedClock) -> None:
    number = complaints.take(db, about(resident_id=doors.residents[0]), by=HOTLINE, clock=clock)
    complaints.step(db, number, ComplaintState.CONFIRMED, person="李敏", text="属实", by=SYSTEM, clock=clock)
    with pytest.raises(Conflict, match="complaint-step"):
        complaints.step(db, number, ComplaintState.ANSWERED, person="陈洁", text="已回电", by=SYSTEM, clock=clock)


def test_of_several_decisions_at_the_same_moment_one_stands(any_engine: Engine, clock: FixedClock) -> None:
    with unit_of_work() as db:
        number = complaints.take(db, about(resident_id=Doors(db).residents[0]), by=HOTLINE, clock=clock)
    barrier = Barrier(TOGETHER)

    def decide(person: str) -> str:
        barrier.wait(10)
        try:
            with unit_of_work() as db:
                complaints.step(
                    db, number, ComplaintState.DISMISSED, person=person, text="不属实", by=SYSTEM, clock=clock
                )
        except Conflict as refusal:
            return refusal.code
        return "stands"

    with ThreadPoolExecutor(TOGETHER) as pool:
        said = list(pool.map(decide, ("陈洁", "李敏", "周航")))
    assert said.count("stands") == 1
    with unit_of_work(read_only=True) as db:
        assert len(complaint_queries.complaint(db, number, scope=ALL).steps) == 1


def test_a_vendor_reads_kind_and_state_but_no_words_and_no_names(db: Session, doors: Doors, clock: FixedClock) -> None:
    number = complaints.take(db, about(resident_id=doors.residents[0]), by=HOTLINE, clock=clock)
    complaints.step(db, number, ComplaintState.ANSWERED, person="陈洁", text="已给老人回电", by=SYSTEM, clock=clock)
    (found,) = complaint_queries.complaints(db, scope=Scope(streets=frozenset(), vendor="V02"))
    assert (found.kind, found.state) == (ComplaintKind.COLD, ComplaintState.ANSWERED)
    assert (found.text, found.resident_name, found.resident_id, found.steps[0].text) == ("", "", None, "")
    assert complaint_queries.complaints(db, scope=Scope(streets=frozenset(), vendor="V03")) == ()


def test_the_words_are_encrypted_and_stay_out_of_audit_and_logs(
    db: Session, doors: Doors, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    number = complaints.take(db, about(resident_id=doors.residents[0]), by=HOTLINE, clock=clock)
    complaints.step(db, number, ComplaintState.CONFIRMED, person="李敏", text="向王玉兰道歉", by=SYSTEM, clock=clock)
    stored = [*db.scalars(text("select text from complaint")), *db.scalars(text("select text from complaint_step"))]
    told = " ".join(f"{event.subject} {event.reason} {event.detail}" for event in audit.events(db))
    for place in (*stored, told, caplog.text):
        assert SAID not in place
        assert "王玉兰" not in place
